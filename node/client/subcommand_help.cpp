// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/subcommand_help.h"

#include "common/resp/writer.h"

#include <span>

namespace faultline::client {

namespace {

struct Subcommand
{
    const char* form;
    const char* meaning;
};

constexpr Subcommand kClient[] = {
    {"GETNAME", "Return the name of this connection."},
    {"ID", "Return the number of this connection."},
    {"INFO", "Describe this connection."},
    {"LIST [TYPE (NORMAL|MASTER|REPLICA|PUBSUB)] [ID <id> ...]",
     "Describe the connections to this node, or some of them; all are of type normal."},
    {"NO-EVICT (ON|OFF)", "Accepted; nothing is ever evicted."},
    {"NO-TOUCH (ON|OFF)", "Accepted; no use of a key is remembered."},
    {"REPLY (ON|OFF|SKIP)", "Choose which commands are answered."},
    {"SETINFO <option> <value>", "Tell the client library's LIB-NAME or LIB-VER."},
    {"SETNAME <name>", "Name this connection."},
};
constexpr Subcommand kCommand[] = {
    {"(no subcommand)", "Describe all commands."},
    {"COUNT", "Return how many there are."},
    {"DOCS [<name> ...]", "Return what they do in words."},
    {"GETKEYS <command>", "Return the keys that a whole command names."},
    {"INFO [<name> ...]", "Describe these commands, or all."},
    {"LIST [FILTERBY (ACLCAT <category>|MODULE <module>|PATTERN <pattern>)]",
     "Return their names; none is of a category or a module."},
};
constexpr Subcommand kCluster[] = {
    {"INFO", "Return the state of the cluster."}, {"KEYSLOT <key>", "Return the hash slot of a key."},
    {"MYID", "Return the id of this node."},      {"NODES", "Return the members, one a line."},
    {"SHARDS", "Return who serves which slots."}, {"SLOTS", "Return the same in an older shape."},
};
constexpr Subcommand kConfig[] = {
    {"GET <pattern> ...", "Return settings whose names match."},
    {"SET <name> <value> ...",
     "Set admission (yes or no), admission-bytes, admission-commands or admission-delay (milliseconds)."},
};
constexpr Subcommand kSession[] = {
    {"OPEN", "Return the id of a new session."},
    {"CALL <id> <sequence> <acked-below> <command>", "Do the command once, however often it is said."},
};
constexpr Subcommand kMember[] = {
    {"ADD <name> <host> <peer-port> <client-port>", "Let a node join, first as a learner."},
    {"LIST", "Return the members and their standing."},
    {"REMOVE <name>", "Let a node leave."},
    {"TRANSFER <name>", "Hand leadership to a node."},
};

std::span<const Subcommand> subcommandsOf(CommandId id)
{
    switch (id) {
    case CommandId::Client:
        return kClient;
    case CommandId::Command:
        return kCommand;
    case CommandId::Cluster:
        return kCluster;
    case CommandId::Config:
        return kConfig;
    case CommandId::Session:
        return kSession;
    case CommandId::Member:
        return kMember;
    default:
        return {};
    }
}

} // namespace

bool answerHelp(QByteArray& out, const CommandSpec& spec)
{
    const std::span<const Subcommand> subcommands = subcommandsOf(spec.id);
    if (subcommands.empty())
        return false;
    resp::appendArrayHeader(out, 2 * std::ssize(subcommands) + 3);
    resp::appendSimpleString(out, QByteArray(spec.name).toUpper() +
                                      " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for (const Subcommand& each : subcommands) {
        resp::appendSimpleString(out, each.form);
        resp::appendSimpleString(out, QByteArray("    ") + each.meaning);
    }
    resp::appendSimpleString(out, "HELP");
    resp::appendSimpleString(out, "    Print this help.");
    return true;
}

} // namespace faultline::client
