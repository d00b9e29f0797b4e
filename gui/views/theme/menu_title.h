// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QMenu;
class QString;

namespace faultline::views {

/// Appends a line that says what the entries below are about: "n3", "n1 ↔ n3". It cannot be chosen. (QMenu's own
/// sections lose their text under a style sheet.)
void addTitle(QMenu* menu, const QString& text);

} // namespace faultline::views
