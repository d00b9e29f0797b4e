// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/command.h"

namespace faultline::kv {

namespace {

constexpr char kVersion = 1;

void appendVarint(QByteArray& out, quint64 value)
{
    while (value >= 0x80) {
        out.append(static_cast<char>((value & 0x7f) | 0x80));
        value >>= 7;
    }
    out.append(static_cast<char>(value));
}

/// Takes a number of at most 32 bits off the front.
std::optional<qsizetype> takeVarint(QByteArrayView& bytes)
{
    quint64 value = 0;
    for (int i = 0; i < 5 && i < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        value |= static_cast<quint64>(byte & 0x7f) << (7 * i);
        if ((byte & 0x80) == 0) {
            bytes = bytes.sliced(i + 1);
            return static_cast<qsizetype>(value);
        }
    }
    return std::nullopt;
}

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
    }
    return false;
}

} // namespace

std::optional<QByteArray> refusalOf(Verb verb, std::span<const QByteArrayView> arguments)
{
    if (!takesArguments(verb, arguments.size()))
        return QByteArray("ERR wrong number of arguments");
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
    for (const QByteArrayView argument : arguments) {
        appendVarint(out, static_cast<quint64>(argument.size()));
        out.append(argument);
    }
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
    if (!count || *count > payload.size() || !takesArguments(command.verb, static_cast<std::size_t>(*count)))
        return std::nullopt;
    command.arguments.reserve(static_cast<std::size_t>(*count));
    for (qsizetype i = 0; i < *count; ++i) {
        const auto length = takeVarint(payload);
        if (!length || *length > payload.size())
            return std::nullopt;
        command.arguments.push_back(payload.first(*length));
        payload = payload.sliced(*length);
    }
    if (!payload.isEmpty())
        return std::nullopt;
    return command;
}

std::optional<QByteArray> pendingValueOf(QByteArrayView payload, QByteArrayView key)
{
    const std::optional<Command> command = decodeCommand(payload);
    if (!command || command->verb != Verb::Set || command->arguments[0] != key)
        return std::nullopt;
    return command->arguments[1].toByteArray();
}

} // namespace faultline::kv
