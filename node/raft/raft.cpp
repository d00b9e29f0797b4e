// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/raft.h"

#include "node/raft/machine.h"

namespace faultline::raft {

Raft::Raft(Options options, StoredState stored, Instant now)
    : m_machine(std::make_unique<Machine>(std::move(options), std::move(stored), now))
{}

Raft::~Raft() = default;
Raft::Raft(Raft&&) noexcept = default;
Raft& Raft::operator=(Raft&&) noexcept = default;

void Raft::tick(Instant now)
{
    m_machine->tick(now);
}

void Raft::receive(const Message& message, Instant now)
{
    m_machine->receive(message, now);
}

std::variant<Raft::Proposed, Raft::ProposalRefused> Raft::propose(QByteArray payload, Instant now)
{
    return m_machine->propose(std::move(payload), now);
}

bool Raft::read(std::uint64_t id, Instant now)
{
    return m_machine->read(id, now);
}

std::variant<Raft::Proposed, Raft::ChangeRefused>
Raft::changeMembership(std::set<NodeId> voters, std::set<NodeId> learners, QByteArray contacts, Instant now)
{
    return m_machine->changeMembership(std::move(voters), std::move(learners), std::move(contacts), now);
}

std::optional<std::string> Raft::transferLeadership(NodeId to, Instant now)
{
    return m_machine->transferLeadership(to, now);
}

void Raft::connectionBroke(NodeId peer, Instant now)
{
    m_machine->connectionBroke(peer, now);
}

SnapshotMark Raft::markOfApplied() const
{
    return m_machine->markOfApplied();
}

void Raft::compacted(const SnapshotMark& mark, LogIndex firstKept)
{
    m_machine->compacted(mark, firstKept);
}

void Raft::snapshotRefused()
{
    m_machine->snapshotRefused();
}

void Raft::written(std::uint64_t writeNumber, Instant now)
{
    m_machine->written(writeNumber, now);
}

bool Raft::hasReady() const
{
    return m_machine->hasReady();
}

Ready Raft::takeReady()
{
    return m_machine->takeReady();
}

Status Raft::status() const
{
    return m_machine->status();
}

Role Raft::role() const
{
    return m_machine->role();
}

Term Raft::term() const
{
    return m_machine->term();
}

NodeId Raft::leader() const
{
    return m_machine->leader();
}

LogIndex Raft::commit() const
{
    return m_machine->commit();
}

LogIndex Raft::applied() const
{
    return m_machine->applied();
}

LogIndex Raft::lastIndex() const
{
    return m_machine->lastIndex();
}

const Membership& Raft::membership() const
{
    return m_machine->membership();
}

bool Raft::isSendingSnapshot() const
{
    return m_machine->isSendingSnapshot();
}

std::optional<Term> Raft::termAt(LogIndex index) const
{
    return m_machine->termAt(index);
}

void Raft::checkAll() const
{
    m_machine->checkAll();
}

bool logMeets(const SnapshotMark& snapshot, const std::vector<Entry>& entries)
{
    if (entries.empty() || entries.front().index == snapshot.lastIndex.next())
        return true;
    if (entries.front().index > snapshot.lastIndex || entries.back().index < snapshot.lastIndex)
        return false;
    const Entry& meeting = entries[snapshot.lastIndex.value - entries.front().index.value];
    return meeting.term == snapshot.lastTerm || snapshot.lastTerm.value == 0;
}

} // namespace faultline::raft
