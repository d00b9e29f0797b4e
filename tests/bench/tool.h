// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <chrono>

namespace faultline::bench {

/// Runs a program to its end and hands out what it wrote on standard output; the event loop goes on meanwhile. The
/// error names the program: absent, too slow, or what it complained of. One that exits with something else than 0 is an
/// error unless `mayFail`.
Result<QByteArray> runTool(const QString& program, const QStringList& arguments, std::chrono::seconds patience,
                           bool mayFail = false);

} // namespace faultline::bench
