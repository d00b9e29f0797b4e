// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/command_table.h"

#include <cstring>

namespace faultline::client {

namespace {

constexpr CommandSpec kCommands[] = {
    {CommandId::Get, "get", 2, "readonly fast", 1, 1, 1, "string", "Returns the value of a key."},
    {CommandId::Set, "set", -3, "write denyoom", 1, 1, 1, "string", "Sets the value of a key, whatever it was before."},
    {CommandId::Del, "del", -2, "write", 1, -1, 1, "generic", "Deletes keys and returns how many there were."},
    {CommandId::Exists, "exists", -2, "readonly fast", 1, -1, 1, "generic", "Returns how many of the keys exist."},
    {CommandId::Incr, "incr", 2, "write denyoom fast", 1, 1, 1, "string", "Adds one to the integer value of a key."},
    {CommandId::Ping, "ping", -1, "fast", 0, 0, 0, "connection", "Returns PONG, or the message given."},
    {CommandId::Echo, "echo", 2, "loading stale fast", 0, 0, 0, "connection", "Returns the message given."},
    {CommandId::Hello, "hello", -1, "noscript loading stale fast no_auth", 0, 0, 0, "connection",
     "Chooses the protocol and describes the server."},
    {CommandId::Command, "command", -1, "loading stale", 0, 0, 0, "server", "Describes the commands."},
    {CommandId::Info, "info", -1, "loading stale", 0, 0, 0, "server", "Describes this node."},
    {CommandId::Cluster, "cluster", -2, "loading stale", 0, 0, 0, "cluster", "Describes the cluster."},
    {CommandId::Config, "config", -2, "admin noscript loading stale", 0, 0, 0, "server", "Returns settings."},
    {CommandId::Client, "client", -2, "noscript loading stale", 0, 0, 0, "connection",
     "Names and describes this connection."},
    {CommandId::Select, "select", 2, "loading stale fast", 0, 0, 0, "connection",
     "Chooses the database; there is only 0."},
    {CommandId::Quit, "quit", -1, "noscript loading stale fast no_auth", 0, 0, 0, "connection",
     "Closes the connection."},
    {CommandId::Reset, "reset", 1, "noscript loading stale fast no_auth", 0, 0, 0, "connection",
     "Makes the connection as new."},
    {CommandId::ReadOnly, "readonly", 1, "loading stale fast", 0, 0, 0, "cluster",
     "Lets a node that does not lead answer reads from the state it has, which may be old."},
    {CommandId::ReadWrite, "readwrite", 1, "loading stale fast", 0, 0, 0, "cluster", "Takes READONLY back."},
    {CommandId::DbSize, "dbsize", 1, "readonly fast", 0, 0, 0, "server", "Returns how many keys this node holds."},
    {CommandId::Time, "time", 1, "random loading stale fast", 0, 0, 0, "server",
     "Returns what this node takes the time to be: seconds since 1970, and microseconds."},
    {CommandId::Session, "session", -2, "write denyoom movablekeys", 0, 0, 0, "generic",
     "Lets a command be said again without being done twice: SESSION OPEN gives an id, SESSION CALL id sequence "
     "acked-below COMMAND its reply, the same one however often it is said."},
    {CommandId::Member, "member", -2, "admin noscript", 0, 0, 0, "cluster",
     "Changes who belongs to the cluster and who leads it: MEMBER ADD name host peer-port client-port, REMOVE name, "
     "TRANSFER name, LIST."},
};

} // namespace

std::span<const CommandSpec> allCommands()
{
    return kCommands;
}

const CommandSpec* findCommand(QByteArrayView name)
{
    constexpr qsizetype kLongest = 9;
    if (name.size() > kLongest)
        return nullptr;
    char lower[kLongest + 1] = {};
    for (qsizetype i = 0; i < name.size(); ++i) {
        const char c = name[i];
        lower[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    for (const CommandSpec& spec : kCommands) {
        if (QByteArrayView(spec.name) == QByteArrayView(lower, name.size()))
            return &spec;
    }
    return nullptr;
}

} // namespace faultline::client
