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
    Set = 1,         ///< key, value
    Get = 2,         ///< key
    Delete = 3,      ///< keys
    Exists = 4,      ///< keys; one named twice counts twice
    Increment = 5,   ///< key
    SessionOpen = 6, ///< nothing
    SessionCall = 7, ///< session, sequence number, acked-below (numbers in decimal), an encoded command (SessionCall)
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

/// One of the five that a client can say without a session and that name keys.
bool isKeyed(Verb verb);

/// A command said within a session (node/kv/sessions.h). `command` is a view into the payload of the whole.
struct SessionCall
{
    quint64 session = 0;
    quint64 sequence = 0;   ///< the client's own number for this command, the same when it is said again
    quint64 ackedBelow = 0; ///< the client has every reply with a sequence number below this one
    QByteArrayView command; ///< encoded; never one of a session

    bool operator==(const SessionCall&) const = default;
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

/// What a decoded SessionCall says. Nothing when its numbers are none, or when its command is not one that names keys.
std::optional<SessionCall> sessionCallOf(const Command& command);

/// Whether this encoded command only looks (GET, EXISTS), so that Store::read() can answer it without the log. Within a
/// session it is none: its reply must be kept.
bool isRead(QByteArrayView payload);

/// The value that `key` will certainly have once this encoded command is applied: that of a SET of it. Nothing for
/// every other command, and for payloads that are none.
std::optional<QByteArray> pendingValueOf(QByteArrayView payload, QByteArrayView key);

} // namespace faultline::kv
