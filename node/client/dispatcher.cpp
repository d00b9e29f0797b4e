// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/dispatcher.h"

#include "common/resp/integer.h"
#include "node/client/command_table.h"
#include "node/client/connection.h"
#include "node/client/member_commands.h"
#include "node/client/store_commands.h"
#include "node/client/subcommand_help.h"

#include <algorithm>
#include <array>
#include <optional>

namespace faultline::client {

using namespace resp;

namespace {

void refuseUnknown(Connection& connection, Arguments arguments)
{
    constexpr qsizetype kShown = 128;
    const auto shortened = [](QByteArrayView text, qsizetype length) {
        const qsizetype zero = text.indexOf('\0'); // where text ends, for Redis
        return text.first(std::min(zero < 0 ? text.size() : zero, length)).toByteArray();
    };
    QByteArray listed;
    for (std::size_t i = 1; i < arguments.size() && listed.size() < kShown; ++i)
        listed += '\'' + shortened(arguments[i], kShown - listed.size()) + "' ";
    appendError(connection.reply(),
                "ERR unknown command '" + shortened(arguments[0], kShown) + "', with args beginning with: " + listed);
}

/// A write for the reads before it, which may otherwise see it; a look at this node's own state for the writes. A read
/// behind writes goes through the log with them, as long as these are few and of one key each: what it costs is paid
/// where the log is applied.
bool mustWait(const Connection& connection, const CommandSpec& spec)
{
    constexpr std::size_t kMostLogged = 16;
    if (spec.id == CommandId::DbSize || spec.id == CommandId::Info)
        return connection.underWay(Way::Write) > 0;
    if (spec.id == CommandId::Session || QByteArrayView(spec.flags).startsWith("write"))
        return connection.underWay(Way::Read) > 0;
    if (!isOfStore(spec.id))
        return false;
    const std::size_t logged = connection.underWay(Way::LoggedRead);
    if (connection.underWay(Way::Write) == 0)
        return logged > 0;
    return logged >= kMostLogged || spec.lastKey != 1;
}

/// How a web page's request begins, or goes on in its second line. A browser sends one wherever a page says, and each
/// line of its body would be a command (Redis' securityWarningCommand).
bool isOfAWebPage(QByteArrayView name)
{
    return equalsIgnoringCase(name, "post") || equalsIgnoringCase(name, "host:");
}

bool isForStrangers(CommandId id)
{
    return id == CommandId::Auth || id == CommandId::Hello || id == CommandId::Quit || id == CommandId::Reset;
}

} // namespace

Dispatcher::Dispatcher(Backend& backend, Counters& counters, WaitingRoom& waitingRoom, const PortOptions& options)
    : m_backend(backend)
    , m_counters(counters)
    , m_waitingRoom(waitingRoom)
    , m_options(options)
{
    m_admission.limits().isOn = options.admission;
}

Session Dispatcher::newSession() const
{
    Session session;
    session.isTrusted = m_options.password.isEmpty();
    return session;
}

const CommandSpec* Dispatcher::specOf(Connection& connection, Arguments arguments)
{
    const CommandSpec* spec = findCommand(arguments[0]);
    if (!spec) {
        refuseUnknown(connection, arguments);
        return nullptr;
    }
    if (!spec->takes(arguments.size()) || (spec->id == CommandId::Ping && arguments.size() > 2)) {
        ++m_counters.commandCalls[static_cast<std::size_t>(spec->id)].rejected;
        answerWrongArity(connection.reply(), spec->name);
        return nullptr;
    }
    return spec;
}

bool Dispatcher::execute(Connection& connection, Arguments arguments, Instant arrived)
{
    if (isOfAWebPage(arguments[0])) {
        ++m_counters.commands;
        ++m_counters.protocolErrors;
        connection.closeAfterReplies();
        return true;
    }
    const CommandSpec* spec = specOf(connection, arguments);
    if (spec && mustWait(connection, *spec))
        return false;
    ++m_counters.commands;
    if (!spec)
        return true;
    ++m_counters.commandCalls[static_cast<std::size_t>(spec->id)].calls;
    if (!connection.session().isTrusted && !isForStrangers(spec->id))
        reject(connection, *spec, "NOAUTH Authentication required.");
    else if (isOfStore(spec->id))
        ofStore(connection, *spec, arguments, arrived);
    else
        ofPort(connection, *spec, arguments, arrived);
    return true;
}

void Dispatcher::reject(Connection& connection, const CommandSpec& spec, QByteArrayView error)
{
    ++m_counters.commandCalls[static_cast<std::size_t>(spec.id)].rejected;
    appendError(connection.reply(), error);
}

void Dispatcher::ofStore(Connection& connection, const CommandSpec& spec, Arguments arguments, Instant arrived)
{
    auto told = storeCommandOf(spec, arguments, m_backend);
    if (const auto* error = std::get_if<QByteArray>(&told))
        return reject(connection, spec, *error);
    auto& command = std::get<StoreCommand>(told);
    if (connection.session().readsStale && kv::isRead(command.verb) && !m_backend.leads())
        return connection.answer(m_backend.readStale(command.encoded));
    propose(connection, command.slot, std::move(command.encoded), arrived);
}

void Dispatcher::ofPort(Connection& connection, const CommandSpec& spec, Arguments arguments, Instant arrived)
{
    Session& session = connection.session();
    const Protocol protocol = session.protocol;
    if (arguments.size() == 2 && equalsIgnoringCase(arguments[1], "help") && answerHelp(connection.reply(), spec))
        return;
    switch (spec.id) {
    case CommandId::Ping:
        if (arguments.size() == 1)
            appendSimpleString(connection.reply(), "PONG");
        else
            appendBulk(connection.reply(), arguments[1]);
        break;
    case CommandId::Echo:
        appendBulk(connection.reply(), arguments[1]);
        break;
    case CommandId::Auth:
        auth(connection, arguments);
        break;
    case CommandId::Hello:
        hello(connection, arguments);
        break;
    case CommandId::Command:
        answerCommand(connection.reply(), arguments, protocol);
        break;
    case CommandId::Info:
        answerInfo(connection.reply(), arguments, m_backend, figures(), protocol);
        break;
    case CommandId::Cluster:
        answerCluster(connection.reply(), arguments, m_backend, protocol);
        break;
    case CommandId::Config:
        answerConfig(connection.reply(), arguments, m_options, m_admission.limits(), protocol);
        break;
    case CommandId::Client:
        client(connection, arguments);
        break;
    case CommandId::Select:
        if (const auto index = parseInteger(arguments[1]); !index)
            appendError(connection.reply(), "ERR value is not an integer or out of range");
        else if (*index != 0)
            appendError(connection.reply(), "ERR SELECT is not allowed in cluster mode");
        else
            appendSimpleString(connection.reply(), "OK");
        break;
    case CommandId::Quit:
        appendSimpleString(connection.reply(), "OK");
        connection.closeAfterReplies();
        break;
    case CommandId::Reset:
        session = newSession();
        connection.setReplies(Replies::All);
        appendSimpleString(connection.reply(), "RESET");
        break;
    case CommandId::ReadOnly:
    case CommandId::ReadWrite:
        session.readsStale = spec.id == CommandId::ReadOnly;
        appendSimpleString(connection.reply(), "OK");
        break;
    case CommandId::DbSize:
        appendInteger(connection.reply(), static_cast<qint64>(m_backend.keys()));
        break;
    case CommandId::Time: {
        const auto now = m_backend.wallTime().count();
        QByteArray& out = connection.reply();
        appendArrayHeader(out, 2);
        appendBulk(out, QByteArray::number(now / 1'000'000));
        appendBulk(out, QByteArray::number(now % 1'000'000));
        break;
    }
    case CommandId::Wait:
        wait(connection, arguments, arrived);
        break;
    case CommandId::Member:
        member(connection, arguments, arrived);
        break;
    case CommandId::Session:
        this->session(connection, arguments, arrived);
        break;
    default:
        Q_UNREACHABLE();
    }
}

void Dispatcher::session(Connection& connection, Arguments arguments, Instant arrived)
{
    const QByteArrayView what = arguments[1];
    if (equalsIgnoringCase(what, "open")) {
        if (arguments.size() != 2)
            return answerWrongArity(connection.reply(), "session|open");
        return propose(connection, 0, kv::encodeCommand(kv::Verb::SessionOpen, {}), arrived);
    }
    if (!equalsIgnoringCase(what, "call"))
        return answerUnknownSubcommand(connection.reply(), "SESSION", what);
    if (arguments.size() < 6)
        return answerWrongArity(connection.reply(), "session|call");
    const Arguments inner = arguments.subspan(5);
    const CommandSpec* spec = specOf(connection, inner);
    if (!spec)
        return;
    if (!spec->isKeyed())
        return appendError(connection.reply(),
                           QByteArray("ERR SESSION CALL takes a command that names keys, not '") + spec->name + "'");
    const auto told = storeCommandOf(*spec, inner, m_backend);
    if (const auto* error = std::get_if<QByteArray>(&told))
        return appendError(connection.reply(), *error);
    const auto& command = std::get<StoreCommand>(told);
    const std::array<QByteArrayView, 4> call{arguments[2], arguments[3], arguments[4], command.encoded};
    if (const std::optional<QByteArray> refusal = kv::refusalOf(kv::Verb::SessionCall, call))
        return appendError(connection.reply(), *refusal);
    propose(connection, command.slot, kv::encodeCommand(kv::Verb::SessionCall, call), arrived);
}

void Dispatcher::propose(Connection& connection, quint16 slot, QByteArray encoded, Instant arrived)
{
    if (!m_backend.leads())
        return appendError(connection.reply(), refusal(slot));
    if (arrived != m_arrived) {
        m_arrived = arrived;
        m_clusterTime = m_backend.clusterTime();
    }
    if (!m_admission.admits(m_counters.pending, m_counters.pendingBytes, m_clusterTime))
        return busy(connection);
    m_admission.submitted(m_counters.pending, m_clusterTime);
    const Way way = !kv::isRead(encoded)                  ? Way::Write
                    : connection.underWay(Way::Write) > 0 ? Way::LoggedRead
                                                          : Way::Read;
    const quint64 requestId = connection.expectReply(encoded.size(), slot, arrived, way);
    const Backend::Submitted submitted = m_backend.submit(requestId, std::move(encoded), way != Way::Read);
    if (submitted == Backend::Submitted::Taken)
        return;
    connection.expectNoReply(requestId);
    switch (submitted) {
    case Backend::Submitted::Taken:
        break;
    case Backend::Submitted::NotLeader:
        return appendError(connection.reply(), refusal(slot));
    case Backend::Submitted::TryAgain:
        ++m_counters.refusals;
        return appendError(connection.reply(),
                           "TRYAGAIN The leader hands over to another node at this moment, nothing was done");
    case Backend::Submitted::Busy:
        return busy(connection);
    case Backend::Submitted::DiskFull:
        ++m_counters.refusals;
        return appendError(connection.reply(),
                           "BUSY The leader's disk is full, nothing was done, try again once there is space");
    case Backend::Submitted::Stalled:
        ++m_counters.refusals;
        return appendError(connection.reply(),
                           "BUSY For two seconds nothing reached the disks of a majority, which may be full or slow, "
                           "nothing was done, try again");
    }
}

void Dispatcher::busy(Connection& connection)
{
    ++m_counters.refusals;
    ++m_counters.notAdmitted;
    appendError(connection.reply(), "BUSY Too many commands wait for the cluster, nothing was done, try again");
}

void Dispatcher::wait(Connection& connection, Arguments arguments, Instant arrived)
{
    const std::optional<qint64> replicas = parseInteger(arguments[1]);
    const std::optional<qint64> timeout = parseInteger(arguments[2]);
    constexpr qint64 kLongest = qint64(1) << 42; // milliseconds: 139 years, which a clock can count in nanoseconds
    if (!m_backend.leads())
        return appendError(connection.reply(),
                           "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a "
                           "replica is configured to be writable (which is not the default) writes to replicas are "
                           "just local and are not propagated.");
    if (!replicas)
        return appendError(connection.reply(), "ERR value is not an integer or out of range");
    if (!timeout || *timeout > kLongest)
        return appendError(connection.reply(), "ERR timeout is not an integer or out of range");
    if (*timeout < 0)
        return appendError(connection.reply(), "ERR timeout is negative");
    const quint64 requestId = connection.expectReply(0, 0, arrived);
    if (m_waitingRoom.enter(requestId, *replicas, std::chrono::milliseconds(*timeout)))
        return;
    connection.expectNoReply(requestId);
    busy(connection);
}

void Dispatcher::member(Connection& connection, Arguments arguments, Instant arrived)
{
    const bool list = equalsIgnoringCase(arguments[1], "list");
    if (list && arguments.size() != 2)
        return answerWrongArity(connection.reply(), "member|list");
    const auto parsed = list ? std::variant<MemberCommand, QByteArray>() : parseMemberCommand(arguments);
    if (const auto* error = std::get_if<QByteArray>(&parsed))
        return appendError(connection.reply(), *error);
    if (!m_backend.leads())
        return appendError(connection.reply(), refusal(0));
    if (list)
        return answerMemberList(connection.reply(), m_backend);
    m_backend.manage(connection.expectReply(0, 0, arrived), std::get<MemberCommand>(parsed));
}

QByteArray Dispatcher::refusal(quint16 slot)
{
    const Leadership leadership = m_backend.leadership();
    if (!leadership.known) {
        ++m_counters.refusals;
        return leadership.isRemoved
                   ? "CLUSTERDOWN This node was removed from the cluster and serves nobody; ask one of its members"
                   : "CLUSTERDOWN The cluster is down: no leader is known";
    }
    ++m_counters.redirects;
    return "MOVED " + QByteArray::number(slot) + ' ' + leadership.leaderHost.toUtf8() + ':' +
           QByteArray::number(leadership.leaderPort);
}

PortFigures Dispatcher::figures() const
{
    return {m_counters, m_options, m_waitingRoom.size()};
}

} // namespace faultline::client
