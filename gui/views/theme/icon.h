// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>

class QColor;
class QPainter;
class QRectF;

// One family of icons, drawn as strokes of one weight on a 24 x 24 grid, in the colour of ink, at whatever size and
// resolution is asked for.
namespace faultline::views {

struct Theme;

enum class Glyph : quint8 {
    Start,
    Stop,
    Kill,
    Freeze,
    Thaw,
    Restart,
    Isolate,
    Rejoin,
    Hold,
    Release,
    Pace,
    Reset,
    Details,
    Events,
    Send,
    Legend,
    Crown,
    Knife,
    Cut,   ///< nothing gets through, and nobody is told
    Slow,  ///< latency, jitter
    Stall, ///< stands still at times
    Lossy,
    Narrow, ///< little bandwidth
    Corrupt,
    Duplicate,
    Reorder,
    Tear,   ///< connections are torn
    Refuse, ///< connections are refused
    Clock,
    Disk,
    Power,
    Heal,
    Undo,
    Redo,
    Matrix,
    AddNode,
    RemoveNode,
};
inline constexpr int kGlyphCount = 37;

/// Paints the glyph into `area`, which should be square.
void paintGlyph(QPainter& painter, Glyph glyph, const QRectF& area, const QColor& colour);

/// The glyph in the theme's ink, fainter when disabled.
QIcon icon(Glyph glyph, const Theme& theme);

} // namespace faultline::views
