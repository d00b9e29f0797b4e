// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/command.h"

#include "node/kv/varint.h"

#include "common/resp/integer.h"

#include <QtEndian>

namespace faultline::kv {

namespace {

constexpr char kUnstamped = 1;
constexpr char kVersion = 2;
constexpr qsizetype kStampAt = 2;
constexpr qsizetype kStampedHeader = kStampAt + 8;

bool takesArguments(Verb verb, std::size_t count)
{
    switch (verb) {
    case Verb::Get:
    case Verb::Increment:
    case Verb::Length:
    case Verb::GetDelete:
    case Verb::Persist:
    case Verb::Type:
    case Verb::Time:
        return count == 1;
    case Verb::Set:
    case Verb::Append:
    case Verb::IncrementBy:
    case Verb::TimeToLive:
        return count == 2;
    case Verb::Expire:
    case Verb::Scan:
        return count == 3;
    case Verb::Delete:
    case Verb::Exists:
    case Verb::GetMany:
        return count >= 1;
    case Verb::SetMany:
        return count >= 2 && count % 2 == 0;
    case Verb::SessionOpen:
    case Verb::Flush:
        return count == 0;
    case Verb::SessionCall:
    case Verb::SetWith:
        return count == 4;
    }
    return false;
}

/// How large argument `index` may be.
qsizetype largest(Verb verb, std::size_t index)
{
    switch (verb) {
    case Verb::Set:
    case Verb::SetWith:
    case Verb::Append:
        return index == 1 ? kMaxValue : kMaxKey;
    case Verb::SetMany:
        return index % 2 == 1 ? kMaxValue : kMaxKey;
    default:
        return kMaxKey;
    }
}

std::optional<quint64> numberOf(QByteArrayView text)
{
    const std::optional<qint64> number = resp::parseInteger(text);
    return number && *number >= 0 ? std::optional(static_cast<quint64>(*number)) : std::nullopt;
}

std::optional<QByteArray> refusalOfCall(std::span<const QByteArrayView> arguments)
{
    const auto session = numberOf(arguments[0]);
    const auto sequence = numberOf(arguments[1]);
    const auto ackedBelow = numberOf(arguments[2]);
    if (!session || !sequence || !ackedBelow)
        return QByteArray("ERR value is not an integer or out of range");
    if (*sequence < *ackedBelow)
        return "ERR sequence number " + QByteArray::number(*sequence) + " lies below " +
               QByteArray::number(*ackedBelow) + ", below which this command says that all is acknowledged";
    if (arguments[3].size() > kMaxCommand - 128)
        return "ERR the keys and values of one command have more than " + QByteArray::number(kMaxCommand - 128) +
               " bytes together, send several commands";
    return std::nullopt;
}

} // namespace

std::optional<QByteArray> refusalOf(Verb verb, std::span<const QByteArrayView> arguments)
{
    if (!takesArguments(verb, arguments.size()))
        return QByteArray("ERR wrong number of arguments");
    if (verb == Verb::SessionCall)
        return refusalOfCall(arguments);
    qsizetype total = 24;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const qsizetype size = arguments[i].size();
        const qsizetype allowed = largest(verb, i);
        if (size > allowed)
            return (allowed == kMaxValue ? "ERR the value has " : "ERR the key has ") + QByteArray::number(size) +
                   " bytes, at most " + QByteArray::number(allowed) + " are allowed";
        total += size + 5;
    }
    if (total > kMaxCommand)
        return "ERR the keys and values of one command have more than " + QByteArray::number(kMaxCommand) +
               " bytes together, send several commands";
    return std::nullopt;
}

QByteArray encodeCommand(Verb verb, std::span<const QByteArrayView> arguments)
{
    qsizetype total = 24;
    for (const QByteArrayView argument : arguments)
        total += argument.size() + 5;
    QByteArray out;
    out.reserve(total);
    out.append(kVersion).append(static_cast<char>(verb)).append(kStampedHeader - kStampAt, '\0');
    appendVarint(out, arguments.size());
    for (const QByteArrayView argument : arguments)
        appendSized(out, argument);
    return out;
}

