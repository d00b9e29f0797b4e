// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/connection.h"

#include "common/result/result.h"

#include <QTimer>

#include <algorithm>

namespace faultline::client {

using namespace resp;

namespace {

constexpr std::chrono::seconds kCloseDeadline{5};
constexpr qsizetype kKeptCapacity = qsizetype(64) << 10;
constexpr std::chrono::milliseconds kLongestTurn{5}; ///< of one connection, answering on the spot

void appendResult(QByteArray& out, const kv::Result& result, Protocol protocol)
{
    struct Writer
    {
        QByteArray& out;
        Protocol protocol;
        void operator()(const kv::Ok&) const { out.append("+OK\r\n", 5); }
        void operator()(const kv::Nil&) const { appendNull(out, protocol); }
        void operator()(const kv::Value& value) const { appendBulk(out, value.bytes); }
        void operator()(const kv::Integer& integer) const { appendInteger(out, integer.value); }
        void operator()(const kv::Failure& failure) const { appendError(out, failure.text); }
        void operator()(const kv::Word& word) const { appendSimpleString(out, word.text); }
        void operator()(const kv::Values& values) const
        {
            appendArrayHeader(out, std::ssize(values.all));
            for (const auto& value : values.all) {
                if (value)
                    appendBulk(out, *value);
                else
                    appendNull(out, protocol);
            }
        }
        void operator()(const kv::Page& page) const
        {
            appendArrayHeader(out, 2);
            appendBulk(out, QByteArray::number(page.cursor));
            appendArrayHeader(out, std::ssize(page.keys));
            for (const QByteArray& key : page.keys)
                appendBulk(out, key);
        }
    };
    std::visit(Writer{out, protocol}, result);
}

} // namespace

Connection::Connection(quint32 id, int descriptor, PollSet& set, Dispatcher& dispatcher, Counters& counters,
                       const PortOptions& options, ConnectionOwner& owner)
    : m_id(id)
    , m_socket(descriptor, set)
    , m_dispatcher(dispatcher)
    , m_counters(counters)
    , m_options(options)
    , m_owner(owner)
{
    m_session = dispatcher.newSession();
    m_socket.whenReadable = [this] {
        if (!m_closing)
            return readCommands();
        m_socket.throwAwayUnread();
        leaveWhatHasNoEnd();
    };
    m_socket.whenWritten = [this] {
        if (m_paused && !mustPause())
            m_owner.wake(m_id);
    };
    m_socket.whenGone = [this] { leave(); };
}

Connection::~Connection()
{
    discardUnanswered();
}

QString Connection::peer() const
{
    return m_socket.peer();
}

QString Connection::local() const
{
    return m_socket.local();
}

std::chrono::seconds Connection::age() const
{
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - m_since);
}

void Connection::setReplies(Replies replies)
{
    m_replies = replies;
    m_mute = replies != Replies::All;
}

QByteArray& Connection::reply()
{
    if (m_silent || m_mute) {
        m_unsaid.clear();
        return m_unsaid;
    }
    if (m_unanswered.empty())
        return m_out;
    Unanswered& waiting = m_unanswered.emplace_back();
    waiting.state = State::Answered;
    return waiting.reply;
}

void Connection::answer(const kv::Result& result)
{
    appendResult(reply(), result, m_session.protocol);
}

quint64 Connection::expectReply(qint64 proposedBytes, quint16 slot, Instant arrived, Way way)
{
    const quint32 sequence = m_firstSequence + static_cast<quint32>(m_unanswered.size());
    Unanswered& command = m_unanswered.emplace_back();
    command.way = way;
    command.protocol = m_session.protocol;
    command.isMute = m_mute;
    command.proposedBytes = proposedBytes;
    command.slot = slot;
    command.arrived = arrived;
    ++m_underWay[static_cast<std::size_t>(way)];
    m_proposedBytes += proposedBytes;
    m_counters.pendingBytes += proposedBytes;
    m_counters.pending += proposedBytes > 0 ? 1 : 0;
    return static_cast<quint64>(m_id) << 32 | sequence;
}

void Connection::expectNoReply(quint64 requestId)
{
    if (m_silent)
        return;
    Unanswered* command = find(requestId);
    FAULTLINE_INVARIANT(command && command == &m_unanswered.back() && command->state == State::Pending,
                        "a command that was not proposed gets no reply");
    settle(*command);
    m_unanswered.pop_back();
}

