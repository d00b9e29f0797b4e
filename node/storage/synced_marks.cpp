// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/synced_marks.h"

#include "node/storage/descriptor.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <optional>
#include <span>
#include <sys/mman.h>
#include <sys/stat.h>
#include <xxhash.h>

namespace faultline::storage {

namespace {

constexpr std::size_t kHeaderSize = 128;
constexpr std::size_t kMarks = 1023;
constexpr std::size_t kFileSize = kHeaderSize + kMarks * sizeof(SyncedMark);
constexpr std::size_t kMagicSize = 16;
constexpr char kMagic1[kMagicSize] = "faultmarks 1\n"; ///< words without checks
constexpr char kMagic2[kMagicSize] = "faultmarks 2\n"; ///< without boot and folder
constexpr char kMagic[kMagicSize] = "faultmarks 3\n";  ///< changes with the layout
constexpr std::size_t kFolderIsNewAt = kMagicSize;     ///< a word: kFolderIsNew or zero, so that one bit makes neither
constexpr quint64 kFolderIsNew = 0x776f'4e72'6564'6c6f;
constexpr std::size_t kPlaceAt = kFolderIsNewAt + sizeof(quint64);

constexpr int kValueBits = 48;
constexpr quint64 kValueMask = (quint64(1) << kValueBits) - 1;

constexpr quint64 kCreated = 1;
constexpr quint64 kRenamed = 2;
constexpr quint64 kRemoved = 4;
constexpr quint64 kReplaced = 8;
constexpr quint64 kFormerlyNamed = kRenamed | kRemoved | kReplaced;
constexpr qsizetype kMostAsides = 16; ///< of a disk that never makes a name durable

const QString kAside = QStringLiteral("undo-");

/// The compiler keeps the order of what other processes must see in order.
template <typename T> void store(T& field, T value)
{
    std::atomic_ref<T>(field).store(value, std::memory_order_release);
}

quint64 withCheck(quint64 value, const void* salt, std::size_t saltSize, quint64 seed)
{
    return (value & kValueMask) | XXH3_64bits_withSeed(salt, saltSize, seed ^ (value & kValueMask)) << kValueBits;
}

qint64 valueOf(quint64 word)
{
    return static_cast<qint64>(word & kValueMask);
}

quint64 inodeOf(const QString& path)
{
    struct stat info
    {
    };
    return ::stat(QFile::encodeName(path).constData(), &info) == 0 ? info.st_ino : 0;
}

/// When and where marks mean what they say.
struct Place
{
    quint64 folder = 0; ///< its inode
    char boot[40] = {}; ///< as the system names it; empty: it has no name
    bool operator==(const Place&) const = default;
};
static_assert(kPlaceAt + sizeof(Place) <= kHeaderSize);

Place placeOf(const QString& folder)
{
    Place place;
    place.folder = inodeOf(folder);
    QFile file(QStringLiteral("/proc/sys/kernel/random/boot_id"));
    if (file.open(QIODevice::ReadOnly)) {
        const QByteArray boot = file.readAll().trimmed();
        std::copy_n(boot.begin(), std::min<std::size_t>(std::size(boot), sizeof place.boot), place.boot);
    }
    return place;
}

/// As format 1 laid it out.
struct Mark1
{
    quint64 inode;
    qint64 durable;
    qint64 dirtyFrom;
    qint64 dirtyTo;
    quint64 newName;
    char formerName[88];
};
static_assert(sizeof(Mark1) == sizeof(SyncedMark));

} // namespace

// ---- one mark

quint64 SyncedMark::sealed(quint64 value, int word) const
{
    return withCheck(value, &m_inode, sizeof m_inode, static_cast<quint64>(word) << kValueBits);
}

quint64 SyncedMark::namesSealed(quint64 names) const
{
    // The former name is written before the word that says there is one.
    const std::size_t length = (names & kFormerlyNamed) != 0 ? sizeof m_formerName : 0;
    return withCheck(names, m_formerName, length, sealed(names, 4));
}

void SyncedMark::begin(quint64 inode, qint64 durable)
{
    *this = SyncedMark{};
    // The inode is stored last, and the checks are by it.
    SyncedMark whole{};
    whole.m_inode = inode;
    whole.m_durable = whole.sealed(static_cast<quint64>(durable), 1);
    whole.m_dirtyFrom = whole.sealed(0, 2);
    whole.m_dirtyTo = whole.sealed(0, 3);
    whole.m_names = whole.namesSealed(0);
    store(m_durable, whole.m_durable);
    store(m_dirtyFrom, whole.m_dirtyFrom);
    store(m_dirtyTo, whole.m_dirtyTo);
    store(m_names, whole.m_names);
    store(m_inode, inode);
}

void SyncedMark::end()
{
    store(m_inode, quint64(0));
}

bool SyncedMark::isWhole() const
{
    return m_durable == sealed(m_durable, 1) && m_dirtyFrom == sealed(m_dirtyFrom, 2) &&
           m_dirtyTo == sealed(m_dirtyTo, 3) && m_names == namesSealed(m_names & kValueMask);
}

qint64 SyncedMark::durable() const
{
    return valueOf(m_durable);
}

qint64 SyncedMark::dirtyFrom() const
{
    return valueOf(m_dirtyFrom);
}

qint64 SyncedMark::dirtyTo() const
{
    return valueOf(m_dirtyTo);
}

quint64 SyncedMark::names() const
{
    return m_names & kValueMask;
}

bool SyncedMark::isCreated() const
{
    return (names() & kCreated) != 0;
}

bool SyncedMark::isRemoved() const
{
    return (names() & (kRemoved | kReplaced)) != 0;
}

bool SyncedMark::isReplaced() const
{
    return (names() & kReplaced) != 0;
}

QString SyncedMark::formerName() const
{
    if ((names() & kFormerlyNamed) == 0)
        return {};
    return QFile::decodeName(QByteArray(m_formerName, qsizetype(qstrnlen(m_formerName, sizeof m_formerName))));
}

void SyncedMark::wasCreated()
{
    store(m_names, namesSealed(names() | kCreated));
}

void SyncedMark::willWrite(qint64 offset, qint64 end)
{
    if (offset >= durable())
        return;
    const qint64 from = dirtyTo() == 0 ? offset : std::min(dirtyFrom(), offset);
    const qint64 to = std::max(dirtyTo(), std::min(end, durable()));
    store(m_dirtyFrom, sealed(static_cast<quint64>(from), 2));
    store(m_dirtyTo, sealed(static_cast<quint64>(to), 3));
}

void SyncedMark::wasCut(qint64 size)
{
    store(m_durable, sealed(static_cast<quint64>(std::min(durable(), size)), 1));
    store(m_dirtyTo, sealed(static_cast<quint64>(std::min(dirtyTo(), size)), 3));
}

void SyncedMark::wasSynced(qint64 size)
{
    store(m_dirtyTo, sealed(0, 3));
    store(m_durable, sealed(static_cast<quint64>(size), 1));
}

void SyncedMark::noteName(const QString& former, quint64 bit)
{
    const QByteArray name = QFile::encodeName(former);
    if ((names() & kFormerlyNamed) == 0) {
        if (name.isEmpty() || name.size() >= qsizetype(sizeof m_formerName))
            return;
        std::fill(std::begin(m_formerName), std::end(m_formerName), '\0');
        std::copy(name.begin(), name.end(), m_formerName);
    }
    store(m_names, namesSealed(names() | bit));
}

void SyncedMark::nameIsDurable()
{
    store(m_names, namesSealed(0));
}

// ---- all of a folder

QString SyncedMarks::fileName()
{
    return QStringLiteral("synced-marks");
}

bool SyncedMarks::isAside(const QString& name)
{
    return name.startsWith(kAside);
}

Result<std::unique_ptr<SyncedMarks>> SyncedMarks::open(const QString& folder, bool trusted)
{
    const QString path = folder + QLatin1Char('/') + fileName();
    const Descriptor fd = openDescriptor(path, O_RDWR | O_CREAT);
    struct stat info
    {
    };
    if (!fd || ::fstat(fd.get(), &info) != 0)
        return failed(QStringLiteral("Opening"), path);
    // Its blocks are asked for here: writing to a mapping that has none on a full disk ends the process.
    if (::ftruncate(fd.get(), static_cast<off_t>(kFileSize)) != 0)
        return failed(QStringLiteral("Making room in"), path);
    int code = EINTR;
    while (code == EINTR)
        code = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(kFileSize));
    if (isNoSpace(code))
        return std::unique_ptr<SyncedMarks>();
    if (code != 0)
        return failed(QStringLiteral("Making room in"), path, code);
    void* mapping = ::mmap(nullptr, kFileSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (mapping == MAP_FAILED)
        return failed(QStringLiteral("Mapping"), path);
    std::unique_ptr<SyncedMarks> marks(new SyncedMarks(folder, mapping));
    if (auto understood = marks->understand(path, info.st_size, trusted); !understood)
        return Error{understood.error()};
    marks->dropStrayAsides();
    return marks;
}

SyncedMarks::~SyncedMarks()
{
    ::munmap(m_mapping, kFileSize);
}

Result<void> SyncedMarks::understand(const QString& path, qint64 size, bool trusted)
{
    char* header = static_cast<char*>(m_mapping);
    if (std::memcmp(header, kMagic1, kMagicSize) == 0 && size == qint64(kFileSize)) {
        for (SyncedMark& mark : std::span(marks(), kMarks)) {
            Mark1 old{};
            std::memcpy(&old, &mark, sizeof old);
            if (old.inode == 0)
                continue;
            mark.begin(old.inode, old.durable);
            mark.m_dirtyFrom = mark.sealed(static_cast<quint64>(old.dirtyFrom), 2);
            mark.m_dirtyTo = mark.sealed(static_cast<quint64>(old.dirtyTo), 3);
            if (old.newName != 0)
                mark.wasCreated();
            if (old.formerName[0] != '\0')
                mark.noteName(QFile::decodeName(QByteArray(old.formerName,
                                                           qsizetype(qstrnlen(old.formerName, sizeof old.formerName)))),
                              kRenamed);
        }
        setFolderNew(false);
        std::memcpy(header, kMagic2, kMagicSize);
    }
    const Place here = placeOf(m_folder);
    if (std::memcmp(header, kMagic2, kMagicSize) == 0 && size == qint64(kFileSize)) {
        std::memcpy(header + kPlaceAt, &here, sizeof here);
        std::memcpy(header, kMagic, kMagicSize);
    }
    Place there;
    std::memcpy(&there, header + kPlaceAt, sizeof there);
    if (std::memcmp(header, kMagic, kMagicSize) != 0 || size != qint64(kFileSize) || there != here ||
        here.boot[0] == '\0') {
        beginAnew();
        return {};
    }
    const auto damaged = std::ranges::find_if(
        std::span(marks(), kMarks), [](const SyncedMark& mark) { return mark.m_inode != 0 && !mark.isWhole(); });
    std::optional<std::ptrdiff_t> place;
    if (folderWord() != 0 && folderWord() != kFolderIsNew)
        place = static_cast<std::ptrdiff_t>(kFolderIsNewAt);
    else if (damaged != std::span(marks(), kMarks).end())
        place = reinterpret_cast<const char*>(&*damaged) - header;
    if (!place)
        return {};
    if (trusted)
        return Error{QStringLiteral("%1 is damaged at offset %2: nobody knows any more what was durable when the power "
                                    "failed. Remove it, and everything in its folder counts as durable.")
                         .arg(path)
                         .arg(*place)};
    beginAnew();
    return {};
}

void SyncedMarks::beginAnew()
{
    const Place here = placeOf(m_folder);
    std::memset(m_mapping, 0, kFileSize);
    std::memcpy(static_cast<char*>(m_mapping) + kPlaceAt, &here, sizeof here);
    std::memcpy(m_mapping, kMagic, kMagicSize);
}

void SyncedMarks::dropStrayAsides()
{
    for (const QString& name : QDir(m_folder).entryList({kAside + u'*'}, QDir::Files)) {
        const QString path = m_folder + QLatin1Char('/') + name;
        const SyncedMark* mark = slotOf(inodeOf(path));
        if (!mark || !mark->isRemoved())
            ::unlink(QFile::encodeName(path).constData());
    }
}

QString SyncedMarks::asidePath(quint64 inode) const
{
    return m_folder + QLatin1Char('/') + kAside + QString::number(inode);
}

quint64& SyncedMarks::folderWord() const
{
    return *reinterpret_cast<quint64*>(static_cast<char*>(m_mapping) + kFolderIsNewAt);
}

SyncedMark* SyncedMarks::marks() const
{
    return reinterpret_cast<SyncedMark*>(static_cast<char*>(m_mapping) + kHeaderSize);
}

SyncedMark* SyncedMarks::slotOf(quint64 inode) const
{
    const std::span all(marks(), kMarks);
    const auto found = std::ranges::find(all, inode, &SyncedMark::m_inode);
    return found == all.end() ? nullptr : &*found;
}

SyncedMark* SyncedMarks::find(quint64 inode)
{
    const std::lock_guard guard(m_mutex);
    return inode == 0 ? nullptr : slotOf(inode);
}

SyncedMark* SyncedMarks::claim(quint64 inode, qint64 durable)
{
    const std::lock_guard guard(m_mutex);
    if (SyncedMark* known = slotOf(inode))
        return known;
    SyncedMark* free = slotOf(0);
    if (free)
        free->begin(inode, durable);
    return free;
}

void SyncedMarks::forget(quint64 inode)
{
    const std::lock_guard guard(m_mutex);
    if (SyncedMark* mark = slotOf(inode))
        mark->end();
}

void SyncedMarks::forgetAllBut(const std::set<quint64>& inodes)
{
    const std::lock_guard guard(m_mutex);
    for (SyncedMark& mark : std::span(marks(), kMarks)) {
        if (mark.m_inode != 0 && !inodes.contains(mark.m_inode))
            mark.end();
    }
}

void SyncedMarks::keepAside(const QString& path, quint64 bit)
{
    struct stat info
    {
    };
    if (::stat(QFile::encodeName(path).constData(), &info) != 0)
        return;
    const auto asides = std::ranges::count_if(
        std::span(marks(), kMarks), [](const SyncedMark& mark) { return mark.m_inode != 0 && mark.isRemoved(); });
    SyncedMark* mark = claim(info.st_ino, info.st_size);
    if (mark && asides < kMostAsides)
        mark->noteName(QFileInfo(path).fileName(), bit);
    // Where it cannot be kept, its name has gone for good.
    if (!mark || !mark->isRemoved() ||
        (::link(QFile::encodeName(path).constData(), QFile::encodeName(asidePath(info.st_ino)).constData()) != 0 &&
         errno != EEXIST))
        forget(info.st_ino);
}

void SyncedMarks::willRemove(const QString& path)
{
    keepAside(path, kRemoved);
}

void SyncedMarks::willRename(const QString& from, const QString& to)
{
    keepAside(to, kReplaced);
    if (SyncedMark* mark = find(inodeOf(from)))
        mark->noteName(QFileInfo(from).fileName(), kRenamed);
}

void SyncedMarks::namesAreDurable()
{
    const std::lock_guard guard(m_mutex);
    for (SyncedMark& mark : std::span(marks(), kMarks)) {
        if (mark.m_inode == 0 || mark.names() == 0)
            continue;
        if (mark.isRemoved()) {
            ::unlink(QFile::encodeName(asidePath(mark.m_inode)).constData());
            mark.end();
        } else {
            mark.nameIsDurable();
        }
    }
}

bool SyncedMarks::isFolderNew() const
{
    return folderWord() == kFolderIsNew;
}

void SyncedMarks::setFolderNew(bool isNew)
{
    store(folderWord(), isNew ? kFolderIsNew : 0);
}

} // namespace faultline::storage
