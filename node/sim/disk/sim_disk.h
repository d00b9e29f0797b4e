// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/disk_fault.h"
#include "node/storage/disk.h"

#include <QByteArray>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace faultline::sim {

class SimContent;

/// A disk in memory that can do everything a real one can do to its user, by the faults of common/fault/disk_fault.h
/// and by losing power, and does the same again for the same seed: every choice is drawn from the generator handed in,
/// in whole numbers, and nothing depends on addresses, hashes or time.
///
/// Outlives the process that uses it: a node that dies leaves it as it is, one that loses power leaves what the disk
/// had for certain and any part of the rest. Files and locks of a process that is gone only give errors. One thread.
class SimDisk final : public storage::Disk
{
public:
    /// How often something came about, so that a run can show that it did.
    struct Counts
    {
        quint64 syncs = 0;   ///< honest ones
        quint64 lies = 0;    ///< syncs that made nothing durable
        quint64 flips = 0;   ///< bits
        quint64 refused = 0; ///< writes and changes of names for which there was no space
        quint64 powerCuts = 0;
        quint64 lostContents = 0; ///< files of which a power cut took or tore something
        quint64 lostNames = 0;    ///< creations, renames and removals that a power cut undid
    };

    explicit SimDisk(fault::Random random);
    ~SimDisk() override;

    void setFault(const fault::DiskFault& fault) { m_fault = fault; }
    const fault::DiskFault& fault() const { return m_fault; }
    /// Syncs of this kind say that they were made, and were not: to see what they are for.
    void leaveOut(std::optional<storage::SyncOf> kind) { m_leftOut = kind; }
    /// How long the syncs since the last call took by latency and jitter; they themselves do not wait. The owner lets
    /// that much time pass before it shows what the node did next.
    std::chrono::microseconds takeDelay();

    /// SIGKILL: what was written stays, names as they are and durable or not, files and locks of the process are
    /// closed.
    void killProcess();
    /// What was not durable is lost, kept or torn, each file and name by itself, and nothing works until powerOn().
    void cutPower();
    void powerOn();
    bool isPowered() const { return m_powered; }
    bool isKilled() const { return m_isKilled; } ///< by killDuring(), and so until killProcess()
    /// Cuts the power in the middle of the `change`th change from now (1: the next): creation, write, truncation, sync,
    /// rename, removal or sync of a folder. 0: never. So a test can go through every step of what it tests.
    void cutPowerDuring(quint64 change) { m_end = {End::How::PowerCut, change}; }
    /// The process dies so instead, and all that it asks for then fails until killProcess(). Of a write there may be a
    /// first part; names are what they became, and not durable; a sync did nothing.
    void killDuring(quint64 change) { m_end = {End::How::Kill, change}; }
    /// The same, of creations, renames, removals and syncs of folders alone.
    void killDuringNameChange(quint64 change) { m_end = {End::How::Kill, change, true}; }

    /// Another disk, whole and honest, that holds what this one has for certain and nothing else: what is left when the
    /// power goes and the worst comes.
    std::unique_ptr<SimDisk> ifPowerWentNow() const;

    const Counts& counts() const { return m_counts; }

    /// One thing that its user did to it.
    struct Change
    {
        enum class Kind : quint8 { Write, Truncate, Sync, Create, Rename, Remove, SyncFolder };
        Kind kind;
        const QString& path; ///< of a rename, "from to to"
        qint64 offset = 0;   ///< of a write; the new size, when made shorter
        QByteArrayView bytes{};
    };
    /// Of each, before anything else comes of it; for whoever tells two runs apart.
    std::function<void(const Change&)> whenChanged;

    bool lackedSpace() const override { return m_lackedSpace; }
    bool exists(const QString& path) const override;
    bool hasSpace(const QString& folder) const override;
    Result<std::unique_ptr<storage::File>> open(const QString& path, Open mode) override;
    Result<void> rename(const QString& from, const QString& to) override;
    Result<void> remove(const QString& path) override;
    Result<QStringList> list(const QString& folder) const override;
    Result<void> syncFolder(const QString& folder) override;
    Result<void> makeFolder(const QString& folder) override;
    Result<std::unique_ptr<storage::FolderLock>> lockFolder(const QString& folder) override;

private:
    friend class SimFile;
    friend class SimLock;

    /// A change of names that is not durable yet, and what undoes it.
    struct NameChange
    {
        QString folder;
        QString name;                        ///< created, removed, or what it is called now
        QString former;                      ///< when renamed
        std::shared_ptr<SimContent> content; ///< of what was removed, or of what a rename replaced
        bool removed = false;
    };

    struct End ///< of the process, in the middle of a change to come
    {
        enum class How : quint8 { PowerCut, Kill };
        How how = How::PowerCut;
        quint64 changesLeft = 0; ///< 0: it does not come
        bool countsNamesAlone = false;
    };

    Result<void> works(const char* what, const QString& path, quint64 generation) const;
    /// Tells of a change and counts it; true when the process ends during it.
    bool isLast(const Change& change);
    /// So it ends; the error is what the change gives.
    Error end(const char* what, const QString& path);
    /// On a full disk most changes of names still find space.
    bool lacksSpaceForName();
    Result<void> afterNameChange(const char* what, const Change& told, NameChange change);
    void namesAreDurable(const QString& folder, storage::SyncOf why);
    void undo(const NameChange& change);

    fault::Random m_random;
    fault::DiskFault m_fault;
    std::optional<storage::SyncOf> m_leftOut;
    std::chrono::microseconds m_delay{0};
    std::map<QString, std::shared_ptr<SimContent>> m_files;
    std::set<QString> m_folders;
    std::set<QString> m_locked;
    std::vector<NameChange> m_nameChanges; ///< oldest first
    quint64 m_generation = 1;              ///< of the process that uses it
    End m_end;
    bool m_lackedSpace = false; ///< the last change of a name
    bool m_powered = true;
    bool m_isKilled = false; ///< in the middle of a change
    Counts m_counts;
};

} // namespace faultline::sim
