// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/disk/sim_disk.h"

#include "node/sim/disk/sim_content.h"

#include <algorithm>

namespace faultline::sim {

namespace {

Error failed(const char* what, const QString& path, const QString& why)
{
    return Error{QStringLiteral("%1 %2 failed: %3.").arg(QLatin1String(what), path, why)};
}

const QString kPowerIsOff = QStringLiteral("the power is off");
const QString kIsGone = QStringLiteral("the process that opened it is gone");
constexpr quint64 kFullForOneNameIn = 16;
const QString kNoSpace = QStringLiteral("No space left on device");
const QString kNoSuchFile = QStringLiteral("No such file or directory");

QString folderOf(const QString& path)
{
    return path.left(std::max<qsizetype>(0, path.lastIndexOf(u'/')));
}

} // namespace

class SimFile final : public storage::File
{
public:
    SimFile(SimDisk& disk, QString path, std::shared_ptr<SimContent> content)
        : m_disk(disk)
        , m_path(std::move(path))
        , m_content(std::move(content))
        , m_generation(disk.m_generation)
    {}

    qint64 size() const override { return m_content->bytes().size(); }

    Result<QByteArray> pread(qint64 offset, qsizetype length) const override
    {
        if (auto works = m_disk.works("Reading", m_path, m_generation); !works)
            return Error{works.error()};
        return m_content->bytes().mid(offset, length);
    }

    Result<void> write(qint64 offset, QByteArrayView bytes) override
    {
        if (auto works = m_disk.works("Writing", m_path, m_generation); !works)
            return works;
        if (bytes.isEmpty())
            return {};
        m_lackedSpace = m_disk.m_fault.full && offset + bytes.size() > size();
        if (m_lackedSpace) {
            ++m_disk.m_counts.refused;
            return failed("Writing", m_path, kNoSpace);
        }
        const bool last = m_disk.isLast({SimDisk::Change::Kind::Write, m_path, offset, bytes});
        if (last && m_disk.m_end.how == SimDisk::End::How::Kill)
            bytes = bytes.first(
                static_cast<qsizetype>(fault::drawBelow(static_cast<quint64>(bytes.size()) + 1, m_disk.m_random)));
        m_content->write(offset, bytes);
        return last ? m_disk.end("Writing", m_path) : Result<void>();
    }

    Result<void> append(QByteArrayView bytes) override { return write(size(), bytes); }

    bool lackedSpace() const override { return m_lackedSpace; }

    Result<bool> fillTo(qint64 to) override
    {
        if (auto works = m_disk.works("Writing", m_path, m_generation); !works)
            return Error{works.error()};
        if (to <= size())
            return true;
        if (m_disk.m_fault.full) {
            ++m_disk.m_counts.refused;
            return false;
        }
        if (auto written = append(QByteArray(static_cast<qsizetype>(to - size()), '\0')); !written)
            return Error{written.error()};
        if (auto synced = sync(storage::SyncOf::Room); !synced)
            return Error{synced.error()};
        return true;
    }

    Result<void> truncate(qint64 size) override
    {
        if (auto works = m_disk.works("Cutting", m_path, m_generation); !works)
            return works;
        const bool last = m_disk.isLast({SimDisk::Change::Kind::Truncate, m_path, size});
        m_content->truncate(size);
        return last ? m_disk.end("Cutting", m_path) : Result<void>();
    }

