// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/theme/theme.h"

#include <QWidget>

namespace faultline::window {

/// What is always in sight at the bottom: how fast the cluster's time runs, whether what was acknowledged is still
/// there, and how much load there is.
class StatusLine final : public QWidget
{
    Q_OBJECT

public:
    explicit StatusLine(QWidget* parent = nullptr);

    void follow(const lab::Timeline& timeline);
    void setTheme(const views::Theme& theme);
    const QString& paceText() const { return m_pace; }
    const QString& tallyText() const { return m_tally; }
    const QString& loadText() const { return m_load; }
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {200, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    views::Theme m_theme;
    QString m_pace;
    QString m_tally;
    QString m_load;
    bool m_lost = false;
    bool m_counted = false; ///< something was acknowledged
};

} // namespace faultline::window
