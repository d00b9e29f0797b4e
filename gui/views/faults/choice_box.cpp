// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/choice_box.h"

#include <QPainter>

namespace faultline::views {

void ChoiceBox::paintEvent(QPaintEvent* event)
{
    QComboBox::paintEvent(event);
    const double end = isRightToLeft() ? 12 : width() - 12;
    const QPointF middle(end, height() / 2.0);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(palette().color(isEnabled() ? QPalette::PlaceholderText : QPalette::WindowText), 1.5,
                        Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPolyline(QPolygonF{middle + QPointF(-4, -2), middle + QPointF(0, 2), middle + QPointF(4, -2)});
}

} // namespace faultline::views
