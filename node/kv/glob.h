// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace faultline::kv {

/// Whether all of `text` is as `pattern` says, byte by byte: * any bytes, ? any one, [abc] [^abc] [a-z] one of a set,
/// \x the byte x itself. As Redis has it for SCAN (https://redis.io/commands/keys), an open set reaching to the
/// pattern's end included. Takes no more than pattern times text steps.
bool matchesGlob(QByteArrayView pattern, QByteArrayView text);

} // namespace faultline::kv
