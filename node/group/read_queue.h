// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/types.h"

#include <QByteArray>

#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace faultline::node {

/// Reads that go no way through the log (ReadIndex, §6.4 of Ongaro's thesis): each waits until a majority has confirmed
/// that this node still leads, then until this node's state has everything that was committed when it was asked.
///
/// All that arrive in one turn share one round of confirmation, so that a thousand readers cost one heartbeat. What
/// comes while one is under way waits for its end, unless there is as much of it as is being asked for: many readers
/// then share a round, and few wait no longer than they must. None can have seen more than its round will show, since
/// a round sees what was committed when it began.
class ReadQueue
{
public:
    struct Read
    {
        quint64 requestId = 0;
        QByteArray command;
    };

    void add(Read read)
    {
        m_bytes += read.command.size();
        m_gathered.push_back(std::move(read));
    }
    bool isRoundDue() const { return !m_gathered.empty() && m_gathered.size() >= m_asked; }
    /// What was gathered becomes one round, to be asked for under this number.
    quint64 beginRound();

    /// The round sees everything once `index` is applied.
    void confirmed(quint64 round, raft::LogIndex index);
    /// The round will never be confirmed. Its reads, to be refused.
    std::vector<Read> refused(quint64 round);
    /// The next read that may be answered from a state in which `applied` is the last entry, in the order they came.
    std::optional<Read> takeDue(raft::LogIndex applied);
    bool hasDue(raft::LogIndex applied) const { return !m_confirmed.empty() && m_confirmed.front().index <= applied; }

    std::size_t size() const;
    qint64 bytes() const { return m_bytes; } ///< of their commands

private:
    struct Confirmed
    {
        raft::LogIndex index;
        std::vector<Read> reads; ///< one at least that is not taken
        std::size_t taken = 0;
    };

    std::vector<Read> m_gathered;
    std::map<quint64, std::vector<Read>> m_rounds; ///< asked for and not yet confirmed
    std::deque<Confirmed> m_confirmed;
    qint64 m_bytes = 0;
    quint64 m_lastRound = 0;
    std::size_t m_asked = 0; ///< reads in m_rounds
    std::size_t m_begun = 0; ///< reads in m_rounds and m_confirmed
};

} // namespace faultline::node
