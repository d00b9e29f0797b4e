// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/dispatcher.h"

#include "common/resp/integer.h"
#include "common/resp/slot.h"
#include "node/client/command_table.h"
#include "node/client/connection.h"
#include "node/client/member_commands.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <optional>

namespace faultline::client {

using namespace resp;

namespace {

bool isClientName(QByteArrayView name)
{
    return std::all_of(name.begin(), name.end(), [](char c) { return c >= '!' && c <= '~'; });
}

std::optional<kv::Verb> verbOf(CommandId id)
{
    switch (id) {
    case CommandId::Set:
        return kv::Verb::Set;
    case CommandId::Get:
        return kv::Verb::Get;
    case CommandId::Del:
        return kv::Verb::Delete;
    case CommandId::Exists:
        return kv::Verb::Exists;
    case CommandId::Incr:
        return kv::Verb::Increment;
    default:
        return std::nullopt;
    }
}

/// A command that names keys, ready to be proposed.
struct Proposal
{
    quint16 slot = 0;
    QByteArray encoded;
};

void refuseUnknown(Connection& connection, Arguments arguments)
{
    constexpr qsizetype kShown = 128;
    const auto shortened = [](QByteArrayView text, qsizetype length) {
        return text.first(std::min(text.size(), length)).toByteArray();
    };
    QByteArray listed;
    for (std::size_t i = 1; i < arguments.size() && listed.size() < kShown; ++i)
        listed += '\'' + shortened(arguments[i], kShown - listed.size()) + "' ";
    appendError(connection.reply(),
                "ERR unknown command '" + shortened(arguments[0], kShown) + "', with args beginning with: " + listed);
}

/// Null, and an error is said, when there is no such command or it takes other arguments.
const CommandSpec* specOf(Connection& connection, Arguments arguments)
{
    const CommandSpec* spec = findCommand(arguments[0]);
    if (!spec) {
        refuseUnknown(connection, arguments);
        return nullptr;
    }
    if (!spec->takes(arguments.size()) || (spec->id == CommandId::Ping && arguments.size() > 2)) {
        answerWrongArity(connection.reply(), spec->name);
        return nullptr;
    }
    return spec;
}

/// Nothing, and an error is said, when the store would not take it.
std::optional<Proposal> proposalOf(Connection& connection, kv::Verb verb, Arguments keysAndValue)
{
    if (verb == kv::Verb::Set && keysAndValue.size() > 2) {
        appendError(connection.reply(), "ERR syntax error");
        return std::nullopt;
    }
    if (const std::optional<QByteArray> refusal = kv::refusalOf(verb, keysAndValue)) {
        appendError(connection.reply(), *refusal);
        return std::nullopt;
    }
    const quint16 slot = keySlot(keysAndValue[0]);
    if (verb == kv::Verb::Delete || verb == kv::Verb::Exists) {
        const auto others = keysAndValue.subspan(1);
        if (std::any_of(others.begin(), others.end(), [slot](QByteArrayView key) { return keySlot(key) != slot; })) {
            appendError(connection.reply(), "CROSSSLOT Keys in request don't hash to the same slot");
            return std::nullopt;
        }
    }
    return Proposal{slot, kv::encodeCommand(verb, keysAndValue)};
}

} // namespace

Dispatcher::Dispatcher(Backend& backend, Counters& counters, quint64 maxConnections)
    : m_backend(backend)
    , m_counters(counters)
    , m_maxConnections(maxConnections)
{}

void Dispatcher::execute(Connection& connection, Arguments arguments, Instant arrived)
{
    ++m_counters.commands;
    const CommandSpec* spec = specOf(connection, arguments);
    if (!spec)
        return;
    if (const std::optional<kv::Verb> verb = verbOf(spec->id)) {
        std::optional<Proposal> proposal = proposalOf(connection, *verb, arguments.subspan(1));
        if (proposal && !answerStale(connection, *verb, proposal->encoded))
            propose(connection, proposal->slot, std::move(proposal->encoded), arrived);
        return;
    }

    Session& session = connection.session();
    const Protocol protocol = session.protocol;
    switch (spec->id) {
    case CommandId::Ping:
        if (arguments.size() == 1)
            appendSimpleString(connection.reply(), "PONG");
        else
            appendBulk(connection.reply(), arguments[1]);
        break;
    case CommandId::Echo:
        appendBulk(connection.reply(), arguments[1]);
        break;
    case CommandId::Hello:
        hello(connection, arguments);
        break;
    case CommandId::Command:
        answerCommand(connection.reply(), arguments, protocol);
        break;
    case CommandId::Info:
        answerInfo(connection.reply(), arguments, m_backend, figures());
        break;
    case CommandId::Cluster:
        answerCluster(connection.reply(), arguments, m_backend, protocol);
        break;
    case CommandId::Config:
        answerConfig(connection.reply(), arguments, figures(), protocol);
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
        session = Session{};
        appendSimpleString(connection.reply(), "RESET");
        break;
    case CommandId::ReadOnly:
    case CommandId::ReadWrite:
        session.readsStale = spec->id == CommandId::ReadOnly;
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
    case CommandId::Member:
        member(connection, arguments, arrived);
        break;
    case CommandId::Session:
        this->session(connection, arguments, arrived);
        break;
    case CommandId::Get:
    case CommandId::Set:
    case CommandId::Del:
    case CommandId::Exists:
    case CommandId::Incr:
        break;
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
    const std::optional<kv::Verb> verb = verbOf(spec->id);
    if (!verb)
        return appendError(connection.reply(),
                           QByteArray("ERR SESSION CALL takes a command that names keys, not '") + spec->name + "'");
    const std::optional<Proposal> proposal = proposalOf(connection, *verb, inner.subspan(1));
    if (!proposal)
        return;
    const std::array<QByteArrayView, 4> call{arguments[2], arguments[3], arguments[4], proposal->encoded};
    if (const std::optional<QByteArray> refusal = kv::refusalOf(kv::Verb::SessionCall, call))
        return appendError(connection.reply(), *refusal);
    propose(connection, proposal->slot, kv::encodeCommand(kv::Verb::SessionCall, call), arrived);
}

void Dispatcher::propose(Connection& connection, quint16 slot, QByteArray encoded, Instant arrived)
{
    if (!m_backend.leadership().isLeader)
        return appendError(connection.reply(), refusal(slot));
    if (m_counters.pending >= kMaxPending || m_counters.pendingBytes >= kMaxPendingBytes)
        return busy(connection);
    const quint64 requestId = connection.expectReply(encoded.size(), slot, arrived);
    const Backend::Submitted submitted = m_backend.submit(requestId, std::move(encoded));
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
    }
}

void Dispatcher::busy(Connection& connection)
{
    ++m_counters.refusals;
    appendError(connection.reply(), "BUSY Too many commands wait for the cluster, nothing was done, try again");
}

bool Dispatcher::answerStale(Connection& connection, kv::Verb verb, QByteArrayView encoded)
{
    const bool reads = verb == kv::Verb::Get || verb == kv::Verb::Exists;
    if (!reads || !connection.session().readsStale || m_backend.leadership().isLeader)
        return false;
    connection.answer(m_backend.readStale(encoded));
    return true;
}

void Dispatcher::member(Connection& connection, Arguments arguments, Instant arrived)
{
    const bool list = equalsIgnoringCase(arguments[1], "list");
    if (list && arguments.size() != 2)
        return answerWrongArity(connection.reply(), "member|list");
    const auto parsed = list ? std::variant<MemberCommand, QByteArray>() : parseMemberCommand(arguments);
    if (const auto* error = std::get_if<QByteArray>(&parsed))
        return appendError(connection.reply(), *error);
    if (!m_backend.leadership().isLeader)
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

void Dispatcher::hello(Connection& connection, Arguments arguments)
{
    Session changed = connection.session();
    if (arguments.size() > 1) {
        const std::optional<qint64> version = parseInteger(arguments[1]);
        if (!version)
            return appendError(connection.reply(), "ERR Protocol version is not an integer or out of range");
        if (*version != 2 && *version != 3)
            return appendError(connection.reply(), "NOPROTO unsupported protocol version");
        changed.protocol = *version == 3 ? Protocol::Resp3 : Protocol::Resp2;
    }
    for (std::size_t i = 2; i < arguments.size(); ++i) {
        if (equalsIgnoringCase(arguments[i], "setname") && i + 1 < arguments.size() && isClientName(arguments[i + 1]))
            changed.name = arguments[++i].toByteArray();
        else if (equalsIgnoringCase(arguments[i], "auth") && i + 2 < arguments.size())
            return appendError(connection.reply(), "ERR AUTH called, but this cluster has no passwords");
        else
            return appendError(connection.reply(),
                               "ERR Syntax error in HELLO option '" +
                                   arguments[i].first(std::min<qsizetype>(arguments[i].size(), 128)).toByteArray() +
                                   "'");
    }
    connection.session() = changed;
    QByteArray& out = connection.reply();
    const QByteArray version = QCoreApplication::applicationVersion().toUtf8();
    appendMapHeader(out, 7, changed.protocol);
    appendBulk(out, "server");
    appendBulk(out, "faultline");
    appendBulk(out, "version");
    appendBulk(out, version.isEmpty() ? QByteArray("0") : version);
    appendBulk(out, "proto");
    appendInteger(out, static_cast<int>(changed.protocol));
    appendBulk(out, "id");
    appendInteger(out, connection.id());
    appendBulk(out, "mode");
    appendBulk(out, "cluster");
    appendBulk(out, "role");
    appendBulk(out, m_backend.leadership().isLeader ? "master" : "replica");
    appendBulk(out, "modules");
    appendArrayHeader(out, 0);
}

void Dispatcher::client(Connection& connection, Arguments arguments)
{
    const QByteArrayView what = arguments[1];
    Session& session = connection.session();
    const auto is = [&](QByteArrayView name, std::size_t count) {
        return arguments.size() == count && equalsIgnoringCase(what, name);
    };
    if (is("id", 2))
        return appendInteger(connection.reply(), connection.id());
    if (is("getname", 2)) {
        if (session.name.isEmpty())
            return appendNull(connection.reply(), session.protocol);
        return appendBulk(connection.reply(), session.name);
    }
    if (is("setname", 3)) {
        if (!isClientName(arguments[2]) || arguments[2].size() > 256)
            return appendError(connection.reply(),
                               "ERR Client names cannot contain spaces, newlines or special characters.");
        session.name = arguments[2].toByteArray();
        return appendSimpleString(connection.reply(), "OK");
    }
    if (is("setinfo", 4) || is("no-evict", 3) || is("no-touch", 3))
        return appendSimpleString(connection.reply(), "OK");
    answerUnknownSubcommand(connection.reply(), "CLIENT", what);
}

PortFigures Dispatcher::figures() const
{
    return {m_counters.connections, m_maxConnections};
}

} // namespace faultline::client
