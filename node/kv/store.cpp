// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/store.h"

#include "common/resp/integer.h"

#include <xxhash.h>

#include <limits>

namespace faultline::kv {

namespace {

quint64 hashOf(QByteArrayView key, QByteArrayView value)
{
    const quint64 seed = XXH3_64bits(key.data(), static_cast<std::size_t>(key.size()));
    return XXH3_64bits_withSeed(value.data(), static_cast<std::size_t>(value.size()), seed);
}

/// A QByteArray over the view's bytes, for looking up without a copy. Must not outlive them.
QByteArray borrowed(QByteArrayView view)
{
    return QByteArray::fromRawData(view.data(), view.size());
}

Failure notACommand()
{
    return {"ERR the log entry is not a command this version knows"};
}

} // namespace

Result Store::apply(QByteArrayView payload)
{
    const std::optional<Command> command = decodeCommand(payload);
    if (!command)
        return notACommand();
    switch (command->verb) {
    case Verb::SessionOpen:
        return Integer{static_cast<qint64>(m_sessions.open())};
    case Verb::SessionCall:
        return call(*command);
    default:
        return applyKeyed(*command);
    }
}

Result Store::call(const Command& command)
{
    const std::optional<SessionCall> said = sessionCallOf(command);
    if (!said)
        return notACommand();
    if (auto reply = m_sessions.replyOrApply(*said))
        return *std::move(reply);
    const std::optional<Command> inner = decodeCommand(said->command);
    Result result = inner ? applyKeyed(*inner) : notACommand();
    if (m_rules.sessionsRemember)
        m_sessions.remember(*said, result);
    return result;
}

Result Store::applyKeyed(const Command& command)
{
    const auto& arguments = command.arguments;
    switch (command.verb) {
    case Verb::Set:
        return set(arguments[0], arguments[1]);
    case Verb::Get:
        return get(arguments[0]);
    case Verb::Delete:
        return Integer{remove(arguments)};
    case Verb::Exists:
        return Integer{count(arguments)};
    case Verb::Increment:
        return increment(arguments[0]);
    case Verb::SessionOpen:
    case Verb::SessionCall:
        break;
    }
    return notACommand();
}

Result Store::read(QByteArrayView payload) const
{
    const std::optional<Command> command = decodeCommand(payload);
    if (command && command->verb == Verb::Get)
        return get(command->arguments[0]);
    if (command && command->verb == Verb::Exists)
        return Integer{count(command->arguments)};
    return Failure{"ERR this command does more than read"};
}

SnapshotWriter Store::snapshot() const
{
    return {m_values, m_sessions, stateHash()};
}

faultline::Result<void> Store::restore(QByteArrayView snapshot)
{
    auto content = readSnapshot(snapshot);
    if (!content)
        return Error{content.error()};
    quint64 hash = 0;
    for (auto [key, value] : content->values.asKeyValueRange())
        hash += hashOf(key, value);
    if (hash + content->sessions.hash() != content->stateHash)
        return Error{QStringLiteral("The snapshot of the store is damaged: what it holds does not come to its hash.")};
    m_values = std::move(content->values);
    m_hash = hash;
    m_sessions = std::move(content->sessions);
    return {};
}

std::optional<QByteArray> Store::peek(QByteArrayView key) const
{
    const auto found = m_values.constFind(borrowed(key));
    return found == m_values.constEnd() ? std::nullopt : std::optional(*found);
}

Result Store::get(QByteArrayView key) const
{
    const auto found = m_values.constFind(borrowed(key));
    return found == m_values.constEnd() ? Result(Nil{}) : Result(Value{*found});
}

Result Store::set(QByteArrayView key, QByteArrayView value)
{
    const auto found = m_values.find(borrowed(key));
    if (found == m_values.end()) {
        m_values.insert(key.toByteArray(), value.toByteArray());
    } else {
        m_hash -= hashOf(key, *found);
        *found = value.toByteArray();
    }
    m_hash += hashOf(key, value);
    return Ok{};
}

Result Store::increment(QByteArrayView key)
{
    const auto found = m_values.constFind(borrowed(key));
    qint64 value = 0;
    if (found != m_values.constEnd()) {
        const std::optional<qint64> number = resp::parseInteger(*found);
        if (!number)
            return Failure{"ERR value is not an integer or out of range"};
        value = *number;
    }
    if (value == std::numeric_limits<qint64>::max())
        return Failure{"ERR increment or decrement would overflow"};
    set(key, QByteArray::number(value + 1));
    return Integer{value + 1};
}

qint64 Store::remove(std::span<const QByteArrayView> keys)
{
    qint64 removed = 0;
    for (const QByteArrayView key : keys) {
        const auto found = m_values.constFind(borrowed(key));
        if (found == m_values.constEnd())
            continue;
        m_hash -= hashOf(key, *found);
        m_values.erase(found);
        ++removed;
    }
    return removed;
}

qint64 Store::count(std::span<const QByteArrayView> keys) const
{
    return std::count_if(keys.begin(), keys.end(),
                         [this](QByteArrayView key) { return m_values.contains(borrowed(key)); });
}

} // namespace faultline::kv
