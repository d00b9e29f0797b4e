// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <span>
#include <vector>

namespace faultline::kv {

/// What the store can be told. Numbers are in the log: never reuse one.
enum class Verb : quint8 {
    Set = 1,       ///< key, value
    Get = 2,       ///< key
    Delete = 3,    ///< keys
    Exists = 4,    ///< keys; one named twice counts twice
    Increment = 5, ///< key
};

/// A command as it lies in a log entry, opaque to consensus:
///
///     byte 0   version, 1
///     byte 1   verb
///     varint   number of arguments, then for each: varint length, bytes     (varint: LEB128)
///
/// The arguments are views into the payload.
struct Command
{
    Verb verb = Verb::Get;
    std::vector<QByteArrayView> arguments;

    bool operator==(const Command&) const = default;
};

/// So that an entry fits into one frame between nodes, with room for its envelope.
inline constexpr qsizetype kMaxKey = qsizetype(64) << 10;
inline constexpr qsizetype kMaxValue = qsizetype(8) << 20;
inline constexpr qsizetype kMaxCommand = qsizetype(9) << 20; ///< encoded

/// Why the store would not take this command, as the text of a Redis error, or nothing when it would. Whoever proposes
/// asks this first: what is in the log is applied on every node.
std::optional<QByteArray> refusalOf(Verb verb, std::span<const QByteArrayView> arguments);

/// Only for a command that refusalOf() does not refuse.
QByteArray encodeCommand(Verb verb, std::span<const QByteArrayView> arguments);

/// Nothing when the payload is not a command this version knows.
std::optional<Command> decodeCommand(QByteArrayView payload);

/// The value that `key` will certainly have once this encoded command is applied: that of a SET of it. Nothing for
/// every other command, and for payloads that are none.
std::optional<QByteArray> pendingValueOf(QByteArrayView payload, QByteArrayView key);

} // namespace faultline::kv
