// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/kv/command.h"
#include "node/kv/result.h"

#include <QByteArray>
#include <QMap>

#include <map>
#include <optional>

namespace faultline::kv {

/// What lets a client say a command again without doing it twice. A client whose connection closed does not know
/// whether its INCR was done; within a session it numbers its commands, says the same number again, and gets the reply
/// of the first time, because replies are kept in the replicated state until the client says that it has them. (Ongaro,
/// Consensus: Bridging Theory and Practice, 2014, section 6.3.)
///
/// Part of the state that all nodes agree on: everything here follows from the order of the log alone, eviction too. A
/// client whose session was evicted is told so (NOSESSION) rather than served without memory; it cannot know what
/// became of commands it still had no reply to.
class Sessions
{
public:
    static constexpr std::size_t kMaxSessions = 1024; ///< beyond, the one whose last use lies furthest back goes
    static constexpr qsizetype kMaxReplies = 256;     ///< kept for one session; beyond, its calls are refused
    static constexpr qsizetype kFullBytes = qsizetype(8) << 20; ///< of one session's replies: at or above, refused
    static constexpr qsizetype kMaxBytes = qsizetype(64) << 20; ///< of all replies: beyond, sessions go as above

    /// The id of a new session: 1, 2, 3, ... in the order of the log.
    quint64 open();

    /// Notes the use and what was acknowledged. A result: it is the reply, and nothing is to be applied (said before,
    /// refused, or no such session). Nothing: apply the command, then remember() what came of it.
    std::optional<Result> replyOrApply(const SessionCall& call);
    void remember(const SessionCall& call, const Result& result);

    std::size_t size() const { return m_sessions.size(); }

    /// As Store::stateHash(): a sum over all that is below; 0 when no session was ever opened.
    quint64 hash() const;

    /// An open session as it stands in a snapshot.
    struct Session
    {
        quint64 lastUse = 0;           ///< counted in uses of any session
        quint64 ackedBelow = 0;        ///< no reply below it is kept
        QMap<quint64, Result> replies; ///< by sequence number; a snapshot shares them
        qsizetype bytes = 0;           ///< of the replies
    };
    quint64 lastId() const { return m_lastId; }
    quint64 uses() const { return m_uses; }
    const std::map<quint64, Session>& all() const { return m_sessions; }

    /// For a snapshot's reader, into an empty object: counters first, then sessions. False, and to be thrown away, when
    /// such a state cannot have come about.
    bool restoreCounters(quint64 lastId, quint64 uses);
    bool restoreSession(quint64 id, quint64 lastUse, quint64 ackedBelow);
    bool restoreReply(quint64 id, quint64 sequence, const Result& result);

private:
    void use(quint64 id, Session& session);
    void acknowledge(quint64 id, Session& session, quint64 below);
    void keep(quint64 id, Session& session, quint64 sequence, const Result& result);
    void evict();

    std::map<quint64, Session> m_sessions;
    std::map<quint64, quint64> m_byLastUse; ///< lastUse -> id
    quint64 m_lastId = 0;
    quint64 m_uses = 0;
    qsizetype m_bytes = 0;
    quint64 m_hash = 0; ///< of the sessions and replies
};

/// Bytes that it takes in memory, about.
qsizetype sizeOf(const Result& result);
/// A result as bytes: in snapshots, and to hash it.
void appendResult(QByteArray& out, const Result& result);
/// Takes one off the front; nothing when there is none.
std::optional<Result> takeResult(QByteArrayView& bytes);

} // namespace faultline::kv
