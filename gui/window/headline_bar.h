// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/theme/theme.h"

#include <QString>
#include <QWidget>

#include <vector>

namespace faultline::window {

/// A stretch of the headline and what it means.
struct HeadlinePart
{
    QString text;
    QColor views::Theme::*colour;
};

/// The sentence cut into parts with the colour of their meaning: who leads, what is well, what is wrong. Joined, they
/// are the sentence again.
std::vector<HeadlinePart> headlineParts(const QString& sentence);

/// Of a sentence that is wider than `room`, as much as fits: what is in front is cut short, and the last part, the
/// verdict, stays whole.
std::vector<HeadlinePart> fitted(std::vector<HeadlinePart> parts, const QFont& font, double room);

/// The one large sentence. It gets smaller before it is cut short.
class HeadlineBar final : public QWidget
{
    Q_OBJECT

public:
    explicit HeadlineBar(QWidget* parent = nullptr);

    void setSentence(const QString& sentence);
    const QString& sentence() const { return m_sentence; }
    void setTheme(const views::Theme& theme);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {100, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_sentence;
    views::Theme m_theme;
};

} // namespace faultline::window
