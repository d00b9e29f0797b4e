// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>
#include <QList>

namespace faultline::lab {

/// Splits a line a person typed into a command and its arguments, as redis-cli does: words are separated by blanks;
/// "double quotes" keep blanks and know \n \r \t \b \a \\ \" \xHH; 'single quotes' keep everything but \'. The error
/// says what is wrong with the quotes. An empty line has no arguments.
Result<QList<QByteArray>> splitCommandLine(const QString& line);

} // namespace faultline::lab
