// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/power_cut.h"

#include "node/storage/descriptor.h"
#include "node/storage/real_disk.h"
#include "node/storage/synced_marks.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <set>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace faultline::storage {

namespace {

constexpr qint64 kSector = 512;

enum class Fate { Gone, CutShort, Torn };

/// Torn seldom: a log that a lying disk said was durable, and that has holes, is refused, rightly; were that common, a
/// cut of power to a whole cluster of liars would leave nobody to show what was lost.
Fate drawFate(fault::Random& random)
{
    const quint64 drawn = fault::drawBelow(16, random);
    return drawn == 0 ? Fate::Torn : drawn <= 4 ? Fate::CutShort : Fate::Gone;
}

/// One file, while it loses what was not durable.
class Tearing
{
public:
    Tearing(QString path, const Descriptor& fd, fault::Random& random, TornAway& torn)
        : m_path(std::move(path))
        , m_fd(fd)
        , m_random(random)
        , m_torn(torn)
    {}

    Result<void> tear(const SyncedMark& mark, qint64 size)
    {
        const qint64 before = m_torn.bytes;
        const Fate fate = drawFate(m_random);
        const qint64 dirtyTo = std::min(mark.dirtyTo(), size);
        if (dirtyTo > mark.dirtyFrom()) {
            // Cut short: what was written first is there.
            const qint64 lostFrom =
                fate == Fate::CutShort ? mark.dirtyFrom() + drawUpTo(dirtyTo - mark.dirtyFrom()) : mark.dirtyFrom();
            if (auto done = tearSectors(lostFrom, dirtyTo, fate == Fate::CutShort ? Fate::Gone : fate); !done)
                return done;
        }
        const qint64 unsynced = size - mark.durable();
        if (unsynced > 0) {
            qint64 kept = 0;
            if (fate != Fate::Gone)
                kept = drawUpTo(unsynced);
            if (::ftruncate(m_fd.get(), mark.durable() + kept) != 0)
                return failed(QStringLiteral("Cutting"), m_path);
            m_torn.bytes += unsynced - kept;
            if (fate == Fate::Torn) {
                if (auto done = tearSectors(mark.durable(), mark.durable() + kept, fate); !done)
                    return done;
            }
        }
        if (m_torn.bytes > before)
            ++m_torn.files;
        return {};
    }

private:
    qint64 drawUpTo(qint64 most)
    {
        return static_cast<qint64>(fault::drawBelow(static_cast<quint64>(most) + 1, m_random));
    }

    /// Each sector's part of the range stays, is what it was before anything was written there (zeros, as far as
    /// anybody knows), or is garbage.
    Result<void> tearSectors(qint64 from, qint64 to, Fate fate)
    {
        for (qint64 at = from; at < to;) {
            const qint64 end = std::min(to, (at / kSector + 1) * kSector);
            const quint64 drawn = fault::drawBelow(8, m_random);
            if (fate == Fate::Gone || drawn >= 4) {
                QByteArray bytes(static_cast<qsizetype>(end - at), '\0');
                if (fate != Fate::Gone && drawn == 7) {
                    for (char& byte : bytes)
                        byte = static_cast<char>(fault::drawBelow(256, m_random));
                }
                if (::pwrite(m_fd.get(), bytes.constData(), static_cast<std::size_t>(bytes.size()), at) != bytes.size())
                    return failed(QStringLiteral("Writing"), m_path);
                m_torn.bytes += bytes.size();
            }
            at = end;
        }
        return {};
    }

    QString m_path;
    const Descriptor& m_fd;
    fault::Random& m_random;
    TornAway& m_torn;
};

/// What becomes of the names of a folder, once it is decided for all of them.
struct NameChanges
{
    std::vector<QString> removed;
    std::vector<std::pair<QString, QString>> renamed; ///< from, to: where no other file is

