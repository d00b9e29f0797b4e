// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/host.h"

#include "node/storage/wal_recovery.h"

#include <utility>

namespace faultline::sim {

namespace {
constexpr qint64 kFillStep = 4096; ///< so that logs go on beyond it often, and disks in memory stay small
/// Most pieces of disk work have no more; whoever begins a segment and drops others does so many.
constexpr quint64 kChangesOfAJob = 8;
constexpr quint64 kNameChangesOfAJob = 4;
} // namespace

Host::Host(const Shape& shape, Schedule& schedule, quint32 index, Random random)
    : m_shape(shape)
    , m_schedule(schedule)
    , m_index(index)
    , m_random(random)
    , m_disk(fault::Random(m_random.next()))
    , m_storage(m_disk, schedule, index, {shape.sync, shape.syncJitter}, m_random.branch())
{
    m_disk.leaveOut(shape.syncLeftOut);
}

Host::~Host()
{
    m_storage.abandon();
}

node::GroupOptions Host::options()
{
    node::GroupOptions options;
    options.raft = m_shape.raft;
    options.raft.self = {m_index + 1};
    const auto first = static_cast<quint32>(m_shape.voters);
    const auto members = first + static_cast<quint32>(m_shape.learners);
    if (m_index < members) {
        for (quint32 id = 1; id <= members; ++id)
            (id <= first ? options.raft.initial.voters : options.raft.initial.learners).insert({id});
    }
    options.raft.random = [this](std::uint32_t bound) { return static_cast<std::uint32_t>(m_random.below(bound)); };
    options.folder = kFolder;
    options.log = logOptions();
    options.snapshotAfterEntries = m_shape.snapshotAfterEntries;
    options.snapshotWorthBytes = 0;
    options.keepEntries = m_shape.keepEntries;
    options.maxUnwrittenBytes = m_shape.maxUnwrittenBytes;
    options.maxUnwritten = m_shape.maxUnwritten;
    options.maxUnappliedBytes = m_shape.maxUnappliedBytes;
    options.maxWaitingReads = m_shape.maxWaitingReads;
    options.storeRules = m_shape.storeRules;
    return options;
}

storage::WalOptions Host::logOptions() const
{
    return {.owner = m_index + 1, .segmentSize = m_shape.segmentBytes, .fillStep = kFillStep};
}

Result<raft::StoredState> Host::durableState() const
{
    const auto disk = m_disk.ifPowerWentNow();
    auto opened = node::GroupDisk::open(*disk, kFolder, logOptions(), m_shape.storeRules);
    if (!opened)
        return Error{opened.error()};
    opened->disk.reset(); // before the disk it uses
    return std::move(opened->stored);
}

std::optional<Host::LogOnDisk> Host::logOnDisk()
{
    const auto numbers = storage::segmentsIn(m_disk, kFolder);
    if (!numbers || numbers->empty())
        return std::nullopt;
    const QString path = kFolder + u'/' + storage::segmentName(numbers->front());
    const auto file = m_disk.open(path, storage::Disk::Open::Existing);
    if (!file)
        return std::nullopt;
    const auto header = storage::readSegmentHeader(**file, path, numbers->front(), logOptions().owner);
    if (!header)
        return std::nullopt;
    return LogOnDisk{{header->lastIndex}, numbers->size()};
}

Result<void> Host::start(bool isKilled)
{
    ++m_life;
    m_frozen = false;
    turnIsDue = false;
    m_storage.setLife(m_life);
    m_refusedBefore = m_disk.counts().refused;
    if (!m_disk.isPowered())
        m_disk.powerOn();
    if (isKilled)
        willBeKilledAtWork(0);
    auto opened = node::Group::open(
        options(), {m_disk, m_storage, *this, [this] { return now(); }, {}, [this] { return timeOfDay(); }});
    static_cast<void>(m_disk.takeDelay());
    willNotBeKilled();
    m_wasKilledAtStart = m_disk.isKilled();
    if (!opened || m_wasKilledAtStart) {
        m_disk.killProcess();
        return opened ? Error{QStringLiteral("it was killed")} : Error{opened.error()};
    }
    m_group = *std::move(opened);
    return {};
}

void Host::willBeKilledAtWork(int ticksDown)
{
    m_ticksDown = ticksDown;
    // Most changes are writes and syncs, while a start has most to think of where names have changed.
    if (m_random.oneIn(2))
        m_disk.killDuringNameChange(1 + m_random.below(kNameChangesOfAJob));
    else
        m_disk.killDuring(1 + m_random.below(kChangesOfAJob));
}

void Host::kill()
{
    m_storage.abandon();
    m_disk.killProcess();
    endProcess();
}

void Host::cutPower(Cut how)
{
    if (how == Cut::InTheMidst) {
        m_disk.cutPowerDuring(1 + m_random.below(3));
        m_storage.workBeforeTheEnd();
        m_disk.cutPowerDuring(0);
    }
    m_storage.abandon();
    if (m_disk.isPowered())
        m_disk.cutPower();
    endProcess();
}

void Host::endProcess()
{
    m_group.reset();
    ++m_life;
    m_frozen = false;
    m_held.clear();
    m_heldMessages.clear();
}

Host::Held Host::thaw()
{
    m_frozen = false;
    return {std::exchange(m_held, {}), std::exchange(m_heldMessages, {})};
}

Instant Host::now() const
{
    return m_clockBase + Instant((m_schedule.now() - m_clockSince).count() * m_clockRate / kMillion);
}

void Host::setClockRate(qint64 rate)
{
    m_clockBase = now();
    m_clockSince = m_schedule.now();
    m_clockRate = rate;
}

} // namespace faultline::sim
