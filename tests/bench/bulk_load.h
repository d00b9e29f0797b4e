// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>

#include <functional>

namespace faultline::bench {

QByteArray bulkKey(int number);
QByteArray bulkValue(int number); ///< kPayloadBytes long

/// Writes keys 0 to count - 1, pipelined; every one was answered with OK when it returns well. What was refused, since
/// another leads now, goes to the port `leader` then names.
Result<void> bulkLoad(const std::function<quint16()>& leader, int count);

} // namespace faultline::bench
