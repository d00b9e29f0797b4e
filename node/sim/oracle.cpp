// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/oracle.h"

#include <algorithm>

namespace faultline::sim {

namespace {

template <typename... Ts> struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template <typename... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;

const char* nameOf(raft::Role role)
{
    switch (role) {
    case raft::Role::Follower:
        return "follower";
    case raft::Role::PreCandidate:
        return "pre-candidate";
    case raft::Role::Candidate:
        return "candidate";
    case raft::Role::Leader:
        return "leader";
    }
    return "";
}

const char* nameOf(raft::FollowerProgress::State state)
{
    switch (state) {
    case raft::FollowerProgress::State::Probe:
        return "probe";
    case raft::FollowerProgress::State::Replicate:
        return "replicate";
    case raft::FollowerProgress::State::Snapshot:
        return "snapshot";
    }
    return "";
}

QString arrow(const char* from, const char* to)
{
    return QStringLiteral("%1 -> %2").arg(QLatin1String(from), QLatin1String(to));
}

/// How much of a log that was just acknowledged is looked at; what lies before was looked at before.
constexpr int kLookedBack = 4;

/// To walk through a member's log takes about as long as one of its ticks. So it is done now and then, and all the time
/// where logs are short and members few.
constexpr int kTicksBetweenWholeLooks = 32;
constexpr int kFewNodes = 3;
constexpr quint64 kShortLog = 100;

/// To read back all disks takes as long as some hundred ticks.
constexpr quint64 kLooksForOneAtDisks = 16;

} // namespace

Oracle::Oracle(const Shape& shape, raft::Membership initial, Verdict& verdict, Random random)
    : m_shape(shape)
    , m_verdict(verdict)
    , m_lives(static_cast<std::size_t>(shape.nodes()))
    , m_promises(m_lives.size())
    , m_votes(verdict, m_lives.size())
    , m_entries(verdict)
    , m_log(verdict, m_lives.size(), std::move(initial))
    , m_bounds(shape, verdict)
    , m_durability(shape, verdict, m_log, random.branch())
    , m_random(random)
    , m_looksAtAllEachTurn(shape.nodes() <= kFewNodes && shape.snapshotAfterEntries <= kShortLog)
{}

bool Oracle::started(quint32 node, const node::Group& group, bool keepsPromises, Instant at)
{
    const raft::Raft& raft = group.consensus();
    const raft::Status status = group.status();
    // Bits that flip in what no note calls durable yet look like a torn tail, which is cut; no log can tell the two
    // apart (Alagappan et al., "Protocol-Aware Recovery for Consensus-Based Storage", 2018).
    const bool isShort = raft.lastIndex() < std::min(m_lives[node].held, m_log.last());
    if (!keepsPromises && (isShort || raft.term() < m_votes.promised(node)))
        return true;
    m_lives[node] = {};
    m_lives[node].group = &group;
    m_lives[node].lastIndex = raft.lastIndex();
    m_lives[node].snapshot = status.snapshot;
    if (status.membershipAt > raft.commit())
        m_lives[node].memberships.push_back(status.membershipAt);
    m_votes.started(node, raft.term(), raft.commit(), at);
    m_log.jumped(node, status.snapshot);
    if (keepsPromises)
        checkPromise(node, at);
    checkDurable(at);
    disturbed();
    return false;
}

void Oracle::stopped(quint32 node)
{
    const raft::LogIndex held = m_lives[node].group ? m_lives[node].lastIndex : m_lives[node].held;
    m_lives[node] = {};
    m_lives[node].held = held;
}

void Oracle::sent(quint32 from, const raft::Message& message, Instant at)
{
    m_votes.sees(from, message, at);
    if (const auto* append = std::get_if<raft::AppendEntries>(&message.body)) {
        if (!append->entries.empty()) {
            m_entries.sees(from, *append, at);
            m_bounds.sees(*append);
        }
    } else if (const auto* reply = std::get_if<raft::AppendEntriesReply>(&message.body)) {
        const Life& life = m_lives[from];
        if (!reply->success || !life.group || life.group->consensus().term() != message.term)
            return;
        const raft::Raft& raft = life.group->consensus();
        raft::LogIndex index = std::min(reply->matchIndex, raft.lastIndex());
        if (const auto term = raft.termAt(index))
            m_promises[from] = std::max(m_promises[from], std::pair(*term, index));
        for (int back = 0; back < kLookedBack && index.value > 0; ++back, index = index.previous()) {
            const auto term = raft.termAt(index);
            const auto previous = raft.termAt(index.previous());
            if (!term || !previous)
                return;
            m_entries.sees(from, index, *term, *previous, at);
        }
    } else if (const auto* install = std::get_if<raft::InstallSnapshot>(&message.body)) {
        const raft::SnapshotMark& mark = install->piece.mark;
        m_verdict.saw(Check::SnapshotIsRight);
        if (m_log.termAt(mark.lastIndex) != mark.lastTerm)
            m_verdict.fail(
                Check::SnapshotIsRight, at,
                QStringLiteral("n%1 sent a snapshot that ends with entry %2 of term %3, but that entry is of "
                               "term %4")
                    .arg(from + 1)
                    .arg(mark.lastIndex.value)
                    .arg(mark.lastTerm.value)
                    .arg(m_log.termAt(mark.lastIndex).value));
    }
}

void Oracle::applied(quint32 node, const raft::Entry& entry, Instant at)
{
    Life& life = m_lives[node];
    // Behind a snapshot that it was given, a node goes on where that ends.
    if (entry.index > m_log.next(node) && life.group->status().snapshot == entry.index.previous())
        m_log.jumped(node, entry.index.previous());
    m_log.applied(node, entry, life.group->store().stateHash(), life.group->consensus().term(), at);
}

void Oracle::becomes(quint32 node, raft::Role role, const QString& how)
{
    Life& life = m_lives[node];
    count(arrow(nameOf(life.role), nameOf(role)) + how);
    if (life.role == raft::Role::Leader || role == raft::Role::Leader)
        disturbed();
    life.role = role;
    if (role != raft::Role::Leader)
        life.ledTerm = {};
}

void Oracle::happened(quint32 node, const raft::Event& event, Instant at)
{
    Life& life = m_lives[node];
    std::visit(Overloaded{
                   [&](const raft::BecameFollower&) { becomes(node, raft::Role::Follower, {}); },
                   [&](const raft::BecamePreCandidate&) { becomes(node, raft::Role::PreCandidate, {}); },
                   [&](const raft::BecameCandidate&) { becomes(node, raft::Role::Candidate, {}); },
                   [&](const raft::BecameLeader& became) {
                       becomes(node, raft::Role::Leader, {});
                       life.ledTerm = became.term;
                       life.ledFrom = life.group->consensus().lastIndex();
                       life.unwrittenBefore = life.group->unwrittenBytes();
                       life.progress.clear();
                       m_votes.leads(node, became.term, at);
                       checkComplete(node, became.term, at);
                       checkDurable(at);
                   },
                   [&](const raft::VoteGranted& vote) {
                       count(vote.preVote ? QStringLiteral("pre-vote granted") : QStringLiteral("vote granted"));
                   },
                   [&](const raft::VoteRefused& vote) {
                       count(vote.preVote ? QStringLiteral("pre-vote refused") : QStringLiteral("vote refused"));
                   },
                   [&](const raft::LogTruncated& cut) {
                       count(QStringLiteral("log truncated"));
                       std::erase_if(life.memberships, [&](raft::LogIndex index) { return index >= cut.from; });
                       if (life.role == raft::Role::Leader)
                           m_verdict.fail(Check::LeaderAppendOnly, at,
                                          QStringLiteral("n%1 dropped entries %2 to %3 while it led")
                                              .arg(node + 1)
                                              .arg(cut.from.value)
                                              .arg(cut.to.value));
                   },
                   [&](const raft::MembershipChanged& changed) {
                       disturbed();
                       if (changed.committed) {
                           count(changed.membership.isJoint() ? QStringLiteral("joint membership committed")
                                                              : QStringLiteral("membership committed"));
                           return;
                       }
                       if (changed.membership.isJoint() && !changed.membership.joining().empty())
                           count(QStringLiteral("some vote while others join"));
                       count(changed.membership.isJoint() ? QStringLiteral("joint membership entered")
                                                          : QStringLiteral("membership entered"));
                       if (life.role == raft::Role::Leader) {
                           m_verdict.saw(Check::OneChangeAtATime);
                           const raft::LogIndex commit = life.group->consensus().commit();
                           for (const raft::LogIndex before : life.memberships) {
                               if (before > commit && before < changed.index)
                                   m_verdict.fail(Check::OneChangeAtATime, at,
                                                  QStringLiteral("n%1 began the change at entry %2 before that at "
                                                                 "entry %3 was committed")
                                                      .arg(node + 1)
                                                      .arg(changed.index.value)
                                                      .arg(before.value));
                           }
                       }
                       std::erase_if(life.memberships, [&](raft::LogIndex index) { return index >= changed.index; });
                       life.memberships.push_back(changed.index);
                       if (life.memberships.size() > 16)
                           life.memberships.erase(life.memberships.begin());
                   },
                   [&](const raft::TransferStarted&) { count(QStringLiteral("transfer started")); },
                   [&](const raft::TransferEnded& ended) {
                       count(ended.reason.empty() ? QStringLiteral("transfer done")
                                                  : QStringLiteral("transfer given up"));
                   },
                   [&](const raft::SnapshotSent&) { count(QStringLiteral("snapshot sent")); },
                   [&](const raft::SnapshotInstalled& installed) {
                       count(QStringLiteral("snapshot installed"));
                       life.snapshot = installed.lastIndex;
                   },
               },
               event);
}

void Oracle::turned(quint32 node, Instant at)
{
    Life& life = m_lives[node];
    const raft::Raft& raft = life.group->consensus();
    m_votes.sees(node, raft.term(), raft.commit(), at);
    const raft::LogIndex last = raft.lastIndex();
    if (life.ledTerm.value > 0 && raft.term() == life.ledTerm) {
        m_verdict.saw(Check::LeaderAppendOnly);
        if (last < life.lastIndex)
            m_verdict.fail(Check::LeaderAppendOnly, at,
                           QStringLiteral("the log of n%1, which leads term %2, shrank from %3 to %4")
                               .arg(node + 1)
                               .arg(life.ledTerm.value)
                               .arg(life.lastIndex.value)
                               .arg(last.value));
    }
    life.lastIndex = last;
    life.askedSinceTurn = 0;
    if (m_looksAtAllEachTurn)
        lookAtAllOf(node);
}

void Oracle::asked(quint32 node, const QByteArray& command)
{
    m_bounds.sees(command);
    Life& life = m_lives[node];
    life.askedSinceTurn += command.size();
    life.mostInATurn = std::max(life.mostInATurn, life.askedSinceTurn);
}

void Oracle::ticked(quint32 node)
{
    int& left = m_lives[node].ticksToWholeLook;
    if (--left > 0)
        return;
    left = kTicksBetweenWholeLooks;
    lookAtAllOf(node);
}

void Oracle::disturbed()
{
    for (Life& life : m_lives)
        life.ticksToWholeLook = 1;
}

/// What is found stops the process, as the invariants that are looked at all the time do.
void Oracle::lookAtAllOf(quint32 node)
{
    m_verdict.saw(Check::WholeState);
    m_lives[node].group->consensus().checkAll();
}

void Oracle::checkComplete(quint32 node, raft::Term term, Instant at)
{
    const raft::LogIndex index = m_log.lastBefore(term);
    if (index.value == 0)
        return;
    m_verdict.saw(Check::LeaderCompleteness);
    if (surelyLacks(node, index))
        m_verdict.fail(
            Check::LeaderCompleteness, at,
            QStringLiteral("n%1 leads term %2 without entry %3, which was committed in term %4 or before: %5")
                .arg(node + 1)
                .arg(term.value)
                .arg(index.value)
                .arg(term.value - 1)
                .arg(m_log.originOf(index)));
}

/// Once it is committed, nobody has taken it out again.
void Oracle::checkPromise(quint32 node, Instant at)
{
    const auto [term, index] = m_promises[node];
    if (index.value == 0 || index > m_log.last() || m_log.termAt(index) != term)
        return;
    m_verdict.saw(Check::PromiseIsKept);
    if (surelyLacks(node, index))
        m_verdict.fail(Check::PromiseIsKept, at,
                       QStringLiteral("n%1 said that it has entry %2 of term %3, which was committed, and came back "
                                      "without it: %4")
                           .arg(node + 1)
                           .arg(index.value)
                           .arg(term.value)
                           .arg(m_log.originOf(index)));
}

bool Oracle::surelyLacks(quint32 node, raft::LogIndex index) const
{
    const Life& life = m_lives[node];
    if (!life.group)
        return false;
    const raft::Raft& raft = life.group->consensus();
    if (raft.commit() >= index)
        return false;
    return raft.termAt(index) != std::optional(m_log.termAt(index));
}

void Oracle::checkDurable(Instant at)
{
    const raft::LogIndex last = m_log.last();
    if (last.value == 0)
        return;
    m_verdict.saw(Check::CommittedIsDurable);
    if (couldDecide(m_log.membership(), [&](raft::NodeId voter) { return surelyLacks(voter.value - 1, last); }))
        m_verdict.fail(Check::CommittedIsDurable, at,
                       QStringLiteral("entry %1 was committed, and so many of the voters %2 do not have it that they "
                                      "could go on without it: %3")
                           .arg(last.value)
                           .arg(QString::fromStdString(raft::spoken(m_log.membership())), m_log.originOf(last)));
}

void Oracle::watchProgress(quint32 node)
{
    Life& life = m_lives[node];
    const auto now = life.group->status().progress;
    for (const raft::FollowerProgress& follower : now) {
        const auto before = std::find_if(life.progress.begin(), life.progress.end(),
                                         [&](const raft::FollowerProgress& other) { return other.id == follower.id; });
        if (before != life.progress.end() && before->state != follower.state)
            count(arrow(nameOf(before->state), nameOf(follower.state)));
    }
    life.progress = now;
}

void Oracle::lookAround(Instant at)
{
    for (quint32 node = 0; node < m_lives.size(); ++node) {
        Life& life = m_lives[node];
        if (!life.group)
            continue;
        m_bounds.check(
            {*m_hosts[node], *life.group, life.ledTerm, life.ledFrom, life.unwrittenBefore, life.mostInATurn}, at);
        if (life.ledTerm.value > 0)
            watchProgress(node);
        if (const raft::LogIndex snapshot = life.group->status().snapshot; snapshot > life.snapshot) {
            count(QStringLiteral("snapshot taken"));
            life.snapshot = snapshot;
        }
    }
    checkDurable(at);
    if (m_random.oneIn(kLooksForOneAtDisks))
        m_durability.check(m_hosts, at);
}

void Oracle::acknowledged(quint64 content, Instant at)
{
    m_verdict.saw(Check::AcknowledgedIsKept);
    const auto place = m_log.placeOf(content);
    if (place)
        m_lastAcknowledged = std::max(m_lastAcknowledged, *place);
    else
        m_verdict.fail(Check::AcknowledgedIsKept, at,
                       QStringLiteral("a write was acknowledged that is nowhere in the committed log"));
}

void Oracle::healed(Instant at)
{
    m_durability.check(m_hosts, at);
    for (const raft::NodeId member : m_log.membership().members()) {
        const Life& life = m_lives[member.value - 1];
        if (!life.group)
            continue;
        m_verdict.saw(Check::AcknowledgedIsKept);
        if (life.group->status().applied < m_lastAcknowledged)
            m_verdict.fail(Check::AcknowledgedIsKept, at,
                           QStringLiteral("n%1 is healed and has not applied entry %2, which was acknowledged: %3")
                               .arg(member.value)
                               .arg(m_lastAcknowledged.value)
                               .arg(m_log.originOf(m_lastAcknowledged)));
    }
}

} // namespace faultline::sim
