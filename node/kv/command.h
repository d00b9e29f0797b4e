// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QVarLengthArray>

#include <optional>
#include <span>

namespace faultline::kv {

/// What the store can be told. Numbers are in the log: never reuse one.
enum class Verb : quint8 {
    Set = 1,          ///< key, value
    Get = 2,          ///< key
    Delete = 3,       ///< keys
    Exists = 4,       ///< keys; one named twice counts twice
    Increment = 5,    ///< key
    SessionOpen = 6,  ///< nothing
    SessionCall = 7,  ///< session, sequence number, acked-below (numbers in decimal), an encoded command (SessionCall)
    SetWith = 8,      ///< key, value, flags (SetFlag), milliseconds
    Append = 9,       ///< key, value
    Length = 10,      ///< key
    IncrementBy = 11, ///< key, what is added
    GetDelete = 12,   ///< key
    SetMany = 13,     ///< key, value, key, value, ...
    GetMany = 14,     ///< keys
    Expire = 15,      ///< key, flags (ExpireFlag), milliseconds
    TimeToLive = 16,  ///< key, flags (TtlFlag)
    Persist = 17,     ///< key
    Type = 18,        ///< key
    Scan = 19,        ///< cursor, count, pattern (empty: everything)
    Flush = 20,       ///< nothing
    Time = 21,        ///< lag in milliseconds: see node/kv/time.h. From a leader to itself; no client says it
};

/// Flags are sums, in decimal.
namespace SetFlag {
inline constexpr quint64 kIfAbsent = 1;
inline constexpr quint64 kIfPresent = 2;
inline constexpr quint64 kReturnOld = 4;     ///< the reply is the value before, whether it was set or not
inline constexpr quint64 kKeepDeadline = 8;  ///< else the key has none, or the new one
inline constexpr quint64 kAfter = 16;        ///< the milliseconds count from the time the command is applied at
inline constexpr quint64 kAt = 32;           ///< they count from 1970
inline constexpr quint64 kAnswerNumber = 64; ///< the reply is 1 for set, 0 for not
inline constexpr quint64 kAll = 127;
} // namespace SetFlag
namespace ExpireFlag {
inline constexpr quint64 kIfNone = 1;
inline constexpr quint64 kIfSome = 2;
inline constexpr quint64 kIfLater = 4;
inline constexpr quint64 kIfEarlier = 8;
inline constexpr quint64 kAt = 32; ///< the milliseconds count from 1970; else from the time the command is applied at
inline constexpr quint64 kAll = 47;
} // namespace ExpireFlag
namespace TtlFlag {
inline constexpr quint64 kMilliseconds = 1; ///< else seconds, rounded
inline constexpr quint64 kAt = 32;          ///< when, since 1970; else how long from now
inline constexpr quint64 kAll = 33;
} // namespace TtlFlag

/// A command as it lies in a log entry, opaque to consensus:
///
///     byte 0     version, 2
///     byte 1     verb
///     8 bytes    stamp: when the leader took it, in milliseconds since 1970 of the cluster's time (node/kv/time.h),
///                lowest byte first; 0: none. Version 1 has no such bytes, and reads as 0.
///     varint     number of arguments, then for each: varint length, bytes     (varint: LEB128)
///
/// The arguments are views into the payload.
struct Command
{
    Verb verb = Verb::Get;
    QVarLengthArray<QByteArrayView, 4> arguments; ///< few commands have more
    qint64 stamp = 0;

    bool operator==(const Command&) const = default;
};

/// One that a client can say without a session and that names keys.
bool isKeyed(Verb verb);
/// Only looks, and so can be answered without the log.
bool isRead(Verb verb);

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

/// Only for a command that refusalOf() does not refuse. Without a stamp.
QByteArray encodeCommand(Verb verb, std::span<const QByteArrayView> arguments);
/// Puts a time into an encoded command in the place of the one it had; what is none stays as it is.
void setStamp(QByteArray& payload, qint64 time);

/// Nothing when the payload is not a command this version knows.
std::optional<Command> decodeCommand(QByteArrayView payload);

/// The first argument of an encoded command that names keys, for a look ahead: a key, as far as it can be told without
/// decoding the rest. Nothing of any other payload.
std::optional<QByteArrayView> firstKeyOf(QByteArrayView payload);

/// What a decoded SessionCall says. Nothing when its numbers are none, or when its command is not one that names keys.
std::optional<SessionCall> sessionCallOf(const Command& command);

/// Whether this encoded command says that it only looks, so that Store::read() answers it without the log. Within a
/// session it is none: its reply must be kept. Looks at the verb alone.
bool isRead(QByteArrayView payload);

/// The value that `key` will certainly have once this encoded command is applied: that of a SET of it without a
/// condition. Nothing for
/// every other command, and for payloads that are none.
std::optional<QByteArray> pendingValueOf(QByteArrayView payload, QByteArrayView key);

} // namespace faultline::kv
