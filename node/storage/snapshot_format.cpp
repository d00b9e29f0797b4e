// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/snapshot_format.h"

#include "node/storage/byte_order.h"

#include <xxhash.h>

namespace faultline::storage {

namespace format {

namespace {

quint64 hashOf(QByteArrayView bytes)
{
    return XXH3_64bits(bytes.data(), static_cast<std::size_t>(bytes.size()));
}

} // namespace

QByteArray encode(const SnapshotMeta& meta, quint32 version)
{
    QByteArray bytes("faultsnp");
    appendInteger(bytes, version);
    appendInteger(bytes, static_cast<quint32>(meta.membership.size()));
    appendInteger(bytes, meta.lastIndex);
    appendInteger(bytes, meta.lastTerm);
    bytes.append(meta.membership);
    appendInteger(bytes, hashOf(bytes));
    return bytes;
}

void appendBlock(QByteArray& out, BlockKind kind, QByteArrayView data, qint64 place)
{
    QByteArray head;
    appendInteger(head, static_cast<quint32>(data.size()));
    appendInteger(head, static_cast<quint32>(kind));
    Checksum checksum;
    appendInteger(head, static_cast<quint64>(place));
    checksum.add(head);
    checksum.add(data);
    head.truncate(8);
    appendInteger(head, checksum.value());
    out.append(head).append(data);
}

QByteArray endData(quint64 stateSize, quint64 checksum)
{
    QByteArray data;
    appendInteger(data, stateSize);
    appendInteger(data, checksum);
    return data;
}

struct Checksum::State
{
    XXH3_state_t* xxh = XXH3_createState();
    State() { XXH3_64bits_reset(xxh); }
    ~State() { XXH3_freeState(xxh); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
};

Checksum::Checksum()
    : m_state(std::make_unique<State>())
{}
Checksum::~Checksum() = default;
Checksum::Checksum(Checksum&& other) noexcept = default;

void Checksum::add(QByteArrayView bytes)
{
    XXH3_64bits_update(m_state->xxh, bytes.data(), static_cast<std::size_t>(bytes.size()));
}

quint64 Checksum::value() const
{
    return XXH3_64bits_digest(m_state->xxh);
}

} // namespace format

using namespace format;

SnapshotReader::SnapshotReader(const File& file, QString path, SnapshotMeta meta, qint64 place)
    : m_file(&file)
    , m_path(std::move(path))
    , m_meta(std::move(meta))
    , m_place(place)
{
    m_checksum.add(encode(m_meta));
}

Error SnapshotReader::damaged(const QString& why) const
{
    return Error{QStringLiteral("%1 is damaged at offset %2: %3.").arg(m_path).arg(m_place).arg(why)};
}

Result<SnapshotReader> SnapshotReader::open(const File& file, const QString& path)
{
    const auto head = file.pread(0, kSnapshotHeaderSize);
    if (!head)
        return Error{head.error()};
    if (head->size() < 12 || !head->startsWith("faultsnp"))
        return Error{QStringLiteral("%1 is damaged at offset 0: a snapshot of this program begins with \"faultsnp\".")
                         .arg(path)};
    const Error damagedHeader{
        QStringLiteral("%1 is damaged at offset 0: its header does not match its checksum.").arg(path)};
    if (head->size() < kSnapshotHeaderSize)
        return damagedHeader;
    const auto version = readInteger<quint32>(*head, 8);
    const auto membershipSize = qsizetype(readInteger<quint32>(*head, 12));
    if (membershipSize > kMaxMembership)
        return damagedHeader;
    const auto rest = file.pread(kSnapshotHeaderSize, membershipSize + 8);
    if (!rest)
        return Error{rest.error()};
    if (rest->size() < membershipSize + 8)
        return damagedHeader;
    SnapshotMeta meta{readInteger<quint64>(*head, 16), readInteger<quint64>(*head, 24), rest->first(membershipSize)};
    if (encode(meta, version) != *head + *rest)
        return damagedHeader;
    if (version != kSnapshotVersion)
        return Error{QStringLiteral("%1 has snapshot format %2, but this program reads format %3 only: use the version "
                                    "that wrote it.")
                         .arg(path)
                         .arg(version)
                         .arg(kSnapshotVersion)};
    return SnapshotReader(file, path, std::move(meta), kSnapshotHeaderSize + membershipSize + 8);
}

Result<std::optional<QByteArray>> SnapshotReader::next()
{
    const auto head = m_file->pread(m_place, kBlockHeaderSize);
    if (!head)
        return Error{head.error()};
    if (head->size() < kBlockHeaderSize)
        return damaged(QStringLiteral("it ends too early"));
    const auto size = qsizetype(readInteger<quint32>(*head, 0));
    const auto kind = static_cast<BlockKind>(readInteger<quint32>(*head, 4));
    if (size > kBlockSize)
        return damaged(QStringLiteral("a block there is too long"));
    auto data = m_file->pread(m_place + kBlockHeaderSize, size);
    if (!data)
        return Error{data.error()};
    if (data->size() < size)
        return damaged(QStringLiteral("it ends too early"));
    QByteArray expected;
    appendBlock(expected, kind, *data, m_place);
    if (QByteArrayView(expected).first(kBlockHeaderSize) != *head)
        return damaged(QStringLiteral("a block there does not match its checksum"));
    const qint64 end = m_place + kBlockHeaderSize + size;
    if (kind == BlockKind::State) {
        m_checksum.add(*data);
        m_stateSize += static_cast<quint64>(size);
        m_place = end;
        return std::optional(*std::move(data));
    }
    if (kind != BlockKind::End || *data != endData(m_stateSize, m_checksum.value()))
        return damaged(QStringLiteral("what ends it does not match the rest"));
    if (end != m_file->size())
        return damaged(QStringLiteral("something follows its end"));
    m_place = end;
    return std::optional<QByteArray>();
}

} // namespace faultline::storage
