// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/committed_log.h"

#include "node/sim/entry_book.h"

#include <algorithm>

namespace faultline::sim {

namespace {

/// Whether every majority of one meets every majority of the other, as far as numbers say.
bool majoritiesMeet(const std::set<raft::NodeId>& a, const std::set<raft::NodeId>& b)
{
    std::set<raft::NodeId> all = a;
    all.insert(b.begin(), b.end());
    return a.size() / 2 + 1 + b.size() / 2 + 1 > all.size();
}

} // namespace

CommittedLog::CommittedLog(Verdict& verdict, std::size_t nodes, raft::Membership initial)
    : m_verdict(verdict)
    , m_next(nodes, raft::LogIndex{1})
    , m_memberships{std::move(initial)}
{}

void CommittedLog::applied(quint32 node, const raft::Entry& entry, quint64 stateHash, raft::Term inTerm, Instant at)
{
    m_verdict.saw(Check::StateMachineSafety);
    if (entry.index != m_next[node])
        m_verdict.fail(Check::StateMachineSafety, at,
                       QStringLiteral("n%1 applied entry %2 when entry %3 was next")
                           .arg(node + 1)
                           .arg(entry.index.value)
                           .arg(m_next[node].value));
    m_next[node] = entry.index.next();
    const Record record{entry.term, inTerm, contentOf(entry), stateHash, node, at};
    if (entry.index == last().next()) {
        add(entry, record, at);
        return;
    }
    if (entry.index.value == 0 || entry.index > last()) {
        m_verdict.fail(Check::StateMachineSafety, at,
                       QStringLiteral("n%1 applied entry %2, but nobody applied those before")
                           .arg(node + 1)
                           .arg(entry.index.value));
        return;
    }
    const Record& known = m_records[entry.index.value - 1];
    if (known.term != record.term || known.content != record.content) {
        m_verdict.fail(Check::StateMachineSafety, at,
                       QStringLiteral("n%1 applied another entry %2 (of term %3) than was applied there before (of "
                                      "term %4): %5")
                           .arg(node + 1)
                           .arg(entry.index.value)
                           .arg(record.term.value)
                           .arg(known.term.value)
                           .arg(originOf(entry.index)));
        return;
    }
    m_verdict.saw(Check::SameStateHash);
    if (known.stateHash != record.stateHash)
        m_verdict.fail(
            Check::SameStateHash, at,
            QStringLiteral("n%1 has another state than others after entry %2").arg(node + 1).arg(entry.index.value));
}

void CommittedLog::add(const raft::Entry& entry, const Record& record, Instant at)
{
    m_records.push_back(record);
    m_hash = (m_hash ^ record.content ^ record.term.value) * 0x9fb21c651e98df25;
    m_hash ^= m_hash >> 29;
    if (entry.kind == raft::EntryKind::Command) {
        ++m_commands;
        m_places.emplace(contentOfCommand(entry.payload), entry.index.value);
    } else if (entry.kind == raft::EntryKind::Membership) {
        if (const auto next = raft::decodeMembership(entry.payload))
            changeMembership(*next, entry.index, at);
    }
}

void CommittedLog::changeMembership(const raft::Membership& next, raft::LogIndex index, Instant at)
{
    const raft::Membership& before = m_memberships.back();
    m_verdict.saw(Check::OneChangeAtATime);
    bool follows = false;
    if (before.isJoint())
        follows = next.isJoint() ? next.voters == before.voters && next.outgoing == before.outgoing
                                 : next.voters == before.voters;
    else if (next.isJoint())
        follows = next.outgoing == before.voters;
    else
        follows = majoritiesMeet(before.voters, next.voters);
    if (!follows)
        m_verdict.fail(
            Check::OneChangeAtATime, at,
            QStringLiteral("entry %1 makes the members %2, right after %3")
                .arg(index.value)
                .arg(QString::fromStdString(raft::spoken(next)), QString::fromStdString(raft::spoken(before))));
    m_memberships.push_back(next);
}

void CommittedLog::jumped(quint32 node, raft::LogIndex behind)
{
    m_next[node] = behind.next();
}

raft::Term CommittedLog::termAt(raft::LogIndex index) const
{
    return index.value == 0 || index > last() ? raft::Term{} : m_records[index.value - 1].term;
}

quint64 CommittedLog::contentAt(raft::LogIndex index) const
{
    return m_records[index.value - 1].content;
}

QString CommittedLog::originOf(raft::LogIndex index) const
{
    const Record& record = m_records[index.value - 1];
    return QStringLiteral("n%1 applied it first, in term %2 at tick %3")
        .arg(record.firstBy + 1)
        .arg(record.appliedIn.value)
        .arg(record.firstAt / kTick);
}

raft::LogIndex CommittedLog::lastBefore(raft::Term term) const
{
    std::size_t count = m_records.size();
    while (count > 0 && m_records[count - 1].appliedIn >= term)
        --count;
    return {count};
}

std::optional<raft::LogIndex> CommittedLog::placeOf(quint64 content) const
{
    const auto found = m_places.find(content);
    return found == m_places.end() ? std::nullopt : std::optional(raft::LogIndex{found->second});
}

} // namespace faultline::sim
