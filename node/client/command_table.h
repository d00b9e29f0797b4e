// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <cstdint>
#include <span>

namespace faultline::client {

enum class CommandId {
    Get,
    Set,
    Del,
    Exists,
    Incr,
    Ping,
    Echo,
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
    Session,
    Member,
};

/// What a command is, in the terms of the Redis COMMAND reply. https://redis.io/commands/command
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
