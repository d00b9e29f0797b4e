// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/resp/request_parser.h"
#include "common/resp/writer.h"
#include "node/client/client_socket_linux.h"
#include "node/client/counters.h"
#include "node/client/dispatcher.h"
#include "node/kv/store.h"

#include <QObject>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace faultline::client {

/// What a client chose for its connection; RESET takes it back.
struct Session
{
    resp::Protocol protocol = resp::Protocol::Resp2;
    QByteArray name;
    QByteArray library;        ///< CLIENT SETINFO LIB-NAME
    QByteArray libraryVersion; ///< LIB-VER
    bool readsStale = false;   ///< READONLY: a node that does not lead may answer from the state it has
    bool isTrusted = false;    ///< it gave the password
};

/// CLIENT REPLY: to which commands replies are sent.
enum class Replies : quint8 { All, None, NotToTheNext };

/// What a command waits for: that an entry of the log is committed (its write, or a read that comes behind writes),
/// that this node is confirmed to lead, or something that orders it with no other.
enum class Way : quint8 { Write, LoggedRead, Read, Other };

class Connection;

/// Who has the connection. Both calls may come while the connection is being used: act on them later.
class ConnectionOwner
{
public:
    virtual ~ConnectionOwner() = default;
    /// Call turn() before this turn of the event loop ends.
    virtual void wake(quint32 connectionId) = 0;
    virtual void gone(quint32 connectionId) = 0;
    /// Nothing may be read or said now; turn() comes when it may again.
    virtual bool isQuietNow() const = 0;
    virtual void forEach(const std::function<void(Connection&)>& what) = 0;
};

/// One client. Commands come in, replies go out in the order of the commands, whatever order the cluster answers in: a
/// reply that is early waits in the queue behind those before it. Commands also take effect in their order: a read
/// behind writes that are under way goes through the log as they do or waits for them, and a write waits for the reads
/// before it.
///
/// Everything is bounded. With too many unanswered commands, or too many bytes of replies not taken, no more is read,
/// so that TCP slows the client down; a client that still lets replies pile up (they may be large) is closed.
///
/// A command whose outcome nobody knows must get no reply: the connection closes behind the replies that stand before
/// it.
class Connection final : public QObject
{
public:
    static constexpr std::size_t kMaxUnanswered = 1024;
    static constexpr qint64 kMaxProposedBytes = qint64(16) << 20; ///< one command may exceed it
    static constexpr qint64 kPauseOutput = qint64(1) << 20;       ///< above it, nothing more is read
    static constexpr qint64 kMaxOutput = qint64(64) << 20;        ///< above it, the client is closed; +1 reply at most
    static constexpr qsizetype kReadAtOnce = qsizetype(16) << 10;
    static constexpr int kReadsInTurn = 16; ///< so that nobody keeps the loop for himself

    /// `descriptor` is of a connected socket. The other arguments outlive the connection.
    Connection(quint32 id, int descriptor, PollSet& set, Dispatcher& dispatcher, Counters& counters,
               const PortOptions& options, ConnectionOwner& owner);
    ~Connection() override;

    quint32 id() const { return m_id; }
    bool isOpen() const { return m_socket.isOpen(); } ///< the system may have had no room for it from the start
    Session& session() { return m_session; }
    QString peer() const;  ///< address:port
    QString local() const; ///< the same of this end
    ConnectionOwner& owner() { return m_owner; }
    std::chrono::seconds age() const;

    /// Where the reply to the command being executed goes. Append exactly one reply, at once.
    QByteArray& reply();
    /// The same, of a result.
    void answer(const kv::Result& result);
    /// The reply to the command being executed will come by complete(), refuse() or outcomeUnknown() with the id
    /// returned. `proposedBytes`: 0 for what waits without being proposed. `slot`: of its keys, which a redirect must
    /// name.
    quint64 expectReply(qint64 proposedBytes, quint16 slot, Instant arrived, Way way = Way::Other);
    /// How many such commands are.
    std::size_t underWay(Way way) const { return m_underWay[static_cast<std::size_t>(way)]; }
    /// Takes back the latest expectReply(), of which nothing has come.
    void expectNoReply(quint64 requestId);
    /// From the command being executed on. Commands whose replies are not sent are executed like any other.
    void setReplies(Replies replies);
    /// Reads no more, and closes once every reply is out.
    void closeAfterReplies();

    static quint32 connectionOf(quint64 requestId) { return static_cast<quint32>(requestId >> 32); }
    void complete(quint64 requestId, const kv::Result& result);
    /// Nothing was done: the client is told where to ask instead.
    void refuse(quint64 requestId);
    void outcomeUnknown(quint64 requestId);

    /// Hands replies to the socket in one write, and reads on where reading had paused.
    void turn();
    /// At once; what is unsent is lost.
    void abort();

private:
    enum class State : quint8 { Pending, Answered, Unknown };
    struct Unanswered
    {
        State state = State::Pending;
        Way way = Way::Other;
        resp::Protocol protocol = resp::Protocol::Resp2; ///< of its reply
        bool isMute = false;                             ///< its reply is not sent
        QByteArray reply;                                ///< when it came before its turn
        qint64 heldBytes = 0;                            ///< what m_heldBytes counts of it
        qint64 proposedBytes = 0;
        quint16 slot = 0;
        Instant arrived;
    };

    void readCommands();
    bool mustPause() const;
    void countHeld();
    bool holdsTooMuch();
    void flush();
    void moveAnswersOut();
    void hold(Unanswered& command);
    void settle(Unanswered& command);
    void drown();
    void noteArrival(const Unanswered& command);
    void discardUnanswered();
    void finish();
    void leaveWhatHasNoEnd();
    void leave();
    Unanswered* find(quint64 requestId);

    const quint32 m_id;
    ClientSocket m_socket;
    Dispatcher& m_dispatcher;
    Counters& m_counters;
    const PortOptions& m_options;
    ConnectionOwner& m_owner;
    Session m_session;
    resp::RequestParser m_parser;

    std::deque<Unanswered> m_unanswered;
    quint32 m_firstSequence = 0;             ///< of m_unanswered.front(); wraps
    std::array<std::size_t, 4> m_underWay{}; ///< of m_unanswered, by Way
    qint64 m_proposedBytes = 0;
    qint64 m_heldBytes = 0; ///< of replies in m_unanswered
    qint64 m_counted = 0;   ///< what Counters::clientBytes counts of it
    QByteArray m_out;
    QByteArray m_unsaid;             ///< replies that may not go out
    std::vector<Instant> m_arrivals; ///< of proposed commands whose replies are in m_out

    const Instant m_since = std::chrono::steady_clock::now();
    Replies m_replies = Replies::All;
    bool m_mute = false;    ///< the command being executed gets no reply
    bool m_drowned = false; ///< more replies than may wait

    bool m_reading = false;    ///< readCommands() is on the stack
    bool m_paused = false;     ///< commands may be waiting that were not read
    bool m_isHeldBack = false; ///< the command that was read last is not executed yet
    bool m_closing = false;
    bool m_silent = false;   ///< no further reply may go out: one before it is missing
    bool m_finished = false; ///< told the socket to close
    bool m_left = false;     ///< told the owner
};

} // namespace faultline::client
