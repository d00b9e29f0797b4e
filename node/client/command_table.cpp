// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/command_table.h"

#include <array>
#include <string>

namespace faultline::client {

namespace {

constexpr CommandSpec kCommands[] = {
    {CommandId::Get, "get", 2, "readonly fast", 1, 1, 1, "string", "Returns the value of a key."},
    {CommandId::Set, "set", -3, "write denyoom", 1, 1, 1, "string",
     "Sets the value of a key, whatever it was before, or on a condition (NX, XX), with a time to live or without."},
    {CommandId::Del, "del", -2, "write", 1, -1, 1, "generic", "Deletes keys and returns how many there were."},
    {CommandId::Exists, "exists", -2, "readonly fast", 1, -1, 1, "generic", "Returns how many of the keys exist."},
    {CommandId::Incr, "incr", 2, "write denyoom fast", 1, 1, 1, "string", "Adds one to the integer value of a key."},
    {CommandId::SetNx, "setnx", 3, "write denyoom fast", 1, 1, 1, "string", "Sets a key that does not exist."},
    {CommandId::SetEx, "setex", 4, "write denyoom", 1, 1, 1, "string", "Sets a key and its time to live in seconds."},
    {CommandId::PSetEx, "psetex", 4, "write denyoom", 1, 1, 1, "string",
     "Sets a key and its time to live in milliseconds."},
    {CommandId::GetSet, "getset", 3, "write denyoom fast", 1, 1, 1, "string",
     "Sets a key and returns its value before."},
    {CommandId::GetDel, "getdel", 2, "write fast", 1, 1, 1, "string", "Returns the value of a key and deletes it."},
    {CommandId::Append, "append", 3, "write denyoom fast", 1, 1, 1, "string",
     "Adds to the end of a value and returns its length."},
    {CommandId::StrLen, "strlen", 2, "readonly fast", 1, 1, 1, "string", "Returns the length of a value."},
    {CommandId::IncrBy, "incrby", 3, "write denyoom fast", 1, 1, 1, "string", "Adds to the integer value of a key."},
    {CommandId::Decr, "decr", 2, "write denyoom fast", 1, 1, 1, "string", "Takes one from the integer value of a key."},
    {CommandId::DecrBy, "decrby", 3, "write denyoom fast", 1, 1, 1, "string", "Takes from the integer value of a key."},
    {CommandId::MSet, "mset", -3, "write denyoom", 1, -1, 2, "string", "Sets several keys at once."},
    {CommandId::MGet, "mget", -2, "readonly fast", 1, -1, 1, "string", "Returns the values of several keys."},
    {CommandId::Expire, "expire", -3, "write fast", 1, 1, 1, "generic", "Sets the time to live of a key in seconds."},
    {CommandId::PExpire, "pexpire", -3, "write fast", 1, 1, 1, "generic",
     "Sets the time to live of a key in milliseconds."},
    {CommandId::ExpireAt, "expireat", -3, "write fast", 1, 1, 1, "generic",
     "Sets when a key expires, in seconds since 1970."},
    {CommandId::PExpireAt, "pexpireat", -3, "write fast", 1, 1, 1, "generic",
     "Sets when a key expires, in milliseconds since 1970."},
    {CommandId::Ttl, "ttl", 2, "readonly fast", 1, 1, 1, "generic", "Returns the time to live of a key in seconds."},
    {CommandId::PTtl, "pttl", 2, "readonly fast", 1, 1, 1, "generic",
     "Returns the time to live of a key in milliseconds."},
    {CommandId::ExpireTime, "expiretime", 2, "readonly fast", 1, 1, 1, "generic",
     "Returns when a key expires, in seconds since 1970."},
    {CommandId::PExpireTime, "pexpiretime", 2, "readonly fast", 1, 1, 1, "generic",
     "Returns when a key expires, in milliseconds since 1970."},
    {CommandId::Persist, "persist", 2, "write fast", 1, 1, 1, "generic", "Takes the time to live from a key."},
    {CommandId::Type, "type", 2, "readonly fast", 1, 1, 1, "generic", "Returns string, or none."},
    {CommandId::Scan, "scan", -2, "readonly", 0, 0, 0, "generic",
     "Returns some of the keys, and the cursor to go on from: SCAN cursor [MATCH pattern] [COUNT number] [TYPE "
     "string]."},
    {CommandId::FlushAll, "flushall", -1, "write", 0, 0, 0, "server", "Deletes every key."},
    {CommandId::FlushDb, "flushdb", -1, "write", 0, 0, 0, "server", "Deletes every key."},
    {CommandId::Ping, "ping", -1, "fast", 0, 0, 0, "connection", "Returns PONG, or the message given."},
    {CommandId::Echo, "echo", 2, "loading stale fast", 0, 0, 0, "connection", "Returns the message given."},
    {CommandId::Auth, "auth", -2, "noscript loading stale fast no_auth", 0, 0, 0, "connection", "Gives the password."},
    {CommandId::Hello, "hello", -1, "noscript loading stale fast no_auth", 0, 0, 0, "connection",
     "Chooses the protocol and describes the server."},
    {CommandId::Command, "command", -1, "loading stale", 0, 0, 0, "server", "Describes the commands."},
    {CommandId::Info, "info", -1, "loading stale", 0, 0, 0, "server", "Describes this node."},
    {CommandId::Cluster, "cluster", -2, "loading stale", 0, 0, 0, "cluster", "Describes the cluster."},
    {CommandId::Config, "config", -2, "admin noscript loading stale", 0, 0, 0, "server",
     "Returns settings, and sets those of admission."},
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
    {CommandId::Wait, "wait", 3, "noscript", 0, 0, 0, "generic",
     "Waits until so many replicas have what is in the log, or so many milliseconds, and returns how many have it."},
    {CommandId::Session, "session", -2, "write denyoom movablekeys", 0, 0, 0, "generic",
     "Lets a command be said again without being done twice: SESSION OPEN gives an id, SESSION CALL id sequence "
     "acked-below COMMAND its reply, the same one however often it is said."},
    {CommandId::Member, "member", -2, "admin noscript", 0, 0, 0, "cluster",
     "Changes who belongs to the cluster and who leads it: MEMBER ADD name host peer-port client-port, REMOVE name, "
     "TRANSFER name, LIST."},
};

constexpr qsizetype kLongest = 11;
constexpr std::size_t kPlaces = 256;

constexpr char lowered(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// FNV-1a of the name in lower case.
constexpr std::size_t placeOf(const char* name, std::size_t length)
{
    quint32 hash = 2'166'136'261U;
    for (std::size_t i = 0; i < length; ++i)
        hash = (hash ^ static_cast<unsigned char>(lowered(name[i]))) * 16'777'619U;
    return (hash ^ hash >> 15) % kPlaces;
}

/// Each command at its place or, where that is taken, at the next free one.
constexpr std::array<const CommandSpec*, kPlaces> makePlaces()
{
    std::array<const CommandSpec*, kPlaces> places{};
    for (const CommandSpec& spec : kCommands) {
        std::size_t place = placeOf(spec.name, std::char_traits<char>::length(spec.name));
        while (places[place])
            place = (place + 1) % kPlaces;
        places[place] = &spec;
    }
    return places;
}

constexpr auto kByPlace = makePlaces();

} // namespace

std::span<const CommandSpec> allCommands()
{
    return kCommands;
}

const CommandSpec* findCommand(QByteArrayView name)
{
    if (name.size() > kLongest)
        return nullptr;
    char lower[kLongest];
    for (qsizetype i = 0; i < name.size(); ++i)
        lower[i] = lowered(name[i]);
    const QByteArrayView wanted(lower, name.size());
    for (std::size_t place = placeOf(lower, static_cast<std::size_t>(name.size())); kByPlace[place];
         place = (place + 1) % kPlaces) {
        if (QByteArrayView(kByPlace[place]->name) == wanted)
            return kByPlace[place];
    }
    return nullptr;
}

} // namespace faultline::client
