// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/slot.h"

#include <array>

namespace faultline::resp {

namespace {

constexpr std::array<quint16, 256> makeTable()
{
    std::array<quint16, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        unsigned crc = byte << 8;
        for (int bit = 0; bit < 8; ++bit)
            crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021u : 0u)) & 0xffff;
        table[byte] = static_cast<quint16>(crc);
    }
    return table;
}

constexpr auto kTable = makeTable();

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
    for (const char c : key)
        crc = ((crc << 8) ^ kTable[((crc >> 8) ^ static_cast<unsigned char>(c)) & 0xff]) & 0xffff;
    return static_cast<quint16>(crc % kSlotCount);
}

} // namespace faultline::resp
