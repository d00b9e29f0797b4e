// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/theme/icon.h"

#include "gui/views/theme/theme.h"

#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

#include <cmath>

namespace faultline::views {
namespace {

constexpr double kPi = 3.14159265358979323846;

struct Shape
{
    QPainterPath stroke;
    QPainterPath fill;
};

void line(QPainterPath& path, double x1, double y1, double x2, double y2)
{
    path.moveTo(x1, y1);
    path.lineTo(x2, y2);
}

void arc(QPainterPath& path, double radius, double startDegrees, double spanDegrees, QPointF centre = {12, 12})
{
    const QRectF box(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius);
    path.arcMoveTo(box, startDegrees);
    path.arcTo(box, startDegrees, spanDegrees);
}

void triangle(QPainterPath& path, QPointF a, QPointF b, QPointF c)
{
    path.moveTo(a);
    path.lineTo(b);
    path.lineTo(c);
    path.closeSubpath();
}

void snowflake(QPainterPath& path)
{
    for (int arm = 0; arm < 6; ++arm) {
        const double angle = arm * kPi / 3 + kPi / 2;
        const QPointF direction(std::cos(angle), std::sin(angle));
        const QPointF side(-direction.y(), direction.x());
        const QPointF centre(12, 12);
        path.moveTo(centre);
        path.lineTo(centre + direction * 9);
        path.moveTo(centre + direction * 8.2 + side * 2.4);
        path.lineTo(centre + direction * 5.6);
        path.lineTo(centre + direction * 8.2 - side * 2.4);
    }
}

Shape restart()
{
    Shape shape;
    arc(shape.stroke, 7.5, 50, -280);
    const double end = 50 * kPi / 180;
    const QPointF tip(12 + 7.5 * std::cos(end), 12 - 7.5 * std::sin(end));
    triangle(shape.fill, tip + QPointF(3.4, 2.2), tip + QPointF(-3.6, 1.6), tip + QPointF(1.4, -4.2));
    return shape;
}

Shape sun()
{
    Shape shape;
    arc(shape.stroke, 4, 0, 360);
    for (int ray = 0; ray < 8; ++ray) {
        const double angle = ray * kPi / 4;
        line(shape.stroke, 12 + 6.8 * std::cos(angle), 12 + 6.8 * std::sin(angle), 12 + 9.4 * std::cos(angle),
             12 + 9.4 * std::sin(angle));
    }
    return shape;
}

Shape crown()
{
    Shape shape;
    shape.fill.moveTo(3, 18.5);
    for (const QPointF& corner : {QPointF(2.5, 7), QPointF(7.6, 11.6), QPointF(12, 4.5), QPointF(16.4, 11.6),
                                  QPointF(21.5, 7), QPointF(21, 18.5)})
        shape.fill.lineTo(corner);
    shape.fill.closeSubpath();
    return shape;
}

/// A node (filled) with a ring around it: broken where it is cut off, whole where it is back among its peers.
Shape ringed(bool whole)
{
    Shape shape;
    shape.fill.addEllipse(QPointF(12, 12), 3.2, 3.2);
    if (whole) {
        arc(shape.stroke, 8, 0, 360);
        line(shape.stroke, 12, 1.5, 12, 6.5);
        line(shape.stroke, 12, 17.5, 12, 22.5);
        line(shape.stroke, 1.5, 12, 6.5, 12);
        line(shape.stroke, 17.5, 12, 22.5, 12);
    } else {
        for (int quarter = 0; quarter < 4; ++quarter)
            arc(shape.stroke, 8.5, quarter * 90 + 22, 46);
    }
    return shape;
}

Shape knife()
{
    Shape shape;
    QPainterPath& blade = shape.fill;
    blade.moveTo(21.5, 2.5);
    blade.quadTo(19.5, 11.5, 11.6, 15.6);
    blade.lineTo(8.4, 12.4);
    blade.closeSubpath();
    line(shape.stroke, 8.6, 15.4, 3.2, 20.8);
    line(shape.stroke, 6.2, 12.8, 11.2, 17.8);
    return shape;
}

Shape drop()
{
    Shape shape;
    shape.stroke.moveTo(12, 2.8);
    shape.stroke.cubicTo(16.5, 8.6, 18.6, 11.6, 18.6, 14.8);
    shape.stroke.cubicTo(18.6, 18.6, 15.7, 21.2, 12, 21.2);
    shape.stroke.cubicTo(8.3, 21.2, 5.4, 18.6, 5.4, 14.8);
    shape.stroke.cubicTo(5.4, 11.6, 7.5, 8.6, 12, 2.8);
    shape.stroke.closeSubpath();
    arc(shape.stroke, 3.2, 180, 90, {12, 14.8});
    return shape;
}

Shape hourglass()
{
    Shape shape;
    line(shape.stroke, 5.5, 3, 18.5, 3);
    line(shape.stroke, 5.5, 21, 18.5, 21);
    shape.stroke.moveTo(7.5, 3.4);
    shape.stroke.cubicTo(7.5, 10, 16.5, 14, 16.5, 20.6);
    shape.stroke.moveTo(16.5, 3.4);
    shape.stroke.cubicTo(16.5, 10, 7.5, 14, 7.5, 20.6);
    triangle(shape.fill, {8.4, 20.4}, {12, 15.6}, {15.6, 20.4});
    return shape;
}

/// An arrow's head at `tip`, to the right or to the left.
void arrowHead(QPainterPath& fill, QPointF tip, double toRight)
{
    triangle(fill, tip, tip + QPointF(-5.6 * toRight, -4.2), tip + QPointF(-5.6 * toRight, 4.2));
}

/// An arrow that turns back: to the left, or mirrored to the right.
Shape turn(bool toRight)
{
    Shape shape;
    const auto x = [&](double left) { return toRight ? 24 - left : left; };
    shape.stroke.moveTo(x(7), 8.5);
    shape.stroke.lineTo(x(14.5), 8.5);
    shape.stroke.cubicTo(x(21.8), 8.5, x(21.8), 19, x(14.5), 19);
    shape.stroke.lineTo(x(8), 19);
    arrowHead(shape.fill, {x(2.4), 8.5}, toRight ? 1 : -1);
    return shape;
}

Shape shapeOf(Glyph glyph)
{
    Shape shape;
    QPainterPath& stroke = shape.stroke;
    QPainterPath& fill = shape.fill;
    switch (glyph) {
    case Glyph::Start:
        triangle(fill, {7, 4.5}, {19.5, 12}, {7, 19.5});
        break;
    case Glyph::Stop:
        fill.addRoundedRect(5.5, 5.5, 13, 13, 1.5, 1.5);
        break;
    case Glyph::Kill:
        line(stroke, 5.5, 5.5, 18.5, 18.5);
        line(stroke, 18.5, 5.5, 5.5, 18.5);
        break;
    case Glyph::Freeze:
        snowflake(stroke);
        break;
    case Glyph::Thaw:
        return sun();
    case Glyph::Restart:
        return restart();
    case Glyph::Isolate:
        return ringed(false);
    case Glyph::Rejoin:
        return ringed(true);
    case Glyph::Hold:
        fill.addRoundedRect(6, 5, 4.2, 14, 1, 1);
        fill.addRoundedRect(13.8, 5, 4.2, 14, 1, 1);
        break;
    case Glyph::Release:
        fill.addRoundedRect(4, 5, 3.6, 14, 1, 1);
        triangle(fill, {10, 5}, {20.5, 12}, {10, 19});
        break;
    case Glyph::Pace:
        arc(stroke, 8.5, -30, 240, {12, 14});
        line(stroke, 12, 14, 16.2, 8.4);
        fill.addEllipse(QPointF(12, 14), 1.8, 1.8);
        break;
    case Glyph::Reset:
        stroke.moveTo(3.5, 12);
        stroke.lineTo(12, 4);
        stroke.lineTo(20.5, 12);
        stroke.moveTo(6, 10.5);
        stroke.lineTo(6, 19.5);
        stroke.lineTo(18, 19.5);
        stroke.lineTo(18, 10.5);
        break;
    case Glyph::Details:
        stroke.addRoundedRect(4, 4, 16, 16, 2.5, 2.5);
        line(stroke, 8, 9, 16, 9);
        line(stroke, 8, 12.5, 16, 12.5);
        line(stroke, 8, 16, 13, 16);
        break;
    case Glyph::Events:
        for (const double y : {6.0, 12.0, 18.0}) {
            fill.addEllipse(QPointF(5, y), 1.6, 1.6);
            line(stroke, 9.5, y, 20, y);
        }
        break;
    case Glyph::Send:
        stroke.moveTo(4, 12);
        stroke.lineTo(19, 12);
        stroke.moveTo(13, 6);
        stroke.lineTo(19.5, 12);
        stroke.lineTo(13, 18);
        break;
    case Glyph::Legend:
        arc(stroke, 4, 180, -240, {12, 8.5});
        line(stroke, 12.3, 12.5, 12, 15.2);
        fill.addEllipse(QPointF(12, 19.2), 1.5, 1.5);
        break;
    case Glyph::Crown:
        return crown();
    case Glyph::Knife:
        return knife();
    case Glyph::Cut:
        line(stroke, 7.4, 7.4, 16.6, 16.6);
        line(stroke, 16.6, 7.4, 7.4, 16.6);
        line(stroke, 0.6, 12, 4, 12);
        line(stroke, 20, 12, 23.4, 12);
        break;
    case Glyph::Slow:
        return hourglass();
    case Glyph::Stall:
        arc(stroke, 9, 0, 360);
        line(stroke, 9.2, 8.4, 9.2, 15.6);
        line(stroke, 14.8, 8.4, 14.8, 15.6);
        break;
    case Glyph::Lossy:
        return drop();
    case Glyph::Narrow:
        stroke.moveTo(2.5, 4.5);
        stroke.cubicTo(8, 10.6, 16, 10.6, 21.5, 4.5);
        stroke.moveTo(2.5, 19.5);
        stroke.cubicTo(8, 13.4, 16, 13.4, 21.5, 19.5);
        break;
    case Glyph::Corrupt:
        stroke.addRoundedRect(4, 4, 16, 16, 2.5, 2.5);
        stroke.moveTo(12.6, 4);
        stroke.lineTo(8.8, 9.6);
        stroke.lineTo(15.2, 13.4);
        stroke.lineTo(11.4, 20);
        break;
    case Glyph::Duplicate:
        stroke.addRoundedRect(3.5, 8.5, 12, 12, 2, 2);
        stroke.moveTo(8.5, 5.4);
        stroke.quadTo(8.5, 3.5, 10.5, 3.5);
        stroke.lineTo(18.5, 3.5);
        stroke.quadTo(20.5, 3.5, 20.5, 5.5);
        stroke.lineTo(20.5, 13.5);
        stroke.quadTo(20.5, 15.5, 18.6, 15.5);
        break;
    case Glyph::Reorder:
        stroke.moveTo(2.5, 7);
        stroke.cubicTo(10, 7, 10, 17, 16, 17);
        stroke.moveTo(2.5, 17);
        stroke.cubicTo(10, 17, 10, 7, 16, 7);
        arrowHead(fill, {21.8, 7}, 1);
        arrowHead(fill, {21.8, 17}, 1);
        break;
    case Glyph::Tear:
        fill.moveTo(14.5, 2);
        for (const QPointF& corner :
             {QPointF(4.5, 13.6), QPointF(11, 13.6), QPointF(9.5, 22), QPointF(19.5, 10.2), QPointF(13, 10.2)})
            fill.lineTo(corner);
        fill.closeSubpath();
        break;
    case Glyph::Refuse:
        arc(stroke, 9, 0, 360);
        line(stroke, 7.4, 12, 16.6, 12);
        break;
    case Glyph::Clock:
        arc(stroke, 9, 0, 360);
        line(stroke, 12, 12, 12, 6.6);
        line(stroke, 12, 12, 15.8, 14.4);
        break;
    case Glyph::Disk:
        stroke.addEllipse(QPointF(12, 6), 8, 3.2);
        stroke.moveTo(4, 6);
        stroke.lineTo(4, 18);
        stroke.arcTo(QRectF(4, 14.8, 16, 6.4), 180, 180);
        stroke.lineTo(20, 6);
        stroke.moveTo(4, 12);
        stroke.arcTo(QRectF(4, 8.8, 16, 6.4), 180, 180);
        break;
    case Glyph::Power:
        arc(stroke, 8, 125, 290, {12, 13});
        line(stroke, 12, 2.8, 12, 11.6);
        break;
    case Glyph::Heal:
        stroke.moveTo(9.2, 3.5);
        for (const QPointF& corner : {QPointF(14.8, 3.5), QPointF(14.8, 9.2), QPointF(20.5, 9.2), QPointF(20.5, 14.8),
                                      QPointF(14.8, 14.8), QPointF(14.8, 20.5), QPointF(9.2, 20.5), QPointF(9.2, 14.8),
                                      QPointF(3.5, 14.8), QPointF(3.5, 9.2), QPointF(9.2, 9.2)})
            stroke.lineTo(corner);
        stroke.closeSubpath();
        break;
    case Glyph::Undo:
        return turn(false);
    case Glyph::Redo:
        return turn(true);
    case Glyph::AddNode:
        arc(stroke, 6, 0, 360, {9, 15});
        line(stroke, 18.5, 2, 18.5, 9);
        line(stroke, 15, 5.5, 22, 5.5);
        break;
    case Glyph::RemoveNode:
        arc(stroke, 8.5, 0, 360);
        line(stroke, 8, 12, 16, 12);
        break;
    case Glyph::Matrix:
        for (const double y : {5.0, 12.0, 19.0}) {
            for (const double x : {5.0, 12.0, 19.0})
                fill.addRoundedRect(x - 2.4, y - 2.4, 4.8, 4.8, 1, 1);
        }
        break;
    }
    return shape;
}

class GlyphEngine final : public QIconEngine
{
public:
    GlyphEngine(Glyph glyph, QColor ink, QColor off)
        : m_glyph(glyph)
        , m_ink(ink)
        , m_off(off)
    {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override
    {
        paintGlyph(*painter, m_glyph, rect, mode == QIcon::Disabled ? m_off : m_ink);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(0, 0), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new GlyphEngine(m_glyph, m_ink, m_off); }
    bool isNull() override { return false; }

private:
    Glyph m_glyph;
    QColor m_ink;
    QColor m_off;
};

} // namespace

void paintGlyph(QPainter& painter, Glyph glyph, const QRectF& area, const QColor& colour)
{
    const Shape shape = shapeOf(glyph);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(area.topLeft());
    painter.scale(area.width() / 24, area.height() / 24);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    painter.drawPath(shape.fill);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colour, 2.0, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.drawPath(shape.stroke);
    painter.restore();
}

QIcon icon(Glyph glyph, const Theme& theme)
{
    return QIcon(new GlyphEngine(glyph, theme.ink, blended(theme.panel, theme.mutedInk, 0.45)));
}

} // namespace faultline::views
