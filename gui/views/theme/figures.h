// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QString>

#include <chrono>

class QPainter;
class QRectF;

// Numbers as they stand on screen: grouped, with their unit, and in figures of equal width, so that a number that
// counts up does not make its neighbours tremble. (QFont::setFeature("tnum") is Qt 6.7; here each digit gets an equal
// cell.)
namespace faultline::views {

/// 1234567 -> "1,234,567"
QString grouped(quint64 number);

/// A rate: "20", "3.4", "12,300".
QString spokenRate(double perSecond);

/// Three significant figures and the unit: "42.0 µs", "0.412 ms", "84.0 ms", "1,250 ms".
QString spokenLatency(std::chrono::nanoseconds duration);

/// "12.3 MB", "640 KB"; decimal units.
QString spokenBytes(quint64 bytes);

/// How wide `text` stands with digits in equal cells.
double figuresWidth(const QFont& font, const QString& text);

/// Draws one line with digits in equal cells, in the painter's font and pen. Honours the horizontal alignment of
/// `alignment`; vertically it is centred.
void drawFigures(QPainter& painter, const QRectF& area, Qt::Alignment alignment, const QString& text);

/// The font, larger or smaller by a factor (1.25 and 1.6 are the steps in use), optionally heavier.
QFont scaled(QFont font, double factor, QFont::Weight weight = QFont::Normal);

} // namespace faultline::views
