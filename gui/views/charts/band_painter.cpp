// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/band_painter.h"

#include <QImage>
#include <QPainter>

#include <array>
#include <cmath>

namespace faultline::views {
namespace {

constexpr int kStride = 10;                         ///< pixels from one slanted line to the next, across and down
constexpr std::array<double, 2> kTint{0.06, 0.10};  ///< light and dark
constexpr std::array<double, 2> kLines{0.20, 0.26}; ///< likewise

/// Of so many layers over each other.
double layered(double opacity, int layers)
{
    return 1 - std::pow(1 - opacity, layers);
}

QImage emptyImage(int width, double scale)
{
    QImage image(QSize(width, kStride) * scale, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(scale);
    image.fill(Qt::transparent);
    return image;
}

/// The slanted lines, one stride down and as wide as asked for.
QImage slantedLines(int width, double scale, const QColor& colour)
{
    QImage image = emptyImage(width, scale);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(colour, 2.5));
    for (int x = -2 * kStride; x < width + kStride; x += kStride)
        painter.drawLine(x - kStride, 2 * kStride, x + 2 * kStride, -kStride);
    return image;
}

} // namespace

void paintFaultGround(QPainter& painter, const std::vector<Band>& bands, const QRectF& area, const BandSpace& space,
                      const Theme& theme)
{
    const std::vector<Stretch> stretches = stretchesOf(bands);
    if (stretches.empty() || area.width() < 1 || area.height() < 1)
        return;
    const double scale = painter.device()->devicePixelRatioF();
    const auto width = static_cast<int>(std::ceil(area.width()));
    const std::size_t tone = theme.dark ? 1 : 0;
    std::array<QImage, kMostLayers> lines;
    QImage strip = emptyImage(width, scale);
    QPainter onStrip(&strip);
    const auto pixel = [&](double seconds) {
        return std::round((seconds - space.low) / (space.high - space.low) * area.width());
    };
    for (const Stretch& stretch : stretches) {
        const double left = pixel(stretch.from);
        const QRectF box(left, 0, pixel(stretch.to) - left, kStride);
        if (box.width() < 1)
            continue;
        onStrip.fillRect(box, faint(theme.failed, layered(kTint[tone], stretch.layers)));
        QImage& slanted = lines[static_cast<std::size_t>(stretch.layers - 1)];
        if (slanted.isNull())
            slanted = slantedLines(width, scale, faint(theme.failed, layered(kLines[tone], stretch.layers)));
        onStrip.drawImage(box, slanted, QRectF(box.topLeft() * scale, box.size() * scale));
    }
    onStrip.end();

    painter.save();
    painter.setClipRect(area);
    for (double y = area.bottom() - kStride; y > area.top() - kStride; y -= kStride)
        painter.drawImage(QPointF(area.left(), y), strip);
    painter.restore();
}

} // namespace faultline::views
