// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/theme/theme.h"

#include <QWidget>

class QTimer;

namespace faultline::window {

/// The last gesture and what came of it, or the newest thing that went wrong, or for a few seconds an answer to a key
/// that could do nothing. While something is acted out: what, and the newest line of it.
class CaptionLine final : public QWidget
{
    Q_OBJECT

public:
    explicit CaptionLine(QWidget* parent = nullptr);

    void follow(const lab::Timeline& timeline);
    /// Stands instead of gestures and problems until it is told nothing.
    void tell(const QString& what, const QString& line);
    /// Stands for some seconds, or until the next gesture.
    void hint(const QString& sentence);
    QString text() const;
    void setTheme(const views::Theme& theme);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {100, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void say(const QString& what, const QString& outcome, bool wrong);

    views::Theme m_theme;
    QString m_what;
    QString m_outcome;
    bool m_wrong = false;
    QString m_told;
    QString m_toldLine;
    QString m_hint;
    quint64 m_gesture = 0;
    QTimer* m_hintEnds = nullptr;
};

} // namespace faultline::window
