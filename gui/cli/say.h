// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace faultline::cli {

/// A line on stdout, at once: whoever reads a pipe must not wait for a buffer to fill.
void sayOut(const QString& line);
/// "faultline: <sentence>" on stderr.
void sayError(const QString& sentence);

} // namespace faultline::cli
