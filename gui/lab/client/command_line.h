// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>
#include <QList>

namespace faultline::lab {

/// Splits a line a person typed into a command and its arguments, as redis-cli does (common/resp/quoted_words.h). The
/// error says what is wrong with the quotes. An empty line has no arguments.
Result<QList<QByteArray>> splitCommandLine(const QString& line);

} // namespace faultline::lab