void Connection::closeAfterReplies()
{
    m_closing = true;
}

Connection::Unanswered* Connection::find(quint64 requestId)
{
    const quint32 index = static_cast<quint32>(requestId) - m_firstSequence;
    return index < m_unanswered.size() ? &m_unanswered[index] : nullptr;
}

void Connection::complete(quint64 requestId, const kv::Result& result)
{
    if (m_silent || m_finished || m_left)
        return;
    Unanswered* command = find(requestId);
    FAULTLINE_INVARIANT(command && command->state == State::Pending, "a proposed command is answered once");
    settle(*command);
    if (command == &m_unanswered.front()) {
        if (!command->isMute)
            appendResult(m_out, result, command->protocol);
        noteArrival(*command);
        m_unanswered.pop_front();
        ++m_firstSequence;
        moveAnswersOut();
    } else {
        command->state = State::Answered;
        if (!command->isMute)
            appendResult(command->reply, result, command->protocol);
        hold(*command);
    }
    if (m_out.size() + m_heldBytes > kMaxOutput || holdsTooMuch())
        drown();
    if (!m_reading)
        m_owner.wake(m_id);
}

void Connection::refuse(quint64 requestId)
{
    if (const Unanswered* command = find(requestId))
        complete(requestId, kv::Failure{m_dispatcher.refusal(command->slot)});
}

void Connection::outcomeUnknown(quint64 requestId)
{
    if (m_silent || m_finished || m_left)
        return;
    Unanswered* command = find(requestId);
    FAULTLINE_INVARIANT(command && command->state == State::Pending, "a proposed command is answered once");
    settle(*command);
    command->state = State::Unknown;
    ++m_counters.outcomesUnknown;
    moveAnswersOut();
    if (!m_reading)
        m_owner.wake(m_id);
}

void Connection::hold(Unanswered& command)
{
    m_heldBytes += command.reply.size() - command.heldBytes;
    command.heldBytes = command.reply.size();
}

void Connection::settle(Unanswered& command)
{
    --m_underWay[static_cast<std::size_t>(command.way)];
    m_proposedBytes -= command.proposedBytes;
    m_counters.pendingBytes -= command.proposedBytes;
    m_counters.pending -= command.proposedBytes > 0 ? 1 : 0;
}

void Connection::drown()
{
    // Within one turn, so that a client that asks for much and takes nothing cannot pile it up before the next.
    m_drowned = m_closing = m_silent = true;
    m_out = QByteArray();
    m_arrivals.clear();
    discardUnanswered();
}

void Connection::moveAnswersOut()
{
    while (!m_unanswered.empty()) {
        Unanswered& command = m_unanswered.front();
        if (command.state == State::Pending)
            return;
        if (command.state == State::Unknown) {
            m_closing = m_silent = true;
            discardUnanswered();
            return;
        }
        m_out.append(command.reply);
        m_heldBytes -= command.heldBytes;
        noteArrival(command);
        m_unanswered.pop_front();
        ++m_firstSequence;
    }
}

/// What nobody is told about goes with no reply, and what only waits is no request to the group.
void Connection::noteArrival(const Unanswered& command)
{
    if (!command.isMute && command.proposedBytes > 0)
        m_arrivals.push_back(command.arrived);
}

void Connection::discardUnanswered()
{
    for (Unanswered& command : m_unanswered) {
        if (command.state == State::Pending)
            settle(command);
    }
    m_firstSequence += static_cast<quint32>(m_unanswered.size());
    m_unanswered.clear();
    m_heldBytes = 0;
}

bool Connection::mustPause() const
{
    return m_owner.isQuietNow() ||
           (m_isHeldBack && underWay(Way::Write) + underWay(Way::LoggedRead) + underWay(Way::Read) > 0) ||
           m_unanswered.size() >= kMaxUnanswered || m_proposedBytes >= kMaxProposedBytes ||
           m_out.size() + m_heldBytes + m_socket.bytesToWrite() > kPauseOutput;
}

void Connection::countHeld()
{
    const qint64 unread = m_isHeldBack ? m_parser.keptBytes() : m_parser.bufferedBytes();
    const qint64 held = m_left ? 0 : m_out.size() + m_heldBytes + m_socket.bytesToWrite() + unread;
    m_counters.clientBytes += held - std::exchange(m_counted, held);
}

