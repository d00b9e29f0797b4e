// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/sentence_line.h"

#include <QEvent>
#include <QPainter>
#include <QTextLayout>

#include <cmath>

namespace faultline::views {
namespace {

QTextOption breakAnywhere()
{
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    return option;
}

} // namespace

SentenceLine::SentenceLine(QWidget* parent)
    : QWidget(parent)
    , m_colour(palette().color(QPalette::WindowText))
{
    QSizePolicy policy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    hide();
}

void SentenceLine::setText(const QString& text)
{
    if (text == m_text)
        return;
    m_text = text;
    setAccessibleName(text);
    setVisible(!text.isEmpty());
    updateGeometry();
    update();
}

void SentenceLine::setColour(const QColor& colour)
{
    m_colour = colour;
    update();
}

int SentenceLine::heightForWidth(int width) const
{
    QTextLayout layout(m_text, font());
    layout.setTextOption(breakAnywhere());
    layout.beginLayout();
    double height = 0;
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        height += line.height();
    }
    layout.endLayout();
    return static_cast<int>(std::ceil(height));
}

void SentenceLine::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setPen(m_colour);
    painter.drawText(rect(), m_text, breakAnywhere());
}

void SentenceLine::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange)
        updateGeometry();
    QWidget::changeEvent(event);
}

} // namespace faultline::views
