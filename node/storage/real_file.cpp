// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/real_file.h"

#include <algorithm>
#include <utility>

namespace faultline::storage {

namespace {
constexpr qint64 kZerosAtOnce = qint64(256) << 10;
constexpr qint64 kWriteBehind = qint64(1) << 20;
} // namespace

RealFile::RealFile(std::shared_ptr<RealDiskState> disk, QString path, Descriptor fd, qint64 size)
    : m_disk(std::move(disk))
    , m_path(std::move(path))
    , m_fd(std::move(fd))
    , m_size(size)
    , m_onItsWay(size)
{}

void RealFile::keepMark(std::shared_ptr<SyncedMarks> marks, SyncedMark* mark)
{
    m_marks = std::move(marks);
    m_mark = mark;
    m_inode = mark->inode();
}

SyncedMark* RealFile::mark() const
{
    return m_mark && m_mark->inode() == m_inode ? m_mark : nullptr;
}

Result<QByteArray> RealFile::pread(qint64 offset, qsizetype length) const
{
    const qint64 there = std::max<qint64>(0, m_size - offset);
    QByteArray bytes(static_cast<qsizetype>(std::min<qint64>(there, length)), Qt::Uninitialized);
    qsizetype done = 0;
    while (done < bytes.size()) {
        const ssize_t got =
            ::pread(m_fd.get(), bytes.data() + done, static_cast<std::size_t>(bytes.size() - done), offset + done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(QStringLiteral("Reading"), m_path);
        if (got == 0)
            return Error{QStringLiteral("Reading %1 failed: it became shorter meanwhile.").arg(m_path)};
        done += got;
    }
    return bytes;
}

Result<void> RealFile::write(qint64 offset, QByteArrayView bytes)
{
    m_lackedSpace = false;
    if (bytes.isEmpty())
        return {};
    if (offset + bytes.size() > m_size && m_disk->fault().full)
        return writeFailed(ENOSPC);
    m_disk->willChange();
    if (SyncedMark* kept = mark())
        kept->willWrite(offset, offset + bytes.size());
    if (!m_written.empty() && m_written.back().to == offset)
        m_written.back().to += bytes.size();
    else
        m_written.push_back({offset, offset + bytes.size()});
    while (!bytes.isEmpty()) {
        const ssize_t put = ::pwrite(m_fd.get(), bytes.data(), static_cast<std::size_t>(bytes.size()), offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return writeFailed(errno);
        bytes = bytes.sliced(put);
        offset += put;
        m_size = std::max(m_size, offset);
    }
    return {};
}

Result<bool> RealFile::fillTo(qint64 size)
{
    if (m_size >= size)
        return true;
    if (m_disk->fault().full)
        return false;
    m_disk->willChange();
    const qint64 before = m_size;
    const QByteArray zeros(static_cast<qsizetype>(std::min(size - before, kZerosAtOnce)), '\0');
    while (m_size < size) {
        const auto length = static_cast<std::size_t>(std::min<qint64>(size - m_size, zeros.size()));
        const ssize_t put = ::pwrite(m_fd.get(), zeros.constData(), length, m_size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && isNoSpace(errno)) {
            if (auto cut = truncate(before); !cut)
                return Error{cut.error()};
            return false;
        }
        if (put < 0)
            return failed(QStringLiteral("Writing"), m_path);
        m_size += put;
    }
    if (auto synced = sync(SyncOf::Room); !synced)
        return Error{synced.error()};
    return true;
}

Result<void> RealFile::append(QByteArrayView bytes)
{
    auto written = write(m_size, bytes);
    // The system begins to write what nobody will read soon, so that the sync at the end of a large file is short,
    // which those of the log stand in line behind: 64 MB in pieces of 256 KB, 32 ms without this, below 1 ms with it.
    if (m_size - m_onItsWay >= kWriteBehind) {
        ::posix_fadvise(m_fd.get(), m_onItsWay, m_size - m_onItsWay, POSIX_FADV_DONTNEED);
        m_onItsWay = m_size;
    }
    return written;
}

Result<void> RealFile::truncate(qint64 size)
{
    m_disk->willChange();
    if (::ftruncate(m_fd.get(), size) != 0)
        return failed(QStringLiteral("Cutting"), m_path);
    m_size = size;
    if (SyncedMark* kept = mark())
        kept->wasCut(size);
    return {};
}

Result<void> RealFile::sync(SyncOf of)
{
    m_disk->willChange();
    m_disk->willSync(of);
    m_disk->slowDown();
    if (!m_disk->isLeftOut(of)) {
        if (::fdatasync(m_fd.get()) != 0)
            return failed(QStringLiteral("Making durable"), m_path);
        if (auto flipped = flipBits(); !flipped)
            return flipped;
        if (SyncedMark* kept = mark())
            kept->wasSynced(m_size);
    }
    m_disk->synced(of);
    return {};
}

Error RealFile::writeFailed(int code)
{
    m_lackedSpace = isNoSpace(code);
    return failed(QStringLiteral("Writing"), m_path, code);
}

Result<void> RealFile::flipBits()
{
    for (const WrittenRange& written : std::exchange(m_written, {})) {
        const std::optional<quint64> bit = m_disk->drawFlippedBit(written);
        if (!bit)
            continue;
        const qint64 at = written.from + static_cast<qint64>(*bit / 8);
        char byte = 0;
        if (at >= m_size)
            continue; // cut off since
        if (::pread(m_fd.get(), &byte, 1, at) != 1)
            return failed(QStringLiteral("Reading"), m_path);
        byte = static_cast<char>(byte ^ (1 << *bit % 8));
        if (::pwrite(m_fd.get(), &byte, 1, at) != 1)
            return failed(QStringLiteral("Writing"), m_path);
    }
    return {};
}

} // namespace faultline::storage
