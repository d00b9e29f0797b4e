// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <cstdint>
#include <span>

namespace faultline::client {

enum class CommandId {
    // those that the store does
    Get,
    Set,
    Del,
    Exists,
    Incr,
    SetNx,
    SetEx,
    PSetEx,
    GetSet,
    GetDel,
    Append,
    StrLen,
    IncrBy,
    Decr,
    DecrBy,
    MSet,
    MGet,
    Expire,
    PExpire,
    ExpireAt,
    PExpireAt,
    Ttl,
    PTtl,
    ExpireTime,
    PExpireTime,
    Persist,
    Type,
    Scan,
    FlushAll,
    FlushDb,
    // those that the port answers by itself
    Ping,
    Echo,
    Auth,
    Hello,
    Command,
    Info,
    Cluster,
    Config,
    Client,
    Select,
    Quit,
    Reset,
    ReadOnly,
    ReadWrite,
    DbSize,
    Time,
    Wait,
    Session,
    Member,
};

inline constexpr std::size_t kCommandIds = static_cast<std::size_t>(CommandId::Member) + 1;

/// By the store, in the order of the log or as a read of its state.
inline bool isOfStore(CommandId id)
{
    return id <= CommandId::FlushDb;
}

/// What a command is, in the terms of the Redis COMMAND reply. https://redis.io/commands/command
///
/// The keys of one command may be of several slots, as long as one group owns them, and today one group owns all: so
/// MSET, MGET, DEL and EXISTS take any keys and are one entry in the log. (Redis Cluster refuses them with CROSSSLOT,
/// as a client in cluster mode may do by itself.)
struct CommandSpec
{
    CommandId id;
    const char* name;  ///< lower case
    int arity;         ///< with the name; negative: at least that many
    const char* flags; ///< separated by spaces
    int firstKey;      ///< position; 0: no keys
    int lastKey;       ///< -1: the last argument
    int keyStep;
    const char* group;
    const char* summary;

    bool takes(std::size_t argumentCount) const
    {
        const auto count = static_cast<int64_t>(argumentCount);
        return arity < 0 ? count >= -int64_t(arity) : count == arity;
    }
    bool isKeyed() const { return firstKey > 0; }
};

std::span<const CommandSpec> allCommands();

/// Whatever its case. Null when there is none.
const CommandSpec* findCommand(QByteArrayView name);

} // namespace faultline::client
