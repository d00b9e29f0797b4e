// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/introspection.h"

#include "common/resp/slot.h"
#include "node/client/command_table.h"
#include "node/kv/glob.h"

#include <algorithm>
#include <array>

namespace faultline::client {

namespace {

using namespace resp;

void appendText(QByteArray& out, QByteArrayView key, QByteArrayView value)
{
    appendBulk(out, key);
    appendBulk(out, value);
}

void describe(QByteArray& out, const CommandSpec& spec, Protocol protocol)
{
    appendArrayHeader(out, 10);
    appendBulk(out, spec.name);
    appendInteger(out, spec.arity);
    const QList<QByteArray> flags = QByteArray(spec.flags).split(' ');
    appendSetHeader(out, flags.size(), protocol);
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

/// `filter`: nothing, or FILTERBY, by what, and which. No command has a category or comes from a module.
void appendNames(QByteArray& out, Arguments filter)
{
    QByteArrayView pattern = "*";
    bool isAny = true;
    if (!filter.empty()) {
        if (filter.size() != 3 || !equalsIgnoringCase(filter[0], "filterby"))
            return appendError(out, "ERR syntax error");
        isAny = equalsIgnoringCase(filter[1], "pattern");
        if (!isAny && !equalsIgnoringCase(filter[1], "aclcat") && !equalsIgnoringCase(filter[1], "module"))
            return appendError(out, "ERR syntax error");
        pattern = filter[2];
    }
    constexpr qsizetype kLongestPattern = 64; // no command has so long a name
    isAny = isAny && pattern.size() <= kLongestPattern;
    std::vector<QByteArrayView> found;
    for (const CommandSpec& spec : allCommands()) {
        if (isAny && kv::matchesGlob(pattern.toByteArray().toLower(), spec.name))
            found.emplace_back(spec.name);
    }
    appendArrayHeader(out, std::ssize(found));
    for (const QByteArrayView name : found)
        appendBulk(out, name);
}

/// `named` is a whole command.
void appendKeysOf(QByteArray& out, Arguments named)
{
    const CommandSpec* spec = findCommand(named[0]);
    if (!spec)
        return appendError(out, "ERR Invalid command specified");
    if (!spec->isKeyed())
        return appendError(out, "ERR The command has no key arguments");
    if (!spec->takes(named.size()))
        return appendError(out, "ERR Invalid number of arguments specified for command");
    const auto first = static_cast<std::size_t>(spec->firstKey);
    const std::size_t last = spec->lastKey < 0 ? named.size() - 1 : static_cast<std::size_t>(spec->lastKey);
    const auto step = static_cast<std::size_t>(spec->keyStep);
    appendArrayHeader(out, static_cast<qsizetype>((last - first) / step + 1));
    for (std::size_t key = first; key <= last; key += step)
        appendBulk(out, named[key]);
}

void appendClusterInfo(QByteArray& out, const Backend& backend, Protocol protocol)
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
    appendVerbatim(out, text, protocol);
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

void appendNodes(QByteArray& out, const Backend& backend, Protocol protocol)
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
    appendVerbatim(out, text, protocol);
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
            describe(out, spec, protocol);
        return;
    }
    const Arguments names = arguments.subspan(2);
    if (equalsIgnoringCase(arguments[1], "count"))
        return names.empty() ? appendInteger(out, total) : answerWrongArity(out, "command|count");
    if (equalsIgnoringCase(arguments[1], "list"))
        return appendNames(out, names);
    if (equalsIgnoringCase(arguments[1], "info")) {
        appendArrayHeader(out, names.empty() ? total : static_cast<qsizetype>(names.size()));
        if (names.empty())
            std::for_each(commands.begin(), commands.end(),
                          [&](const CommandSpec& spec) { describe(out, spec, protocol); });
        for (const QByteArrayView name : names) {
            if (const CommandSpec* spec = findCommand(name))
                describe(out, *spec, protocol);
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
    if (equalsIgnoringCase(arguments[1], "getkeys"))
        return names.empty() ? answerWrongArity(out, "command|getkeys") : appendKeysOf(out, names);
    answerUnknownSubcommand(out, "COMMAND", arguments[1]);
}

void answerCluster(QByteArray& out, Arguments arguments, const Backend& backend, Protocol protocol)
{
    const QByteArrayView what = arguments[1];
    if (equalsIgnoringCase(what, "keyslot")) {
        if (arguments.size() != 3)
            return answerWrongArity(out, "cluster|keyslot");
        return appendInteger(out, keySlot(arguments[2]));
    }
    const std::array<QByteArrayView, 5> alone{"info", "slots", "shards", "nodes", "myid"};
    if (std::none_of(alone.begin(), alone.end(), [&](QByteArrayView name) { return equalsIgnoringCase(what, name); }))
        return answerUnknownSubcommand(out, "CLUSTER", what);
    if (arguments.size() != 2)
        return answerWrongArity(out, "cluster|" + what.toByteArray().toLower());
    if (equalsIgnoringCase(what, "info"))
        return appendClusterInfo(out, backend, protocol);
    if (equalsIgnoringCase(what, "slots"))
        return appendSlots(out, backend);
    if (equalsIgnoringCase(what, "shards"))
        return appendShards(out, backend, protocol);
    if (equalsIgnoringCase(what, "nodes"))
        return appendNodes(out, backend, protocol);
    for (const MemberView& member : backend.members()) {
        if (member.isSelf)
            return appendBulk(out, nodeName(member.id));
    }
    appendError(out, "ERR this node is not a member of the cluster");
}

} // namespace faultline::client
