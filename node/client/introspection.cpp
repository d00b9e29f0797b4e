// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/introspection.h"

#include "common/resp/slot.h"
#include "node/client/command_table.h"

#include <QRegularExpression>

#include <algorithm>

namespace faultline::client {

namespace {

using namespace resp;

void appendText(QByteArray& out, QByteArrayView key, QByteArrayView value)
{
    appendBulk(out, key);
    appendBulk(out, value);
}

void describe(QByteArray& out, const CommandSpec& spec)
{
    appendArrayHeader(out, 10);
    appendBulk(out, spec.name);
    appendInteger(out, spec.arity);
    const QList<QByteArray> flags = QByteArray(spec.flags).split(' ');
    appendArrayHeader(out, flags.size());
    for (const QByteArray& flag : flags)
        appendSimpleString(out, flag);
    appendInteger(out, spec.firstKey);
    appendInteger(out, spec.lastKey);
    appendInteger(out, spec.keyStep);
    for (int empty = 0; empty < 4; ++empty) // access categories, tips, key specifications, subcommands
        appendArrayHeader(out, 0);
}

void document(QByteArray& out, const CommandSpec& spec, Protocol protocol)
{
    appendBulk(out, spec.name);
    appendMapHeader(out, 2, protocol);
    appendText(out, "summary", spec.summary);
    appendText(out, "group", spec.group);
}

void appendClusterInfo(QByteArray& out, const Backend& backend)
{
    const bool served = backend.leadership().known;
    QByteArray text;
    const auto row = [&text](const char* name, const QByteArray& value) {
        text.append(name).append(':').append(value).append("\r\n");
    };
    const QByteArray all = QByteArray::number(kSlotCount);
    row("cluster_enabled", "1");
    row("cluster_state", served ? "ok" : "fail");
    row("cluster_slots_assigned", all);
    row("cluster_slots_ok", served ? all : QByteArray("0"));
    row("cluster_slots_pfail", served ? QByteArray("0") : all);
    row("cluster_slots_fail", "0");
    row("cluster_known_nodes", QByteArray::number(static_cast<qulonglong>(backend.members().size())));
    row("cluster_size", "1");
    appendBulk(out, text);
}

/// The leader first, then its replicas. Empty when nobody leads.
std::vector<MemberView> leaderFirst(const Backend& backend)
{
    std::vector<MemberView> members = backend.members();
    const auto leader = std::find_if(members.begin(), members.end(), [](const MemberView& m) { return m.isLeader; });
    if (leader == members.end())
        return {};
    std::rotate(members.begin(), leader, leader + 1);
    return members;
}

void appendSlots(QByteArray& out, const Backend& backend)
{
    const std::vector<MemberView> members = leaderFirst(backend);
    appendArrayHeader(out, members.empty() ? 0 : 1);
    if (members.empty())
        return;
    appendArrayHeader(out, 2 + static_cast<qsizetype>(members.size()));
    appendInteger(out, 0);
    appendInteger(out, kSlotCount - 1);
    for (const MemberView& member : members) {
        appendArrayHeader(out, 4);
        appendBulk(out, member.host.toUtf8());
        appendInteger(out, member.clientPort);
        appendBulk(out, nodeName(member.id));
        appendArrayHeader(out, 0);
    }
}

void appendShards(QByteArray& out, const Backend& backend, Protocol protocol)
{
    const std::vector<MemberView> members = leaderFirst(backend);
    appendArrayHeader(out, members.empty() ? 0 : 1);
    if (members.empty())
        return;
    appendMapHeader(out, 2, protocol);
    appendBulk(out, "slots");
    appendArrayHeader(out, 2);
    appendInteger(out, 0);
    appendInteger(out, kSlotCount - 1);
    appendBulk(out, "nodes");
    appendArrayHeader(out, static_cast<qsizetype>(members.size()));
    for (const MemberView& member : members) {
        const QByteArray host = member.host.toUtf8();
        appendMapHeader(out, 6, protocol);
        appendText(out, "id", nodeName(member.id));
        appendBulk(out, "port");
        appendInteger(out, member.clientPort);
        appendText(out, "ip", host);
        appendText(out, "endpoint", host);
        appendText(out, "role", member.isLeader ? "master" : "replica");
        appendText(out, "health", member.believedAlive ? "online" : "fail");
    }
}

void appendNodes(QByteArray& out, const Backend& backend)
{
    const std::vector<MemberView> members = backend.members();
    const auto leader = std::find_if(members.begin(), members.end(), [](const MemberView& m) { return m.isLeader; });
    QByteArray text;
    for (const MemberView& member : members) {
        text.append(nodeName(member.id)).append(' ').append(member.host.toUtf8());
        text.append(':').append(QByteArray::number(member.clientPort));
        text.append('@').append(QByteArray::number(member.busPort)).append(' ');
        if (member.isSelf)
            text.append("myself,");
        text.append(member.isLeader ? "master" : "slave");
        if (!member.believedAlive)
            text.append(",fail?");
        text.append(' ').append(member.isLeader || leader == members.end() ? QByteArray("-") : nodeName(leader->id));
        text.append(" 0 0 0 ").append(member.believedAlive ? "connected" : "disconnected");
        if (member.isLeader)
            text.append(" 0-").append(QByteArray::number(kSlotCount - 1));
        text.append('\n');
    }
    appendBulk(out, text);
}

} // namespace

bool equalsIgnoringCase(QByteArrayView text, QByteArrayView other)
{
    return text.compare(other, Qt::CaseInsensitive) == 0;
}

QByteArray nodeName(quint32 memberId)
{
    return QByteArray::number(memberId, 16).rightJustified(40, '0');
}

void answerUnknownSubcommand(QByteArray& out, const char* command, QByteArrayView subcommand)
{
    const QByteArray shown = subcommand.first(std::min<qsizetype>(subcommand.size(), 128)).toByteArray();
    appendError(out, "ERR unknown subcommand '" + shown + "'. Try " + command + " HELP.");
}

void answerWrongArity(QByteArray& out, QByteArrayView command)
{
    appendError(out, "ERR wrong number of arguments for '" + command.toByteArray() + "' command");
}

void answerCommand(QByteArray& out, Arguments arguments, Protocol protocol)
{
    const auto commands = allCommands();
    const auto total = static_cast<qsizetype>(commands.size());
    if (arguments.size() == 1) {
        appendArrayHeader(out, total);
        for (const CommandSpec& spec : commands)
            describe(out, spec);
        return;
    }
    const Arguments names = arguments.subspan(2);
    if (equalsIgnoringCase(arguments[1], "count") && names.empty())
        return appendInteger(out, total);
    if (equalsIgnoringCase(arguments[1], "list") && names.empty()) {
        appendArrayHeader(out, total);
        for (const CommandSpec& spec : commands)
            appendBulk(out, spec.name);
        return;
    }
    if (equalsIgnoringCase(arguments[1], "info")) {
        appendArrayHeader(out, names.empty() ? total : static_cast<qsizetype>(names.size()));
        if (names.empty())
            std::for_each(commands.begin(), commands.end(), [&](const CommandSpec& spec) { describe(out, spec); });
        for (const QByteArrayView name : names) {
            if (const CommandSpec* spec = findCommand(name))
                describe(out, *spec);
            else
                appendNull(out, protocol);
        }
        return;
    }
    if (equalsIgnoringCase(arguments[1], "docs")) {
        std::vector<const CommandSpec*> found;
        for (const QByteArrayView name : names) {
            if (const CommandSpec* spec = findCommand(name))
                found.push_back(spec);
        }
        if (names.empty())
            std::for_each(commands.begin(), commands.end(), [&](const CommandSpec& spec) { found.push_back(&spec); });
        appendMapHeader(out, static_cast<qsizetype>(found.size()), protocol);
        for (const CommandSpec* spec : found)
            document(out, *spec, protocol);
        return;
    }
    answerUnknownSubcommand(out, "COMMAND", arguments[1]);
}

void answerInfo(QByteArray& out, Arguments arguments, const Backend& backend, const PortFigures& figures)
{
    QList<std::pair<QByteArray, QByteArray>> rows = backend.info();
    rows += {{"# Clients", {}},
             {"connected_clients", QByteArray::number(figures.connections)},
             {"maxclients", QByteArray::number(figures.maxConnections)},
             {"# Cluster", {}},
             {"cluster_enabled", "1"}};
    const bool everything =
        arguments.size() == 1 || std::any_of(arguments.begin() + 1, arguments.end(), [](QByteArrayView section) {
            return equalsIgnoringCase(section, "all") || equalsIgnoringCase(section, "everything") ||
                   equalsIgnoringCase(section, "default");
        });
    QByteArray text;
    bool wanted = everything;
    for (const auto& [name, value] : rows) {
        if (name.startsWith("# ")) {
            const QByteArrayView section = QByteArrayView(name).sliced(2);
            wanted = everything || std::any_of(arguments.begin() + 1, arguments.end(), [section](QByteArrayView named) {
                         return equalsIgnoringCase(named, section);
                     });
            if (wanted)
                text.append(text.isEmpty() ? "" : "\r\n").append(name).append("\r\n");
        } else if (wanted) {
            text.append(name).append(':').append(value).append("\r\n");
        }
    }
    appendBulk(out, text);
}

void answerCluster(QByteArray& out, Arguments arguments, const Backend& backend, Protocol protocol)
{
    const QByteArrayView what = arguments[1];
    if (equalsIgnoringCase(what, "keyslot")) {
        if (arguments.size() != 3)
            return answerWrongArity(out, "cluster|keyslot");
        return appendInteger(out, keySlot(arguments[2]));
    }
    if (arguments.size() != 2)
        return answerUnknownSubcommand(out, "CLUSTER", what);
    if (equalsIgnoringCase(what, "info"))
        return appendClusterInfo(out, backend);
    if (equalsIgnoringCase(what, "slots"))
        return appendSlots(out, backend);
    if (equalsIgnoringCase(what, "shards"))
        return appendShards(out, backend, protocol);
    if (equalsIgnoringCase(what, "nodes"))
        return appendNodes(out, backend);
    if (equalsIgnoringCase(what, "myid")) {
        for (const MemberView& member : backend.members()) {
            if (member.isSelf)
                return appendBulk(out, nodeName(member.id));
        }
        return appendError(out, "ERR this node is not a member of the cluster");
    }
    answerUnknownSubcommand(out, "CLUSTER", what);
}

void answerConfig(QByteArray& out, Arguments arguments, const PortFigures& figures, Protocol protocol)
{
    if (!equalsIgnoringCase(arguments[1], "get"))
        return answerUnknownSubcommand(out, "CONFIG", arguments[1]);
    if (arguments.size() < 3)
        return answerWrongArity(out, "config|get");
    // True of every node: each write is in a synced log before it is answered, and there are no snapshots by time.
    const std::pair<QByteArray, QByteArray> settings[] = {{"appendfsync", "always"},
                                                          {"appendonly", "yes"},
                                                          {"cluster-enabled", "yes"},
                                                          {"databases", "1"},
                                                          {"maxclients", QByteArray::number(figures.maxConnections)},
                                                          {"save", ""}};
    constexpr std::size_t kMostPatterns = 16;
    constexpr qsizetype kLongestPattern = 64;
    std::vector<QRegularExpression> patterns;
    for (const QByteArrayView pattern : arguments.subspan(2, std::min(arguments.size() - 2, kMostPatterns))) {
        if (pattern.size() <= kLongestPattern)
            patterns.push_back(QRegularExpression::fromWildcard(QString::fromUtf8(pattern), Qt::CaseInsensitive));
    }
    QByteArray matches;
    qsizetype count = 0;
    for (const auto& [name, value] : settings) {
        const QString text = QString::fromUtf8(name);
        if (std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return p.match(text).hasMatch(); })) {
            appendText(matches, name, value);
            ++count;
        }
    }
    appendMapHeader(out, count, protocol);
    out.append(matches);
}

} // namespace faultline::client
