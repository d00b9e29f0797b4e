// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QProcessEnvironment>

namespace faultline::cli {

/// Whether a window can be opened, asked before Qt is: without a display Qt ends the program by abort(), and a person
/// who typed `faultline` over ssh deserves a sentence. Looks for the display's socket, and for nothing when
/// QT_QPA_PLATFORM names a platform.
Result<void> canOpenWindow(const QProcessEnvironment& environment);

} // namespace faultline::cli
