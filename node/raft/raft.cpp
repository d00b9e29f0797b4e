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

void Raft::receive(Message message, Instant now)
{
    m_machine->receive(std::move(message), now);
}

std::optional<Raft::Proposed> Raft::propose(QByteArray payload, Instant now)
{
    return m_machine->propose(std::move(payload), now);
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

} // namespace faultline::raft
