// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/slot.h"

#include <array>

namespace faultline::resp {

namespace {

/// [n][byte]: what a byte with n zero bytes behind it comes to, so that four bytes are looked up at once (Kounavis and
/// Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators", 2005).
constexpr auto makeTables()
{
    std::array<std::array<quint16, 256>, 4> tables{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        unsigned crc = byte << 8;
        for (auto& table : tables) {
            for (int bit = 0; bit < 8; ++bit)
                crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021u : 0u)) & 0xffff;
            table[byte] = static_cast<quint16>(crc);
        }
    }
    return tables;
}

constexpr auto kTables = makeTables();

} // namespace

quint16 keySlot(QByteArrayView key)
{
    const qsizetype open = key.indexOf('{');
    if (open >= 0) {
        const qsizetype close = key.indexOf('}', open + 1);
        if (close > open + 1)
            key = key.sliced(open + 1, close - open - 1);
    }
    unsigned crc = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    const auto* const end = bytes + key.size();
    for (; end - bytes >= 4; bytes += 4)
        crc = kTables[3][(crc >> 8) ^ bytes[0]] ^ kTables[2][(crc & 0xff) ^ bytes[1]] ^ kTables[1][bytes[2]] ^
              kTables[0][bytes[3]];
    for (; bytes != end; ++bytes)
        crc = ((crc << 8) ^ kTables[0][(crc >> 8) ^ *bytes]) & 0xffff;
    return static_cast<quint16>(crc % kSlotCount);
}

} // namespace faultline::resp
