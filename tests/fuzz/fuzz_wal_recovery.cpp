// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/wal_format.h"
#include "node/storage/wal_recovery.h"

#include <cstdint>
#include <cstdlib>

using namespace faultline;
using namespace faultline::storage;

namespace {

class MemoryFile final : public File
{
public:
    explicit MemoryFile(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {}
    qint64 size() const override { return m_bytes.size(); }
    Result<QByteArray> pread(qint64 offset, qsizetype length) const override { return m_bytes.mid(offset, length); }
    Result<void> write(qint64, QByteArrayView) override { std::abort(); }
    Result<void> append(QByteArrayView) override { std::abort(); }
    Result<void> truncate(qint64) override { std::abort(); }
    Result<void> sync() override { std::abort(); }

private:
    QByteArray m_bytes;
};

/// Random bytes never have the right checksum: puts it on the first records, as far as their lengths lead.
QByteArray withChecksums(const QByteArray& body)
{
    QByteArray file = format::fileHeader();
    qsizetype at = 0;
    while (body.size() - at >= 2) {
        const auto kind = static_cast<format::RecordKind>(static_cast<unsigned char>(body[at]) % 4);
        const qsizetype length = std::min<qsizetype>(static_cast<unsigned char>(body[at + 1]), body.size() - at - 2);
        const qsizetype begun = format::beginRecord(file, kind);
        file.append(body.sliced(at + 2, length));
        format::endRecord(file, begun, begun);
        at += 2 + length;
    }
    return file;
}

void check(const QByteArray& bytes)
{
    const MemoryFile file(bytes);
    const auto scan = scanWal(file, QStringLiteral("fuzz"));
    if (!scan) {
        if (scan.error().isEmpty())
            std::abort();
        return;
    }
    if (scan->end > file.size() || scan->noted > scan->end || scan->end + scan->recovered.cutBytes != file.size())
        std::abort();
    quint64 index = 0;
    for (const Entry& entry : scan->recovered.entries) {
        if (entry.index != ++index)
            std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    check(bytes);
    check(format::fileHeader() + bytes);
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
