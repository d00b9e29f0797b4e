// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/real_disk.h"

#include "node/storage/real_disk_state.h"
#include "node/storage/real_file.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <utility>

namespace faultline::storage {

namespace {

constexpr unsigned long kSomeSpace = 8ul << 20;

const QString kMakingDurable = QStringLiteral("Making durable the folder");

QString folderOf(const QString& path)
{
    return QFileInfo(path).path();
}

class RealLock final : public FolderLock
{
public:
    RealLock(std::shared_ptr<RealDiskState> disk, QString folder, Descriptor fd)
        : m_disk(std::move(disk))
        , m_folder(std::move(folder))
        , m_fd(std::move(fd))
    {}
    ~RealLock() override { m_disk->setMarks(m_folder, nullptr); }

private:
    std::shared_ptr<RealDiskState> m_disk;
    QString m_folder;
    Descriptor m_fd;
};

} // namespace

RealDisk::RealDisk(Pause pause)
    : m_state(std::make_shared<RealDiskState>(std::move(pause)))
{}

RealDisk::~RealDisk() = default;

void RealDisk::setFault(const fault::DiskFault& fault)
{
    m_state->setFault(fault);
}

void RealDisk::setTrial(const SyncTrial& trial)
{
    m_state->setTrial(trial);
}

bool RealDisk::lackedSpace() const
{
    return m_lackedSpace;
}

Error RealDisk::nameFailed(const QString& what, const QString& path, int code)
{
    m_lackedSpace = isNoSpace(code);
    return failed(what, path, code);
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
    return !m_state->fault().full && (::statvfs(QFile::encodeName(folder).constData(), &info) != 0 ||
                                      info.f_bavail * info.f_frsize >= kSomeSpace);
}

Result<std::unique_ptr<File>> RealDisk::open(const QString& path, Open mode)
{
    m_lackedSpace = false;
    if (mode == Open::CreateNew && m_state->fault().full)
        return nameFailed(QStringLiteral("Opening"), path, ENOSPC);
    if (mode == Open::CreateNew)
        m_state->willChange();
    Descriptor fd = openDescriptor(path, mode == Open::CreateNew ? O_RDWR | O_CREAT | O_EXCL : O_RDWR);
    if (!fd)
        return nameFailed(QStringLiteral("Opening"), path, errno);
    struct stat info
    {
    };
    if (::fstat(fd.get(), &info) != 0)
        return failed(QStringLiteral("Asking for the size of"), path);
    if (!S_ISREG(info.st_mode))
        return Error{QStringLiteral("Opening %1 failed: it is not a file.").arg(path)};
    auto file = std::make_unique<RealFile>(m_state, path, std::move(fd), info.st_size);
    if (const auto marks = m_state->marksOf(folderOf(path))) {
        if (mode == Open::CreateNew)
            marks->forget(info.st_ino); // of a file that is gone
        SyncedMark* mark = marks->claim(info.st_ino, info.st_size);
        if (!mark)
            return Error{QStringLiteral("Opening %1 failed: too many files are in use in its folder.").arg(path)};
        if (mode == Open::CreateNew)
            mark->wasCreated();
        file->keepMark(marks, mark);
    }
    return std::unique_ptr<File>(std::move(file));
}

Result<void> RealDisk::rename(const QString& from, const QString& to)
{
    m_lackedSpace = false;
    m_state->willChange();
    if (const auto marks = m_state->marksOf(folderOf(to)))
        marks->willRename(from, to);
    const bool replaces = exists(to);
    if (::rename(QFile::encodeName(from).constData(), QFile::encodeName(to).constData()) != 0)
        return nameFailed(QStringLiteral("Renaming"), from + QStringLiteral(" to ") + to, errno);
    const int code = m_state->makeNamesDurable(folderOf(to), SyncOf::RenamedName);
    // Taken back, so that it can be tried again; what it replaced cannot be.
    if (isNoSpace(code) && !replaces &&
        ::rename(QFile::encodeName(to).constData(), QFile::encodeName(from).constData()) == 0)
        return nameFailed(kMakingDurable, folderOf(to), code);
    return code == 0 ? Result<void>() : failed(kMakingDurable, folderOf(to), code);
}

Result<void> RealDisk::remove(const QString& path)
{
    m_lackedSpace = false;
    m_state->willChange();
    if (const auto marks = m_state->marksOf(folderOf(path)))
        marks->willRemove(path);
    if (::unlink(QFile::encodeName(path).constData()) != 0)
        return nameFailed(QStringLiteral("Removing"), path, errno);
    const int code = m_state->makeNamesDurable(folderOf(path), SyncOf::RemovedName);
    return code == 0 ? Result<void>() : nameFailed(kMakingDurable, folderOf(path), code);
}

Result<QStringList> RealDisk::list(const QString& folder) const
{
    if (!QFileInfo(folder).isDir())
        return Error{QStringLiteral("Listing %1 failed: it is not a folder.").arg(folder)};
    return [&] {
        QStringList names = QDir(folder).entryList(QDir::Files | QDir::Hidden | QDir::System, QDir::Name);
        names.removeIf(&SyncedMarks::isAside);
        return names;
    }();
}

Result<void> RealDisk::syncFolder(const QString& folder)
{
    const int code = m_state->makeNamesDurable(folder, SyncOf::FoundNames);
    return code == 0 ? Result<void>() : failed(kMakingDurable, folder, code);
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
            if (!QFileInfo(made).isDir())
                return failed(QStringLiteral("Making the folder"), made, code);
            // Where no folder can be made, none was.
            if (::access(QFile::encodeName(above).constData(), R_OK | W_OK) != 0)
                continue;
        }
        if (const int code = m_state->makeFolderDurable(made, above); code != 0)
            return failed(kMakingDurable, above, code);
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
        const quint64 process = QByteArray(owner, std::max<qsizetype>(0, length)).trimmed().toULongLong();
        return Error{QStringLiteral("The folder %1 is already used by %2.")
                         .arg(folder, process != 0 ? QStringLiteral("process %1").arg(process)
                                                   : QStringLiteral("another process"))};
    }
    const QByteArray self = QByteArray::number(::getpid()) + '\n';
    // Written over, which a full disk allows.
    if (::pwrite(fd.get(), self.constData(), static_cast<std::size_t>(self.size()), 0) < 0 ||
        ::ftruncate(fd.get(), self.size()) != 0)
        return failed(QStringLiteral("Writing"), path);
    auto marks = SyncedMarks::open(folder);
    if (!marks)
        return Error{marks.error()};
    m_state->setMarks(folder, *std::move(marks));
    return std::unique_ptr<FolderLock>(std::make_unique<RealLock>(m_state, folder, std::move(fd)));
}

} // namespace faultline::storage
