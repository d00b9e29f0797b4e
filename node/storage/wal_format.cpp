// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/wal_format.h"

#include <xxhash.h>

namespace faultline::storage::format {

namespace {

quint64 checksumOf(QByteArrayView record, qint64 place)
{
    const QByteArrayView covered = record.sliced(8);
    return XXH3_64bits_withSeed(covered.data(), static_cast<std::size_t>(covered.size()), static_cast<quint64>(place));
}

} // namespace

QByteArray fileHeader(quint32 version)
{
    QByteArray header("faultwal");
    appendInteger(header, version);
    appendInteger(header,
                  static_cast<quint32>(XXH3_64bits(header.constData(), static_cast<std::size_t>(header.size()))));
    return header;
}

qsizetype beginRecord(QByteArray& out, RecordKind kind)
{
    const qsizetype begun = out.size();
    out.append(kRecordHeaderSize, '\0');
    out[begun + 12] = static_cast<char>(kind);
    return begun;
}

void endRecord(QByteArray& out, qsizetype begun, qint64 place)
{
    const qint64 bodySize = out.size() - begun - kRecordHeaderSize;
    out.append(static_cast<qsizetype>(recordSize(bodySize) - kRecordHeaderSize - bodySize), '\0');
    QByteArray field;
    appendInteger(field, static_cast<quint32>(bodySize));
    std::copy(field.cbegin(), field.cend(), out.begin() + begun + 8);
    field.clear();
    appendInteger(field, checksumOf(QByteArrayView(out).sliced(begun), place));
    std::copy(field.cbegin(), field.cend(), out.begin() + begun);
}

std::optional<RecordHead> readHead(QByteArrayView bytes)
{
    const auto bodySize = readInteger<quint32>(bytes, 8);
    const auto kind = static_cast<RecordKind>(bytes[12]);
    const bool known = kind == RecordKind::Entry || kind == RecordKind::HardState || kind == RecordKind::Synced;
    if (!known || bodySize > kMaxBody || bytes[13] != 0 || bytes[14] != 0 || bytes[15] != 0)
        return std::nullopt;
    return RecordHead{readInteger<quint64>(bytes, 0), bodySize, kind};
}

bool checksumHolds(QByteArrayView record, qint64 place)
{
    return readInteger<quint64>(record, 0) == checksumOf(record, place);
}

} // namespace faultline::storage::format