    Result<void> make(TornAway& torn) const
    {
        for (const QString& path : removed) {
            if (::unlink(QFile::encodeName(path).constData()) != 0)
                return failed(QStringLiteral("Removing"), path);
        }
        for (const auto& [now, former] : renamed) {
            if (QFile::exists(former))
                continue;
            if (::rename(QFile::encodeName(now).constData(), QFile::encodeName(former).constData()) != 0)
                return failed(QStringLiteral("Renaming"), now + QStringLiteral(" to ") + former);
            ++torn.names;
        }
        return {};
    }
};

Result<void> removeAll(const QString& folder, const QStringList& names, TornAway& torn)
{
    NameChanges changes;
    for (const QString& name : names) {
        changes.removed.push_back(folder + QLatin1Char('/') + name);
        torn.bytes += QFileInfo(changes.removed.back()).size();
    }
    torn.names += static_cast<int>(names.size());
    torn.files += static_cast<int>(names.size());
    return changes.make(torn);
}

} // namespace

Result<TornAway> tearUnsynced(const QString& folder, fault::Random& random)
{
    TornAway torn;
    if (!QFile::exists(folder + QLatin1Char('/') + SyncedMarks::fileName()))
        return torn;
    const auto marks = SyncedMarks::open(folder, true);
    if (!marks)
        return Error{marks.error()};
    if (!*marks)
        return Error{
            QStringLiteral("The disk of %1 is full: what was durable when the power failed cannot be looked up. "
                           "Make room, and start the node again.")
                .arg(folder)};
    RealDisk disk;
    const auto lock = disk.lockFolder(folder);
    if (!lock)
        return Error{lock.error()};
    const bool isFolderGone = (*marks)->isFolderNew() && fault::drawBelow(4, random) != 0;
    (*marks)->setFolderNew(false);
    QStringList names = QDir(folder).entryList(QDir::Files | QDir::Hidden | QDir::System, QDir::Name);
    names.removeAll(SyncedMarks::fileName());
    names.removeAll(QStringLiteral("lock"));
    if (isFolderGone) {
        if (auto removed = removeAll(folder, names, torn); !removed)
            return Error{removed.error()};
        (*marks)->forgetAllBut({});
        return torn;
    }
    NameChanges changes;
    std::set<quint64> left;
    for (const QString& name : names) {
        const QString path = folder + QLatin1Char('/') + name;
        const Descriptor fd = openDescriptor(path, O_RDWR);
        struct stat info
        {
        };
        if (!fd || ::fstat(fd.get(), &info) != 0)
            return failed(QStringLiteral("Opening"), path);
        SyncedMark* mark = (*marks)->find(info.st_ino);
        if (!mark)
            continue;
        const bool isAside = SyncedMarks::isAside(name);
        const QString former = mark->formerName();
        const bool goesBack = !former.isEmpty() && !former.contains(QLatin1Char('/')) &&
                              (isAside || !mark->isRemoved()) &&
                              (mark->isReplaced() || fault::drawBelow(2, random) == 0);
        const bool vanishes = mark->isCreated() && fault::drawBelow(4, random) != 0;
        if (vanishes || (isAside && !goesBack)) {
            changes.removed.push_back(path);
            if (!isAside) {
                ++torn.files;
                ++torn.names;
                torn.bytes += info.st_size;
            }
            continue;
        }
        left.insert(info.st_ino);
        if (auto done = Tearing(path, fd, random, torn).tear(*mark, info.st_size); !done)
            return Error{done.error()};
        if (::fsync(fd.get()) != 0 || ::fstat(fd.get(), &info) != 0)
            return failed(QStringLiteral("Making durable"), path);
        mark->wasSynced(info.st_size);
        if (goesBack)
            changes.renamed.emplace_back(path, folder + QLatin1Char('/') + former);
    }
    // Files whose names changed make room for those whose names went.
    std::ranges::stable_partition(
        changes.renamed, [](const auto& change) { return !SyncedMarks::isAside(QFileInfo(change.first).fileName()); });
    if (auto made = changes.make(torn); !made)
        return Error{made.error()};
    const Descriptor fd = openDescriptor(folder, O_RDONLY | O_DIRECTORY);
    if (!fd || ::fsync(fd.get()) != 0)
        return failed(QStringLiteral("Making durable the folder"), folder);
    (*marks)->namesAreDurable();
    (*marks)->forgetAllBut(left);
    return torn;
}

} // namespace faultline::storage
