// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QWidget>

namespace faultline::views {

/// A sentence in as many lines as its width needs; unlike a QLabel it breaks inside a word too long for a line, such as
/// one that was pasted, and so never asks for more width than it gets. Empty: hidden. Its text is its accessible name.
class SentenceLine final : public QWidget
{
    Q_OBJECT

public:
    explicit SentenceLine(QWidget* parent = nullptr);

    void setText(const QString& text);
    const QString& text() const { return m_text; }
    void setColour(const QColor& colour);
    const QColor& colour() const { return m_colour; }

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override { return minimumSizeHint(); }
    QSize minimumSizeHint() const override { return {40, fontMetrics().lineSpacing()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    QString m_text;
    QColor m_colour;
};

} // namespace faultline::views
