// SPDX-License-Identifier: GPL-3.0-or-later
#include "memory_file.h"
#include "node/storage/snapshot_file.h"

#include <cstdint>
#include <cstdlib>

using namespace faultline;
using namespace faultline::storage;

namespace {

const QString kName = QStringLiteral("fuzz");

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// Random bytes never have the right checksum: makes a snapshot of them that has, block by block.
QByteArray withChecksums(const QByteArray& body)
{
    const SnapshotMeta meta{7, 2, body.first(body.size() / 4)};
    QByteArray file = format::encode(meta);
    format::Checksum whole;
    whole.add(file);
    quint64 size = 0;
    qsizetype at = 0;
    while (at < body.size()) {
        const qsizetype length = std::min<qsizetype>(static_cast<unsigned char>(body[at]), body.size() - at);
        const auto kind = static_cast<format::BlockKind>(length % 13 == 12 ? length : 1);
        format::appendBlock(file, kind, body.sliced(at, length), file.size());
        whole.add(body.sliced(at, length));
        size += static_cast<quint64>(length);
        at += std::max<qsizetype>(length, 1);
    }
    format::appendBlock(file, format::BlockKind::End, format::endData(size, whole.value()), file.size());
    return file;
}

void check(const QByteArray& bytes)
{
    const tests::MemoryFile file(bytes);
    const auto snapshot = verifySnapshot(file, kName);
    if (!snapshot) {
        require(snapshot.error().contains(kName));
        return;
    }
    require(snapshot->size == bytes.size());
    require(bytes.startsWith(format::encode(snapshot->meta)));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    check(bytes);
    check(format::encode({7, 2, {}}) + bytes);
    const QByteArray whole = withChecksums(bytes);
    check(whole);
    // No single flipped bit is ever taken for the truth.
    QByteArray flipped = whole;
    const qsizetype at = static_cast<qsizetype>(size * 7919) % flipped.size();
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (size & 7)));
    require(!verifySnapshot(tests::MemoryFile(flipped), kName));
    return 0;
}
