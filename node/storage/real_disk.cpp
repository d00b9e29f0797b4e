// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/real_disk.h"

#include "node/storage/descriptor.h"
#include "node/storage/synced_marks.h"

#include <QDir>
#include <QFileInfo>
#include <QRandomGenerator>

#include <map>
#include <mutex>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <thread>
#include <vector>

namespace faultline::storage {

namespace {

constexpr unsigned long kSomeSpace = 8ul << 20;
constexpr qint64 kZerosAtOnce = qint64(256) << 10;
constexpr qint64 kWriteBehind = qint64(1) << 20;

struct Written
{
    qint64 from;
    qint64 to;
};

Result<void> syncFolder(const QString& folder)
{
    const Descriptor fd = openDescriptor(folder.isEmpty() ? QStringLiteral(".") : folder, O_RDONLY | O_DIRECTORY);
    if (!fd || ::fsync(fd.get()) != 0)
        return failed(QStringLiteral("Making durable the folder"), folder);
    return {};
}

QString folderOf(const QString& path)
{
    return QFileInfo(path).path();
}

QString absolute(const QString& path)
{
    return QDir::cleanPath(QDir::current().absoluteFilePath(path));
}

bool isNoSpace(int code)
{
    return code == ENOSPC || code == EDQUOT;
}

quint64 inodeOf(const QString& path)
{
    struct stat info
    {
    };
    return ::stat(QFile::encodeName(path).constData(), &info) == 0 ? info.st_ino : 0;
}

} // namespace

/// What is wrong with the disk, and the marks of the folders that are locked.
class RealDisk::Shared
{
public:
    explicit Shared(Pause pause)
        : m_random(QRandomGenerator::global()->generate64())
        , m_pause(std::move(pause))
    {}

    void setFault(const fault::DiskFault& fault)
    {
        const std::lock_guard guard(m_mutex);
        m_fault = fault;
    }
    fault::DiskFault fault() const
    {
        const std::lock_guard guard(m_mutex);
        return m_fault;
    }

    void slowDown()
    {
        std::unique_lock guard(m_mutex);
        const std::chrono::microseconds delay = fault::drawSyncDelay(m_fault, m_random);
        guard.unlock();
        if (delay.count() == 0)
            return;
        if (m_pause)
            m_pause(delay);
        else
            std::this_thread::sleep_for(delay);
    }

    /// Which bit of what was written is flipped, counted from the first; nothing for most.
    std::optional<quint64> drawFlippedBit(const Written& written)
    {
        const std::lock_guard guard(m_mutex);
        if (!fault::happens(m_fault.flip, m_random))
            return std::nullopt;
        return fault::drawBelow(static_cast<quint64>(written.to - written.from) * 8, m_random);
    }

    std::shared_ptr<SyncedMarks> marksOf(const QString& folder) const
    {
        const std::lock_guard guard(m_mutex);
        const auto found = m_marks.find(absolute(folder));
        return found == m_marks.end() ? nullptr : found->second;
    }
    void setMarks(const QString& folder, std::shared_ptr<SyncedMarks> marks)
    {
        const std::lock_guard guard(m_mutex);
        if (marks)
            m_marks[absolute(folder)] = std::move(marks);
        else
            m_marks.erase(absolute(folder));
    }

    /// After a name in it changed.
    Result<void> makeNamesDurable(const QString& folder)
    {
        if (fault().lies)
            return {};
        if (auto synced = syncFolder(folder); !synced)
            return synced;
        if (const auto marks = marksOf(folder))
            marks->namesAreDurable();
        return {};
    }

private:
    mutable std::mutex m_mutex;
    fault::DiskFault m_fault;
    fault::Random m_random;
    Pause m_pause;
    std::map<QString, std::shared_ptr<SyncedMarks>> m_marks;
};

namespace {

class RealFile final : public File
{
public:
    RealFile(std::shared_ptr<RealDisk::Shared> disk, QString path, Descriptor fd, qint64 size)
        : m_disk(std::move(disk))
        , m_path(std::move(path))
        , m_fd(std::move(fd))
        , m_size(size)
        , m_onItsWay(size)
    {}

    void keepMark(std::shared_ptr<SyncedMarks> marks, SyncedMark* mark)
    {
        m_marks = std::move(marks);
        m_mark = mark;
    }

    qint64 size() const override { return m_size; }