bool Connection::holdsTooMuch()
{
    countHeld();
    return m_counters.clientBytes > m_options.maxClientBytes &&
           m_counted > m_options.maxClientBytes / static_cast<qint64>(std::max<quint64>(1, m_counters.connections));
}

void Connection::readCommands()
{
    if (m_reading || m_closing || m_left)
        return;
    m_reading = true;
    const Instant arrived = std::chrono::steady_clock::now();
    m_paused = false;
    bool mayBeMore = true;
    int reads = 0;
    while (!m_closing) {
        if (mustPause()) {
            m_paused = true;
            break;
        }
        const RequestParser::Outcome outcome =
            std::exchange(m_isHeldBack, false) ? RequestParser::Outcome::Request : m_parser.next(!m_session.isTrusted);
        if (outcome == RequestParser::Outcome::Request) {
            m_mute = m_replies != Replies::All;
            const bool isTheNext = m_replies == Replies::NotToTheNext;
            if (!m_dispatcher.execute(*this, m_parser.arguments(), arrived)) {
                m_mute = false;
                m_isHeldBack = true;
                continue;
            }
            if (!m_unanswered.empty() && m_unanswered.back().state == State::Answered)
                hold(m_unanswered.back());
            m_mute = false;
            if (isTheNext && m_replies == Replies::NotToTheNext)
                m_replies = Replies::All;
            const bool isUnderWay = !m_unanswered.empty() && m_unanswered.back().state == State::Pending;
            if (!isUnderWay && std::chrono::steady_clock::now() - arrived > kLongestTurn) {
                m_paused = true;
                break;
            }
        } else if (outcome == RequestParser::Outcome::Error) {
            ++m_counters.protocolErrors;
            appendError(reply(), "ERR " + m_parser.error());
            m_closing = true;
        } else if (mayBeMore && reads < kReadsInTurn) {
            const qsizetype got = m_socket.read(m_parser.room(kReadAtOnce), kReadAtOnce);
            m_parser.filled(got);
            if (holdsTooMuch())
                drown();
            mayBeMore = got == kReadAtOnce;
            ++reads;
        } else {
            break;
        }
    }
    m_reading = false;
    if (!m_isHeldBack)
        m_parser.letGo();
    m_closing |= m_socket.isAtEnd(); // it may still listen to what it is owed
    m_socket.setWantsToRead(!m_paused || m_closing);
    m_counters.parse.record(std::chrono::steady_clock::now() - arrived);
    flush();
    leaveWhatHasNoEnd();
    if (m_paused && !mustPause())
        m_owner.wake(m_id);
}

/// What was proposed comes to an end by itself; what a client only waits for, not before it is gone.
void Connection::leaveWhatHasNoEnd()
{
    if (m_socket.isAtEnd() && !m_left && std::ranges::any_of(m_unanswered, [](const Unanswered& command) {
            return command.state == State::Pending && command.proposedBytes == 0;
        }))
        abort();
}

void Connection::turn()
{
    flush();
    if (m_paused && !mustPause())
        readCommands();
}

void Connection::flush()
{
    if (m_left || m_finished || m_owner.isQuietNow())
        return;
    if (m_drowned) {
        ++m_counters.slowReaders;
        return abort();
    }
    if (!m_out.isEmpty()) {
        const Instant begun = std::chrono::steady_clock::now();
        m_socket.write(m_out);
        if (m_out.capacity() > kKeptCapacity)
            m_out = QByteArray();
        else
            m_out.resize(0);
        const Instant now = std::chrono::steady_clock::now();
        m_counters.reply.record(now - begun);
        for (const Instant arrived : m_arrivals)
            m_counters.request.record(now - arrived);
        m_arrivals.clear();
        if (m_left)
            return;
    }
    if (m_socket.bytesToWrite() + m_heldBytes > kMaxOutput || holdsTooMuch()) {
        ++m_counters.slowReaders;
        abort();
    } else if (m_closing && m_unanswered.empty()) {
        finish();
    }
}

void Connection::finish()
{
    m_finished = true;
    m_closing = true;
    m_socket.closeWhenWritten();
    if (!m_left)
        QTimer::singleShot(kCloseDeadline, this, &Connection::abort);
}

void Connection::abort()
{
    m_closing = m_finished = true;
    m_socket.close();
    leave();
}

void Connection::leave()
{
    if (m_left)
        return;
    m_left = true;
    countHeld();
    discardUnanswered();
    m_owner.gone(m_id);
}

} // namespace faultline::client
