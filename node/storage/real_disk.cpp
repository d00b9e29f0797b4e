// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/real_disk.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace faultline::storage {

namespace {

Error failed(const QString& what, const QString& path, int code = errno)
{
    return Error{QStringLiteral("%1 %2 failed: %3.").arg(what, path, QString::fromLocal8Bit(std::strerror(code)))};
}

class Descriptor
{
public:
    explicit Descriptor(int fd)
        : m_fd(fd)
    {}
    Descriptor(Descriptor&& other) noexcept
        : m_fd(std::exchange(other.m_fd, -1))
    {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    int get() const { return m_fd; }
    explicit operator bool() const { return m_fd >= 0; }

private:
    int m_fd;
};

Descriptor openDescriptor(const QString& path, int flags)
{
    const QByteArray name = QFile::encodeName(path);
    int fd = -1;
    do {
        fd = ::open(name.constData(), flags | O_CLOEXEC, 0600);
    } while (fd < 0 && errno == EINTR);
    return Descriptor(fd);
}

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

class RealFile final : public File
{
public:
    RealFile(QString path, Descriptor fd, qint64 size)
        : m_path(std::move(path))
        , m_fd(std::move(fd))
        , m_size(size)
    {}

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
        while (!bytes.isEmpty()) {
            const ssize_t put = ::pwrite(m_fd.get(), bytes.data(), static_cast<std::size_t>(bytes.size()), offset);
            if (put < 0 && errno == EINTR)
                continue;
            if (put < 0)
                return failed(QStringLiteral("Writing"), m_path);
            bytes = bytes.sliced(put);
            offset += put;
            m_size = std::max(m_size, offset);
        }
        return {};
    }

    Result<void> append(QByteArrayView bytes) override { return write(m_size, bytes); }

    Result<void> truncate(qint64 size) override
    {
        if (::ftruncate(m_fd.get(), size) != 0)
            return failed(QStringLiteral("Cutting"), m_path);
        m_size = size;
        return {};
    }

    Result<void> sync() override
    {
        if (::fdatasync(m_fd.get()) != 0)
            return failed(QStringLiteral("Making durable"), m_path);
        return {};
    }

private:
    QString m_path;
    Descriptor m_fd;
    qint64 m_size;
};

class RealLock final : public FolderLock
{
public:
    explicit RealLock(Descriptor fd)
        : m_fd(std::move(fd))
    {}

private:
    Descriptor m_fd;
};

} // namespace

bool RealDisk::exists(const QString& path) const
{
    return QFileInfo::exists(path);
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
    if (mode == Open::CreateNew) {
        if (auto synced = syncFolder(folderOf(path)); !synced)
            return Error{synced.error()};
    }
    return std::unique_ptr<File>(std::make_unique<RealFile>(path, std::move(fd), info.st_size));
}

Result<void> RealDisk::rename(const QString& from, const QString& to)
{
    if (::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0)
        return failed(QStringLiteral("Renaming"), from + QStringLiteral(" to ") + to);
    return syncFolder(folderOf(to));
}

Result<void> RealDisk::remove(const QString& path)
{
    if (::unlink(QFile::encodeName(path).constData()) != 0)
        return failed(QStringLiteral("Removing"), path);
    return syncFolder(folderOf(path));
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
    return std::unique_ptr<FolderLock>(std::make_unique<RealLock>(std::move(fd)));
}

} // namespace faultline::storage
