// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/kv/store.h"
#include "node/sim/oracle.h"
#include "node/sim/random.h"
#include "node/sim/schedule.h"
#include "node/sim/shape.h"
#include "node/sim/trace.h"

#include <functional>
#include <optional>
#include <vector>

namespace faultline::sim {

/// One call of one client, for the judgement over the whole history: when it was made, when its reply came, and what
/// that was.
struct Call
{
    enum class Kind : quint8 { Set, Get };
    enum class End : quint8 {
        Open, ///< nobody knows whether it happened
        Done,
        NotDone, ///< turned down by everybody who was asked
    };

    quint32 client = 0;
    quint32 key = 0;
    Kind kind = Kind::Set;
    End end = End::Open;
    quint64 value = 0; ///< written, or read; 0: none
    Instant calledAt{0};
    Instant returnedAt{0}; ///< when Done
};

/// The clients: each asks for one thing at a time, goes to another node when one turns it down or does not answer, and
/// knows what it may conclude from that. Some speak in sessions, and say a call again until they have its reply.
class Workload
{
public:
    Workload(const Shape& shape, Schedule& schedule, Trace& trace, Verdict& verdict, Oracle& oracle, Random random);

    /// Whether a clock has run so far ahead that the state's time may stand still for long (node/kv/time.h).
    std::function<bool()> isAClockAhead;

    void begin();
    /// Nobody begins anything new.
    void end() { m_isOver = true; }
    /// Whether everybody has an answer, or has stopped waiting for one.
    bool isQuiet() const;

    // Of events.
    void clientBegins(quint32 client);
    void clientGivesUp(quint64 attempt);
    void replyArrives(quint64 attempt);

    /// What an attempt says, and to whom.
    const QByteArray& commandOf(quint64 attempt) const { return m_jobs[m_attempts[attempt].job].command; }

    // What became of an attempt at its node.
    void completed(quint64 attempt, const kv::Result& result);
    void unknown(quint64 attempt);
    /// Nothing was done; `hint` is who leads, if anybody knows.
    void turnedDown(quint64 attempt, std::optional<quint32> hint);

    const std::vector<Call>& calls() const { return m_calls; }
    /// When the newest write that was acknowledged had been called.
    Instant newestWrite() const { return m_newestWrite; }

private:
    /// What a client wants done; in a session it may take several attempts.
    struct Job
    {
        enum class Kind : quint8 { Register, Expiring, OpenSession, SessionCall };
        quint32 client = 0;
        Kind kind = Kind::Register;
        quint32 call = 0; ///< of a register
        QByteArray command;
        Instant since{0};
        bool mayBeDone = false; ///< some attempt's outcome is unknown
        int asked = 0;          ///< since the story last told of it; only the first time is told
        NodeSet askedAt = 0;
    };
    enum class Answer : quint8 { None, Result, TurnedDown, Unknown };
    struct Attempt
    {
        quint32 job = 0;
        quint32 node = 0;
        Answer answer = Answer::None;
        kv::Result result;
        std::optional<quint32> hint;
    };
    struct Client
    {
        quint32 node = 0; ///< whom it asks next
        std::optional<quint32> job;
        std::optional<quint64> attempt; ///< under way
        bool usesSession = false;
        quint64 session = 0; ///< 0: none yet
        quint64 sequence = 0;
        quint32 sessionKey = 0;
        QByteArray expiring; ///< a key it set to expire, and looks at until it has seen twice that it is gone
        Instant expiringSince{0};
        bool sawItGone = false;
    };

    void think(quint32 client);
    void newJob(quint32 client);
    Job registerJob(quint32 client);
    Job expiringJob(Client& client);
    Job sessionJob(quint32 client);
    QByteArray writeOf(const QByteArray& key, const QByteArray& value);
    void attempt(quint32 client);
    static QString retriesOf(const Job& job);
    void answer(quint64 attempt, Answer answer);
    void done(quint32 client, const kv::Result& result);
    void registerDone(const Job& job, const kv::Result& result);
    void expiringDone(Client& client, const Job& job, const kv::Result& result);
    void sessionDone(quint32 client, const Job& job, const kv::Result& result);
    void outcomeUnknown(quint32 client);
    void askSomebodyElse(quint32 client, std::optional<quint32> hint);
    void unexpected(const Job& job, const kv::Result& result);

    const Shape& m_shape;
    Schedule& m_schedule;
    Trace& m_trace;
    Verdict& m_verdict;
    Oracle& m_oracle;
    Random m_random;
    bool m_isOver = false;
    std::vector<Client> m_clients;
    std::vector<Job> m_jobs;
    std::vector<Attempt> m_attempts;
    std::vector<Call> m_calls;
    quint64 m_lastValue = 0;
    quint32 m_lastSessionKey = 0;
    quint64 m_lastExpiring = 0;
    quint64 m_sessionsAskedFor = 0;
    Instant m_newestWrite{-1};
};

} // namespace faultline::sim
