// SPDX-License-Identifier: GPL-3.0-or-later
#include "memory_file.h"
#include "node/storage/wal_format.h"
#include "node/storage/wal_recovery.h"

#include <cstdint>
#include <cstdlib>

using namespace faultline;
using namespace faultline::storage;

namespace {

constexpr quint64 kOwner = 3;
const QString kName = QStringLiteral("fuzz");

/// Random bytes never have the right checksum: puts it on the first records, as far as their lengths lead.
QByteArray withChecksums(const QByteArray& body)
{
    const format::SegmentHeader header{.owner = kOwner, .lastIndex = 2};
    const quint64 seed = format::seedOf(header.owner, header.number);
    QByteArray file = format::encode(header);
    qsizetype at = 0;
    while (body.size() - at >= 2) {
        const auto kind = static_cast<format::RecordKind>(static_cast<unsigned char>(body[at]) % 5);
        const qsizetype length = std::min<qsizetype>(static_cast<unsigned char>(body[at + 1]), body.size() - at - 2);
        format::appendRecord(file, kind, QByteArrayView(body).sliced(at + 2, length), {}, file.size(), seed);
        at += 2 + length;
    }
    return file;
}

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void check(const QByteArray& bytes)
{
    const tests::MemoryFile file(bytes);
    const auto header = readSegmentHeader(file, kName, 1, kOwner);
    if (!header) {
        require(header.error().contains(kName));
        return;
    }
    Recovered log;
    log.firstIndex = header->lastIndex + 1;
    const auto scan = scanRecords(file, kName, format::kSegmentHeaderSize, format::seedOf(kOwner, header->number),
                                  header->leastSize, log);
    if (!scan) {
        require(scan.error().contains(kName) && scan.error().contains(QLatin1String("offset")));
        return;
    }
    require(scan->end >= format::kSegmentHeaderSize && scan->end <= file.size() && scan->noted <= scan->end);
    require(log.firstIndex >= 1 && log.firstIndex <= header->lastIndex + 1);
    quint64 index = log.firstIndex;
    for (const Entry& entry : log.entries)
        require(entry.index == index++);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    check(bytes);
    check(format::encode({.owner = kOwner}) + bytes);
    const QByteArray whole = withChecksums(bytes);
    check(whole);
    if (!bytes.isEmpty()) {
        QByteArray flipped = whole;
        const qsizetype at = static_cast<qsizetype>(size * 7919) % flipped.size();
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << (bytes[0] & 7)));
        check(flipped);
    }
    return 0;
}