    Result<void> sync(storage::SyncOf of) override
    {
        if (auto works = m_disk.works("Making durable", m_path, m_generation); !works)
            return works;
        const bool last = m_disk.isLast({SimDisk::Change::Kind::Sync, m_path});
        m_disk.m_delay += fault::drawSyncDelay(m_disk.m_fault, m_disk.m_random);
        if (last)
            return m_disk.end("Making durable", m_path);
        if (m_disk.m_fault.lies) {
            ++m_disk.m_counts.lies;
            return {};
        }
        if (m_disk.m_leftOut == of)
            return {};
        m_disk.m_counts.flips += static_cast<quint64>(m_content->becomeDurable(m_disk.m_fault.flip, m_disk.m_random));
        ++m_disk.m_counts.syncs;
        return {};
    }

private:
    SimDisk& m_disk;
    QString m_path;
    std::shared_ptr<SimContent> m_content;
    quint64 m_generation;
    bool m_lackedSpace = false;
};

class SimLock final : public storage::FolderLock
{
public:
    SimLock(SimDisk& disk, QString folder)
        : m_disk(disk)
        , m_folder(std::move(folder))
        , m_generation(disk.m_generation)
    {}
    ~SimLock() override
    {
        if (m_generation == m_disk.m_generation)
            m_disk.m_locked.erase(m_folder);
    }

private:
    SimDisk& m_disk;
    QString m_folder;
    quint64 m_generation;
};

SimDisk::SimDisk(fault::Random random)
    : m_random(std::move(random))
{}

SimDisk::~SimDisk() = default;

std::chrono::microseconds SimDisk::takeDelay()
{
    return std::exchange(m_delay, std::chrono::microseconds(0));
}

void SimDisk::killProcess()
{
    ++m_generation;
    m_locked.clear();
    m_isKilled = false;
    m_end = {};
}

void SimDisk::cutPower()
{
    FAULTLINE_INVARIANT(m_powered, "power that is off is not cut");
    ++m_counts.powerCuts;
    m_powered = false;
    killProcess();
    const quint64 kept = fault::drawBelow(m_nameChanges.size() + 1, m_random);
    while (m_nameChanges.size() > kept) {
        undo(m_nameChanges.back());
        m_nameChanges.pop_back();
        ++m_counts.lostNames;
    }
    m_nameChanges.clear();
    for (const auto& [path, content] : m_files) {
        if (content->losePower(m_random))
            ++m_counts.lostContents;
    }
}

void SimDisk::powerOn()
{
    FAULTLINE_INVARIANT(!m_powered, "power that is on is not switched on");
    m_powered = true;
}

std::unique_ptr<SimDisk> SimDisk::ifPowerWentNow() const
{
    auto left = std::make_unique<SimDisk>(fault::Random());
    left->m_folders = m_folders;
    left->m_files = m_files;
    for (auto change = m_nameChanges.rbegin(); change != m_nameChanges.rend(); ++change)
        left->undo(*change);
    for (auto& [path, content] : left->m_files)
        content = std::make_shared<SimContent>(content->durable());
    return left;
}

Result<void> SimDisk::works(const char* what, const QString& path, quint64 generation) const
{
    if (!m_powered)
        return failed(what, path, kPowerIsOff);
    if (m_isKilled || generation != m_generation)
        return failed(what, path, kIsGone);
    return {};
}

bool SimDisk::isLast(const Change& change)
{
    if (whenChanged)
        whenChanged(change);
    const bool counts = !m_end.countsNamesAlone || change.kind >= Change::Kind::Create;
    return counts && m_end.changesLeft > 0 && --m_end.changesLeft == 0;
}

Error SimDisk::end(const char* what, const QString& path)
{
    if (m_end.how == End::How::PowerCut) {
        cutPower();
        return failed(what, path, kPowerIsOff);
    }
    m_isKilled = true;
    return failed(what, path, kIsGone);
}

bool SimDisk::lacksSpaceForName()
{
    m_lackedSpace = m_fault.full && fault::drawBelow(kFullForOneNameIn, m_random) == 0;
    m_counts.refused += m_lackedSpace ? 1 : 0;
    return m_lackedSpace;
}

void SimDisk::undo(const NameChange& change)
{
    if (change.removed) {
        m_files[change.name] = change.content;
        return;
    }
    if (!change.former.isEmpty())
        m_files[change.former] = m_files[change.name];
    if (change.content)
        m_files[change.name] = change.content;
    else
        m_files.erase(change.name);
}

Result<void> SimDisk::afterNameChange(const char* what, const Change& told, NameChange change)
{
    const QString folder = change.folder;
    m_nameChanges.push_back(std::move(change));
    if (isLast(told))
        return end(what, told.path);
    if (told.kind != Change::Kind::Create) // which waits for the next change that is made durable
        namesAreDurable(folder, told.kind == Change::Kind::Rename ? storage::SyncOf::RenamedName
                                                                  : storage::SyncOf::RemovedName);
    return {};
}

void SimDisk::namesAreDurable(const QString& folder, storage::SyncOf why)
{
    if (!m_fault.lies && m_leftOut != why)
        std::erase_if(m_nameChanges, [&](const NameChange& each) { return each.folder == folder; });
}

bool SimDisk::exists(const QString& path) const
{
    return m_files.contains(path) || m_folders.contains(path);
}

bool SimDisk::hasSpace(const QString& folder) const
{
    return m_folders.contains(folder) && !m_fault.full;
}

Result<std::unique_ptr<storage::File>> SimDisk::open(const QString& path, Open mode)
{
    if (auto working = works("Opening", path, m_generation); !working)
        return Error{working.error()};
    m_lackedSpace = false;
    const auto found = m_files.find(path);
    if (mode == Open::Existing && found == m_files.end())
        return failed("Opening", path, kNoSuchFile);
    if (mode == Open::CreateNew) {
        if (found != m_files.end())
            return failed("Opening", path, QStringLiteral("File exists"));
        if (!m_folders.contains(folderOf(path)))
            return failed("Opening", path, kNoSuchFile);
        if (m_fault.full) {
            m_lackedSpace = true;
            ++m_counts.refused;
            return failed("Opening", path, kNoSpace);
        }
        m_files[path] = std::make_shared<SimContent>();
        if (auto done =
                afterNameChange("Opening", {Change::Kind::Create, path}, {folderOf(path), path, {}, nullptr, false});
            !done)
            return Error{done.error()};
    }
    return std::unique_ptr<storage::File>(std::make_unique<SimFile>(*this, path, m_files.at(path)));
}

Result<void> SimDisk::rename(const QString& from, const QString& to)
{
    m_lackedSpace = false;
    const QString both = from + QStringLiteral(" to ") + to;
    if (auto working = works("Renaming", both, m_generation); !working)
        return working;
    const auto found = m_files.find(from);
    if (found == m_files.end())
        return failed("Renaming", both, kNoSuchFile);
    if (lacksSpaceForName())
        return failed("Renaming", both, kNoSpace);
    const auto content = found->second;
    m_files.erase(found);
    const auto replaced = std::exchange(m_files[to], content);
    return afterNameChange("Renaming", {Change::Kind::Rename, both}, {folderOf(to), to, from, replaced, false});
}

Result<void> SimDisk::remove(const QString& path)
{
    m_lackedSpace = false;
    if (auto working = works("Removing", path, m_generation); !working)
        return working;
    const auto found = m_files.find(path);
    if (found == m_files.end())
        return failed("Removing", path, kNoSuchFile);
    const bool lacks = lacksSpaceForName();
    if (lacks && fault::drawBelow(2, m_random) == 0)
        return failed("Removing", path, kNoSpace);
    NameChange change{folderOf(path), path, {}, found->second, true};
    m_files.erase(found);
    if (!lacks)
        return afterNameChange("Removing", {Change::Kind::Remove, path}, std::move(change));
    m_nameChanges.push_back(std::move(change));
    return failed("Making durable the folder of", path, kNoSpace);
}

Result<QStringList> SimDisk::list(const QString& folder) const
{
    if (auto working = works("Listing", folder, m_generation); !working)
        return Error{working.error()};
    if (!m_folders.contains(folder))
        return Error{QStringLiteral("Listing %1 failed: it is not a folder.").arg(folder)};
    QStringList names;
    for (const auto& [path, content] : m_files) {
        if (folderOf(path) == folder)
            names << path.sliced(folder.size() + 1);
    }
    return names;
}

Result<void> SimDisk::syncFolder(const QString& folder)
{
    if (auto working = works("Making durable the folder", folder, m_generation); !working)
        return working;
    if (isLast({Change::Kind::SyncFolder, folder}))
        return end("Making durable the folder", folder);
    namesAreDurable(folder, storage::SyncOf::FoundNames);
    return {};
}

Result<void> SimDisk::makeFolder(const QString& folder)
{
    if (auto working = works("Making the folder", folder, m_generation); !working)
        return working;
    for (QString path = folder; !path.isEmpty(); path = folderOf(path))
        m_folders.insert(path);
    return {};
}

Result<std::unique_ptr<storage::FolderLock>> SimDisk::lockFolder(const QString& folder)
{
    if (auto working = works("Locking", folder, m_generation); !working)
        return Error{working.error()};
    if (!m_locked.insert(folder).second)
        return Error{QStringLiteral("The folder %1 is already used by this process.").arg(folder)};
    return std::unique_ptr<storage::FolderLock>(std::make_unique<SimLock>(*this, folder));
}

} // namespace faultline::sim