    Result<QByteArray> pread(qint64 offset, qsizetype length) const override
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

    Result<void> write(qint64 offset, QByteArrayView bytes) override
    {
        m_lackedSpace = false;
        if (bytes.isEmpty())
            return {};
        if (offset + bytes.size() > m_size && m_disk->fault().full)
            return writeFailed(ENOSPC);
        if (m_mark)
            m_mark->willWrite(offset, offset + bytes.size());
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

    bool lackedSpace() const override { return m_lackedSpace; }

    Result<bool> fillTo(qint64 size) override
    {
        if (m_size >= size)
            return true;
        if (m_disk->fault().full)
            return false;
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
        if (auto synced = sync(); !synced)
            return Error{synced.error()};
        return true;
    }

    Result<void> append(QByteArrayView bytes) override
    {
        auto written = write(m_size, bytes);
        // The system begins to write what nobody will read soon, so that the sync at the end of a large file is short,
        // which those of the log stand in line behind: 64 MB in pieces of 256 KB, 32 ms without this, below 1 ms with
        // it.
        if (m_size - m_onItsWay >= kWriteBehind) {
            ::posix_fadvise(m_fd.get(), m_onItsWay, m_size - m_onItsWay, POSIX_FADV_DONTNEED);
            m_onItsWay = m_size;
        }
        return written;
    }

    Result<void> truncate(qint64 size) override
    {
        if (::ftruncate(m_fd.get(), size) != 0)
            return failed(QStringLiteral("Cutting"), m_path);
        m_size = size;
        if (m_mark)
            m_mark->wasCut(size);
        return {};
    }

    Result<void> sync() override
    {
        m_disk->slowDown();
        if (m_disk->fault().lies)
            return {};
        if (::fdatasync(m_fd.get()) != 0)
            return failed(QStringLiteral("Making durable"), m_path);
        if (auto flipped = flipBits(); !flipped)
            return flipped;
        if (m_mark)
            m_mark->wasSynced(m_size);
        return {};
    }

private:
    Error writeFailed(int code)
    {
        m_lackedSpace = isNoSpace(code);
        return failed(QStringLiteral("Writing"), m_path, code);
    }

    Result<void> flipBits()
    {
        for (const Written& written : std::exchange(m_written, {})) {
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

    std::shared_ptr<RealDisk::Shared> m_disk;
    QString m_path;
    Descriptor m_fd;
    qint64 m_size;
    qint64 m_onItsWay; ///< what was appended up to here
    bool m_lackedSpace = false;
    std::vector<Written> m_written; ///< since the last honest sync
    std::shared_ptr<SyncedMarks> m_marks;
    SyncedMark* m_mark = nullptr; ///< in m_marks
};

class RealLock final : public FolderLock
{
public:
    RealLock(std::shared_ptr<RealDisk::Shared> disk, QString folder, Descriptor fd)
        : m_disk(std::move(disk))
        , m_folder(std::move(folder))
        , m_fd(std::move(fd))
    {}
    ~RealLock() override { m_disk->setMarks(m_folder, nullptr); }

private:
    std::shared_ptr<RealDisk::Shared> m_disk;
    QString m_folder;
    Descriptor m_fd;
};

} // namespace

RealDisk::RealDisk(Pause pause)
    : m_shared(std::make_shared<Shared>(std::move(pause)))
{}

RealDisk::~RealDisk() = default;

void RealDisk::setFault(const fault::DiskFault& fault)
{
    m_shared->setFault(fault);
}

bool RealDisk::exists(const QString& path) const
{
    return QFileInfo::exists(path);
}

bool RealDisk::hasSpace(const QString& folder) const
{
    struct statvfs info
    {
    };
    return !m_shared->fault().full && (::statvfs(QFile::encodeName(folder).constData(), &info) != 0 ||
                                       info.f_bavail * info.f_frsize >= kSomeSpace);
}

Result<std::unique_ptr<File>> RealDisk::open(const QString& path, Open mode)
{
    Descriptor fd = openDescriptor(path, mode == Open::CreateNew ? O_RDWR | O_CREAT | O_EXCL : O_RDWR);
    if (!fd)
        return failed(QStringLiteral("Opening"), path);
    struct stat info
    {
    };
    if (::fstat(fd.get(), &info) != 0)
        return failed(QStringLiteral("Asking for the size of"), path);
    if (!S_ISREG(info.st_mode))
        return Error{QStringLiteral("Opening %1 failed: it is not a file.").arg(path)};
    auto file = std::make_unique<RealFile>(m_shared, path, std::move(fd), info.st_size);
    if (const auto marks = m_shared->marksOf(folderOf(path))) {
        if (mode == Open::CreateNew)
            marks->forget(info.st_ino); // of a file that is gone
        SyncedMark* mark = marks->claim(info.st_ino, info.st_size);
        if (!mark)
            return Error{QStringLiteral("Opening %1 failed: too many files are in use in its folder.").arg(path)};
        if (mode == Open::CreateNew)
            mark->newName = 1;
        file->keepMark(marks, mark);
    }
    if (mode == Open::CreateNew) {
        if (auto durable = m_shared->makeNamesDurable(folderOf(path)); !durable)
            return Error{durable.error()};
    }
    return std::unique_ptr<File>(std::move(file));
}

Result<void> RealDisk::rename(const QString& from, const QString& to)
{
    const auto marks = m_shared->marksOf(folderOf(to));
    const quint64 replaced = inodeOf(to);
    if (marks && replaced == 0 && m_shared->fault().lies) {
        if (SyncedMark* mark = marks->find(inodeOf(from)))
            mark->willBeRenamed(QFile::encodeName(QFileInfo(from).fileName()));
    }
    if (::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0)
        return failed(QStringLiteral("Renaming"), from + QStringLiteral(" to ") + to);
    if (marks && replaced != 0)
        marks->forget(replaced);
    return m_shared->makeNamesDurable(folderOf(to));
}

Result<void> RealDisk::remove(const QString& path)
{
    const auto marks = m_shared->marksOf(folderOf(path));
    const quint64 inode = inodeOf(path);
    if (::unlink(QFile::encodeName(path).constData()) != 0)
        return failed(QStringLiteral("Removing"), path);
    if (marks && inode != 0)
        marks->forget(inode);
    return m_shared->makeNamesDurable(folderOf(path));
}

Result<QStringList> RealDisk::list(const QString& folder) const
{
    if (!QFileInfo(folder).isDir())
        return Error{QStringLiteral("Listing %1 failed: it is not a folder.").arg(folder)};
    return QDir(folder).entryList(QDir::Files | QDir::Hidden | QDir::System, QDir::Name);
}

Result<void> RealDisk::makeFolder(const QString& folder)
{
    const QString path = QDir::cleanPath(QDir::current().absoluteFilePath(folder));
    QString made;
    for (const QString& part : path.split(QLatin1Char('/'), Qt::SkipEmptyParts)) {
        const QString above = made.isEmpty() ? QStringLiteral("/") : made;
        made += QLatin1Char('/') + part;
        if (::mkdir(QFile::encodeName(made).constData(), 0700) != 0) {
            const int code = errno;
            if (QFileInfo(made).isDir())
                continue;
            return failed(QStringLiteral("Making the folder"), made, code);
        }
        if (auto synced = syncFolder(above); !synced)
            return synced;
    }
    return {};
}

Result<std::unique_ptr<FolderLock>> RealDisk::lockFolder(const QString& folder)
{
    const QString path = folder + QStringLiteral("/lock");
    Descriptor fd = openDescriptor(path, O_RDWR | O_CREAT);
    if (!fd)
        return failed(QStringLiteral("Opening"), path);
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK)
            return failed(QStringLiteral("Locking"), path);
        char owner[32] = {};
        const ssize_t length = ::pread(fd.get(), owner, sizeof owner - 1, 0);
        const QByteArray process = length > 0 ? QByteArray(owner, length).trimmed() : QByteArray("unknown");
        return Error{
            QStringLiteral("The folder %1 is already used by process %2.").arg(folder, QString::fromLatin1(process))};
    }
    const QByteArray self = QByteArray::number(::getpid()) + '\n';
    if (::ftruncate(fd.get(), 0) != 0 ||
        ::pwrite(fd.get(), self.constData(), static_cast<std::size_t>(self.size()), 0) < 0)
        return failed(QStringLiteral("Writing"), path);
    auto marks = SyncedMarks::open(folder);
    if (!marks)
        return Error{marks.error()};
    m_shared->setMarks(folder, *std::move(marks));
    return std::unique_ptr<FolderLock>(std::make_unique<RealLock>(m_shared, folder, std::move(fd)));
}

} // namespace faultline::storage
