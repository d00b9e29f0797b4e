// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/command.h"

#include "node/kv/varint.h"

#include "common/resp/integer.h"

namespace faultline::kv {

namespace {

constexpr char kVersion = 1;

bool takesArguments(Verb verb, std::size_t count)
{
    switch (verb) {
    case Verb::Set:
        return count == 2;
    case Verb::Get:
    case Verb::Increment:
        return count == 1;
    case Verb::Delete:
    case Verb::Exists:
        return count >= 1;
    case Verb::SessionOpen:
        return count == 0;
    case Verb::SessionCall:
        return count == 4;
    }
    return false;
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
        return "ERR the keys of one command have more than " + QByteArray::number(kMaxCommand - 128) +
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
    qsizetype total = 16;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const bool isValue = verb == Verb::Set && i == 1;
        const qsizetype size = arguments[i].size();
        if (!isValue && size > kMaxKey)
            return "ERR the key has " + QByteArray::number(size) + " bytes, at most " + QByteArray::number(kMaxKey) +
                   " are allowed";
        if (isValue && size > kMaxValue)
            return "ERR the value has " + QByteArray::number(size) + " bytes, at most " +
                   QByteArray::number(kMaxValue) + " are allowed";
        total += size + 5;
    }
    if (total > kMaxCommand)
        return "ERR the keys of one command have more than " + QByteArray::number(kMaxCommand) +
               " bytes together, send several commands";
    return std::nullopt;
}

QByteArray encodeCommand(Verb verb, std::span<const QByteArrayView> arguments)
{
    qsizetype total = 16;
    for (const QByteArrayView argument : arguments)
        total += argument.size() + 5;
    QByteArray out;
    out.reserve(total);
    out.append(kVersion).append(static_cast<char>(verb));
    appendVarint(out, arguments.size());
    for (const QByteArrayView argument : arguments)
        appendSized(out, argument);
    return out;
}

std::optional<Command> decodeCommand(QByteArrayView payload)
{
    if (payload.size() < 3 || payload[0] != kVersion)
        return std::nullopt;
    Command command;
    command.verb = static_cast<Verb>(payload[1]);
    payload = payload.sliced(2);
    const auto count = takeVarint(payload);
    // Each argument takes a byte at least, so a false count cannot reserve much.
    if (!count || *count > static_cast<quint64>(payload.size()) || !takesArguments(command.verb, *count))
        return std::nullopt;
    command.arguments.reserve(*count);
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
    case Verb::Set:
    case Verb::Get:
    case Verb::Delete:
    case Verb::Exists:
    case Verb::Increment:
        return true;
    case Verb::SessionOpen:
    case Verb::SessionCall:
        break;
    }
    return false;
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
    const std::optional<Command> command = decodeCommand(payload);
    return command && (command->verb == Verb::Get || command->verb == Verb::Exists);
}

std::optional<QByteArray> pendingValueOf(QByteArrayView payload, QByteArrayView key)
{
    const std::optional<Command> command = decodeCommand(payload);
    if (!command || command->verb != Verb::Set || command->arguments[0] != key)
        return std::nullopt;
    return command->arguments[1].toByteArray();
}

} // namespace faultline::kv