void setStamp(QByteArray& payload, qint64 time)
{
    if (payload.size() > kStampedHeader && payload.at(0) == kVersion)
        qToLittleEndian(time, payload.data() + kStampAt);
}

namespace {

/// Takes what comes before the arguments; the stamp. Nothing where that is no command's.
std::optional<qint64> takeHeader(QByteArrayView& payload)
{
    if (payload.size() < 3)
        return std::nullopt;
    if (payload[0] == kVersion && payload.size() > kStampedHeader) {
        const auto stamp = qFromLittleEndian<qint64>(payload.data() + kStampAt);
        payload = payload.sliced(kStampedHeader);
        return stamp;
    }
    if (payload[0] != kUnstamped)
        return std::nullopt;
    payload = payload.sliced(2);
    return 0;
}

} // namespace

std::optional<Command> decodeCommand(QByteArrayView payload)
{
    const Verb verb = payload.size() < 2 ? Verb() : static_cast<Verb>(payload[1]);
    const std::optional<qint64> stamp = takeHeader(payload);
    if (!stamp)
        return std::nullopt;
    Command command{verb, {}, *stamp};
    const auto count = takeVarint(payload);
    // Each argument takes a byte at least, so a false count cannot reserve much.
    if (!count || *count > static_cast<quint64>(payload.size()) || !takesArguments(command.verb, *count))
        return std::nullopt;
    command.arguments.reserve(static_cast<qsizetype>(*count));
    for (quint64 i = 0; i < *count; ++i) {
        const auto argument = takeSized(payload);
        if (!argument)
            return std::nullopt;
        command.arguments.push_back(*argument);
    }
    if (!payload.isEmpty())
        return std::nullopt;
    return command;
}

bool isKeyed(Verb verb)
{
    switch (verb) {
    case Verb::SessionOpen:
    case Verb::SessionCall:
    case Verb::Scan:
    case Verb::Flush:
    case Verb::Time:
        return false;
    default:
        return true;
    }
}

bool isRead(Verb verb)
{
    switch (verb) {
    case Verb::Get:
    case Verb::Exists:
    case Verb::Length:
    case Verb::GetMany:
    case Verb::TimeToLive:
    case Verb::Type:
    case Verb::Scan:
        return true;
    default:
        return false;
    }
}

std::optional<QByteArrayView> firstKeyOf(QByteArrayView payload)
{
    const bool namesKeys = payload.size() >= 3 && isKeyed(static_cast<Verb>(payload[1]));
    if (!namesKeys || !takeHeader(payload) || !takeVarint(payload))
        return std::nullopt;
    return takeSized(payload);
}

std::optional<SessionCall> sessionCallOf(const Command& command)
{
    if (command.verb != Verb::SessionCall || command.arguments.size() != 4)
        return std::nullopt;
    const auto session = numberOf(command.arguments[0]);
    const auto sequence = numberOf(command.arguments[1]);
    const auto ackedBelow = numberOf(command.arguments[2]);
    const auto inner = decodeCommand(command.arguments[3]);
    if (!session || !sequence || !ackedBelow || !inner || !isKeyed(inner->verb))
        return std::nullopt;
    return SessionCall{*session, *sequence, *ackedBelow, command.arguments[3]};
}

bool isRead(QByteArrayView payload)
{
    return payload.size() >= 3 && isRead(static_cast<Verb>(payload[1]));
}

std::optional<QByteArray> pendingValueOf(QByteArrayView payload, QByteArrayView key)
{
    const auto says = [&](Verb verb) { return payload.size() >= 3 && static_cast<Verb>(payload[1]) == verb; };
    if (!says(Verb::Set) && !says(Verb::SetWith))
        return std::nullopt;
    const std::optional<Command> command = decodeCommand(payload);
    if (!command || command->arguments[0] != key)
        return std::nullopt;
    if (command->verb == Verb::SetWith &&
        (numberOf(command->arguments[2]).value_or(SetFlag::kAll) & (SetFlag::kIfAbsent | SetFlag::kIfPresent)) != 0)
        return std::nullopt;
    return command->arguments[1].toByteArray();
}

} // namespace faultline::kv
