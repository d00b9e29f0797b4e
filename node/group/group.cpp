// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/group.h"

#include <QVarLengthArray>

#include <algorithm>
#include <utility>

namespace faultline::node {

namespace {
constexpr int kTicksToLookForSpace = 10;
constexpr qsizetype kFreedTogether = 10'000;    ///< keys
constexpr qint64 kSaidInTurn = qint64(4) << 20; ///< what reads may cost, so that large ones hold nobody up
constexpr auto kStalledAfter = std::chrono::seconds(2);
constexpr std::size_t kAppliedTogether = 16; ///< what is fetched ahead for the last must not push out the first
} // namespace

Result<std::unique_ptr<Group>> Group::open(GroupOptions options, Handed handed)
{
    auto opened = GroupDisk::open(handed.disk, options.folder, options.log, options.storeRules);
    if (!opened)
        return Error{opened.error()};
    if (opened->snapshot) {
        // Files go whole, so that the log may reach back much further than what is kept behind a snapshot; the entry
        // before the first of those is their place in the log.
        const raft::LogIndex place = options.firstKeptBehind(opened->snapshot->mark.lastIndex).previous();
        std::erase_if(opened->stored.entries, [&](const raft::Entry& entry) { return entry.index < place; });
    }
    return std::unique_ptr<Group>(new Group(std::move(options), std::move(handed), *std::move(opened)));
}

Group::Group(GroupOptions options, Handed handed, GroupDisk::Opened opened)
    : m_options(std::move(options))
    , m_handed(std::move(handed))
    , m_disk(std::move(opened.disk))
    , m_alive(std::make_shared<bool>(true))
    , m_raft(m_options.raft, std::move(opened.stored), m_handed.now())
    , m_store(std::move(opened.store))
    , m_applied(opened.snapshot ? opened.snapshot->mark.lastIndex : raft::LogIndex{})
    , m_gathering(std::make_shared<Gathering>())
    , m_newest(std::move(opened.snapshot))
{}

Group::~Group()
{
    *m_alive = false;
}

bool Group::hasWork() const
{
    return m_failure || m_raft.hasReady() || m_reads.isRoundDue() || m_reads.hasDue(m_applied) ||
           (m_taking && !m_taking->pieceIsOut);
}

void Group::due()
{
    if (m_isDue || m_inTurn || !hasWork())
        return;
    m_isDue = true;
    if (whenDue)
        whenDue();
}

std::chrono::nanoseconds Group::passed() const
{
    return m_handed.stopwatch ? m_handed.stopwatch() : std::chrono::nanoseconds(0);
}

quint64 Group::stops() const
{
    return m_handed.stops ? m_handed.stops() : 0;
}

std::optional<std::chrono::nanoseconds> Group::writeUnderWayFor() const
{
    if (m_asked.empty() || m_asked.front().stops != stops())
        return std::nullopt;
    return passed() - m_asked.front().at;
}

void Group::noteReplicated(raft::LogIndex commit)
{
    while (!m_replicating.empty() && m_replicating.front().last <= commit) {
        m_stageTimes.replicate.record(passed() - m_replicating.front().since);
        m_replicating.pop_front();
    }
}

void Group::tick()
{
    m_raft.tick(m_handed.now());
    lookForSpace();
    tellTime();
    due();
}

/// Its disk is, so far that it had better propose nothing.
bool Group::isBehind() const
{
    return m_unwrittenBytes > m_options.maxUnwrittenBytes || m_unwritten.size() >= (m_options.maxUnwritten + 1) / 2;
}

void Group::receive(const raft::Message& message)
{
    const bool isAnswer = std::holds_alternative<raft::AppendEntriesReply>(message.body) ||
                          std::holds_alternative<raft::InstallSnapshotReply>(message.body);
    const bool mayCauseAWrite = !isAnswer || message.term > term();
    if (mayCauseAWrite && m_unwritten.size() >= m_options.maxUnwritten)
        return;
    m_raft.receive(message, m_handed.now());
    due();
}

void Group::connectionBroke(raft::NodeId peer)
{
    m_raft.connectionBroke(peer, m_handed.now());
    due();
}

Group::Submitted Group::submit(quint64 requestId, QByteArray command, bool inLog)
{
    if (!inLog && kv::isRead(command)) {
        if (!leads())
            return Submitted::NotLeader;
        if (m_reads.size() >= m_options.maxWaitingReads || m_reads.bytes() > m_options.maxWaitingReadBytes)
            return Submitted::Busy;
        m_reads.add({requestId, std::move(command)});
        due();
        return Submitted::Taken;
    }
    if (leads() && m_disk->isFull())
        return Submitted::DiskFull;
    if (leads() && (isBehind() || m_pendingBytes > m_options.maxUnappliedBytes))
        return Submitted::Busy;
    if (leads() && !m_pending.empty() && m_handed.now() - m_progressAt > kStalledAfter)
        return Submitted::Stalled;
    kv::setStamp(command, stamp());
    const qint64 bytes = command.size();
    const auto outcome = m_raft.propose(m_commands.add(std::move(command)), m_handed.now());
    if (const auto* refused = std::get_if<raft::Raft::ProposalRefused>(&outcome)) {
        switch (*refused) {
        case raft::Raft::ProposalRefused::NotLeader:
            return Submitted::NotLeader;
        case raft::Raft::ProposalRefused::Transferring:
            return Submitted::Transferring;
        case raft::Raft::ProposalRefused::Full:
            return Submitted::Busy;
        }
    }
    const auto& proposed = std::get<raft::Raft::Proposed>(outcome);
    if (m_handed.stopwatch && !m_oldestSubmitted)
        m_oldestSubmitted = passed();
    if (m_pending.empty())
        m_progressAt = m_handed.now();
    m_pending.push_back({proposed.index, proposed.term, requestId, bytes});
    m_pendingBytes += bytes;
    due();
    return Submitted::Taken;
}

kv::Result Group::readStale(QByteArrayView command) const
{
    return m_store.read(command, clock());
}

Result<void> Group::changeMembership(std::set<raft::NodeId> voters, std::set<raft::NodeId> learners,
                                     QByteArray contacts)
{
    if (leads() && isBehind())
        return Error{QStringLiteral("the disk of this node, which leads, is behind; ask again once it has caught up")};
    const auto outcome =
        m_raft.changeMembership(std::move(voters), std::move(learners), std::move(contacts), m_handed.now());
    due();
    if (const auto* refused = std::get_if<raft::Raft::ChangeRefused>(&outcome))
        return Error{QString::fromStdString(refused->reason)};
    return {};
}

Result<void> Group::transferLeadership(raft::NodeId to)
{
    const auto refusal = m_raft.transferLeadership(to, m_handed.now());
    due();
    if (refusal)
        return Error{QString::fromStdString(*refusal)};
    return {};
}

Result<void> Group::turn()
{
    m_isDue = false;
    m_inTurn = true;
    m_stamp.reset();
    if (const auto oldest = std::exchange(m_oldestSubmitted, std::nullopt))
        m_stageTimes.queue.record(passed() - *oldest);
    if (!m_failure && m_reads.isRoundDue()) {
        const quint64 round = m_reads.beginRound();
        if (!m_raft.read(round, m_handed.now()))
            refuse(m_reads.refused(round));
    }
    // A write that is done may be what a commit waited for, so that one turn takes a few rounds; what the inputs of one
    // turn can cause is finite.
    // Except what a long log gives to apply: whoever begins with one must go on hearing, and being heard.
    for (bool isMuch = false; !m_failure && !isMuch && m_raft.hasReady();) {
        raft::Ready ready = m_raft.takeReady();
        isMuch = ready.committed.size() >= raft::kMaxCommittedAtOnce;
        act(std::move(ready));
    }
    if (!m_failure) {
        answerReads();
        goOnWithSnapshot();
    }
    m_inTurn = false;
    if (m_failure)
        return Error{*m_failure};
    due(); // for what came while the answers were given
    return {};
}

void Group::act(raft::Ready ready)
{
    for (raft::Message& message : ready.sendNow) {
        if (std::holds_alternative<raft::InstallSnapshot>(message.body))
            sendPiece(std::move(message));
        else
            m_handed.transport.send(message);
    }
    const std::vector<raft::Entry> committed = std::exchange(ready.committed, {});
    const std::vector<raft::Event> events = std::exchange(ready.events, {});
    const std::vector<raft::ConfirmedRead> reads = std::exchange(ready.reads, {});
    const std::vector<std::uint64_t> refusedReads = std::exchange(ready.refusedReads, {});
    write(std::move(ready));
    if (m_failure)
        return;
    if (!committed.empty()) {
        noteReplicated(committed.back().index);
        const auto begun = passed();
        for (std::span<const raft::Entry> rest(committed); !rest.empty();) {
            const auto some = rest.first(std::min(rest.size(), kAppliedTogether));
            expect(some);
            for (const raft::Entry& entry : some)
                apply(entry);
            rest = rest.subspan(some.size());
        }
        if (m_handed.stopwatch)
            m_stageTimes.apply.record(passed() - begun);
    }
    for (const raft::ConfirmedRead& read : reads)
        m_reads.confirmed(read.id, read.index);
    for (const std::uint64_t round : refusedReads)
        refuse(m_reads.refused(round));
    for (const raft::Event& event : events) {
        if (whenEvent)
            whenEvent(event);
    }
    if (!leads()) {
        m_replicating.clear();
        if (!m_pending.empty())
            giveUpPending();
    }
}

void Group::write(raft::Ready ready)
{
    if (ready.writeNumber == 0) {
        for (const raft::Message& message : ready.sendAfterWritten)
            m_handed.transport.send(message);
        return;
    }
    std::vector<raft::Message> promises = std::move(ready.sendAfterWritten);
    if (!m_options.raft.rules.syncBeforeAcknowledge) {
        for (const raft::Message& message : std::exchange(promises, {}))
            m_handed.transport.send(message);
    }
    if (!ready.entries.empty())
        noteWatched(ready.entries);
    if (m_handed.stopwatch && leads() && !ready.entries.empty())
        m_replicating.push_back({ready.entries.back().index, passed()});
    qint64 bytes = 0;
    for (const raft::Entry& entry : ready.entries)
        bytes += entry.payload.size();
    m_unwritten.push_back({ready.writeNumber, std::move(promises), bytes});
    m_unwrittenBytes += bytes;
    if (m_gathering->add({std::move(ready.entries), ready.hardState, std::move(ready.snapshotPieces)}))
        writeGathered();
}

void Group::writeGathered()
{
    struct Done
    {
        std::optional<std::vector<GroupDisk::Outcome>> outcomes;
        std::optional<std::chrono::nanoseconds> waited;
        std::optional<std::chrono::nanoseconds> took;
    };
    auto result = std::make_shared<Done>();
    m_asked.push_back({passed(), stops()});
    m_handed.storage.run(
        [disk = m_disk, gathering = m_gathering, result, stopwatch = m_handed.stopwatch,
         asked = passed()]() -> Result<void> {
            std::vector<GroupDisk::Write> writes = gathering->take();
            const bool isOfTheLog = std::ranges::all_of(writes, &std::vector<raft::SnapshotPiece>::empty,
                                                        &GroupDisk::Write::snapshotPieces);
            const auto begun = stopwatch ? stopwatch() : std::chrono::nanoseconds(0);
            auto done = disk->write(std::move(writes));
            if (!done)
                return Error{done.error()};
            result->outcomes = *std::move(done);
            if (stopwatch && isOfTheLog && result->outcomes) {
                result->waited = begun - asked;
                result->took = stopwatch() - begun;
            }
            return {};
        },
        [this, alive = m_alive, result](const Result<void>& done) {
            if (!*alive || m_failure)
                return;
            const bool isTimed = m_asked.front().stops == stops();
            m_asked.pop_front();
            if (!done) {
                m_failure = done.error();
            } else {
                m_awaitsSpace = !result->outcomes;
                if (result->took && isTimed) {
                    m_stageTimes.append.record(*result->waited);
                    m_stageTimes.sync.record(*result->took);
                    if (whenSynced)
                        whenSynced(*result->took);
                }
                std::vector<GroupDisk::Outcome> outcomes; // taken over: a copy of an installed state would take long
                if (result->outcomes)
                    outcomes = *std::move(result->outcomes);
                for (GroupDisk::Outcome& outcome : outcomes) {
                    const Unwritten write = std::move(m_unwritten.front());
                    m_unwritten.pop_front();
                    written(write, std::move(outcome));
                }
                if (m_disk->wantsRoom() && !m_disk->isFull())
                    makeRoom();
            }
            due();
        });
}

void Group::makeRoom()
{
    if (std::exchange(m_makesRoom, true))
        return;
    m_handed.storage.run([disk = m_disk] { return disk->makeRoom(); },
                         [this, alive = m_alive](const Result<void>& done) {
                             if (!*alive || m_failure)
                                 return;
                             m_makesRoom = false;
                             if (!done)
                                 m_failure = done.error();
                             else if (m_awaitsSpace && !m_disk->isFull())
                                 writeGathered();
                             due();
                         });
}

void Group::lookForSpace()
{
    if (++m_ticksSinceLook < kTicksToLookForSpace)
        return;
    m_ticksSinceLook = 0;
    makeRoom();
}

bool Group::Gathering::add(GroupDisk::Write write)
{
    const std::lock_guard guard(m_mutex);
    m_writes.push_back(std::move(write));
    return m_writes.size() == 1;
}

std::vector<GroupDisk::Write> Group::Gathering::take()
{
    const std::lock_guard guard(m_mutex);
    return std::exchange(m_writes, {});
}

void Group::written(const Unwritten& write, GroupDisk::Outcome outcome)
{
    m_unwrittenBytes -= write.bytes;
    if (outcome.installed)
        install(*std::move(outcome.installed));
    if (outcome.snapshotRefused)
        m_raft.snapshotRefused();
    m_raft.written(write.number, m_handed.now());
    for (const raft::Message& message : write.promises)
        m_handed.transport.send(message);
}

void Group::expect(std::span<const raft::Entry> entries) const
{
    QVarLengthArray<QByteArrayView, kAppliedTogether> payloads;
    for (const raft::Entry& entry : entries) {
        if (entry.kind == raft::EntryKind::Command)
            payloads.push_back(entry.payload);
    }
    m_store.expect(payloads);
}

void Group::apply(const raft::Entry& entry)
{
    while (!m_watchedUnapplied.empty() && m_watchedUnapplied.front().index <= entry.index)
        m_watchedUnapplied.pop_front();
    std::optional<kv::Result> result;
    const bool isAwaited = !m_pending.empty() && m_pending.front().index == entry.index;
    if (entry.kind == raft::EntryKind::Command && (isAwaited || !kv::isRead(entry.payload)))
        result = m_store.apply(entry.payload);
    else if (entry.kind == raft::EntryKind::Command)
        m_store.passBy(entry.payload);
    if (auto dropped = m_store.takeDropped())
        free(*std::move(dropped));
    m_applied = entry.index;
    noteSize(entry);
    if (whenApplied)
        whenApplied(entry);

    while (!m_pending.empty() && m_pending.front().index <= entry.index) {
        const Pending waiting = m_pending.front();
        m_pending.pop_front();
        m_progressAt = m_handed.now();
        m_pendingBytes -= waiting.bytes;
        if (waiting.index == entry.index && waiting.term == entry.term && result) {
            if (whenCompleted)
                whenCompleted(waiting.requestId, *result);
        } else if (whenUnknown) {
            whenUnknown(waiting.requestId);
        }
    }
}

void Group::free(kv::Tables::Dropped dropped)
{
    freeSome(std::make_shared<kv::Tables::Dropped>(std::move(dropped)));
}

void Group::freeSome(std::shared_ptr<kv::Tables::Dropped> dropped)
{
    auto isMore = std::make_shared<bool>(false);
    m_handed.storage.run(
        [dropped, isMore]() -> Result<void> {
            *isMore = dropped->freeSome(kFreedTogether);
            return {};
        },
        [this, alive = m_alive, dropped, isMore](const Result<void>&) {
            if (*alive && !m_failure && *isMore)
                freeSome(dropped);
        });
}

namespace {
/// Of a read, in bytes of a reply that take as long.
qint64 costOf(const QByteArray& command, const kv::Result& result)
{
    constexpr qint64 kKeyLookedAt = 400;
    const auto* page = std::get_if<kv::Page>(&result);
    return kv::sizeOf(result) + command.size() + (page ? kKeyLookedAt * page->lookedAt : 0);
}
} // namespace

void Group::answerReads()
{
    if (!m_reads.hasDue(m_applied))
        return;
    const qint64 now = clock();
    qint64 said = 0;
    while (said < kSaidInTurn) {
        const auto read = m_reads.takeDue(m_applied);
        if (!read)
            return;
        const kv::Result result = m_store.read(read->command, now);
        said += costOf(read->command, result);
        if (whenCompleted)
            whenCompleted(read->requestId, result);
    }
}

void Group::refuse(const std::vector<ReadQueue::Read>& reads)
{
    for (const ReadQueue::Read& read : reads) {
        if (whenRefused)
            whenRefused(read.requestId);
    }
}

void Group::giveUpPending()
{
    m_pendingBytes = 0;
    for (const Pending& waiting : std::exchange(m_pending, {})) {
        if (whenUnknown)
            whenUnknown(waiting.requestId);
    }
}

void Group::noteWatched(const raft::Entries& appended)
{
    if (m_watchedKey.isEmpty())
        return;
    std::erase_if(m_watchedUnapplied,
                  [&](const Unapplied& waiting) { return waiting.index >= appended.front().index; });
    for (const raft::Entry& entry : appended) {
        if (auto value = kv::pendingValueOf(entry.payload, m_watchedKey))
            m_watchedUnapplied.push_back({entry.index, std::move(*value)});
    }
}

void Group::watch(const QByteArray& key)
{
    if (key == m_watchedKey)
        return;
    m_watchedKey = key;
    m_watchedUnapplied.clear();
}

std::optional<QByteArray> Group::pendingWatchedValue() const
{
    if (m_watchedUnapplied.empty())
        return std::nullopt;
    return m_watchedUnapplied.back().value;
}

} // namespace faultline::node
