// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace faultline::resp {

/// Redis Cluster spreads keys over 16,384 hash slots, and a slot is what a node owns.
inline constexpr quint16 kSlotCount = 16384;

/// CRC16 (XMODEM) of the key modulo kSlotCount. When the key holds a non-empty {hash tag}, only what stands between the
/// first '{' and the first '}' after it counts, so that a user can keep keys together.
/// https://redis.io/docs/reference/cluster-spec, "Key distribution model" and "Hash tags"
quint16 keySlot(QByteArrayView key);

} // namespace faultline::resp
