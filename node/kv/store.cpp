// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/store.h"

#include "node/kv/glob.h"
#include "node/kv/varint.h"

#include "common/resp/integer.h"

#include <QVarLengthArray>

#include <xxhash.h>

#include <algorithm>
#include <limits>

namespace faultline::kv {

namespace {

constexpr qint64 kMost = std::numeric_limits<qint64>::max();
constexpr qint64 kLeast = std::numeric_limits<qint64>::min();

Failure notACommand()
{
    return {"ERR the log entry is not a command this version knows"};
}

/// Two times together, as far as numbers go.
qint64 later(qint64 time, qint64 by)
{
    return by > 0 && time > kMost - by ? kMost : time + by;
}

/// A sum of flags that may be `all` at most.
std::optional<quint64> flagsOf(QByteArrayView text, quint64 all)
{
    const std::optional<qint64> flags = resp::parseInteger(text);
    if (!flags || *flags < 0 || (static_cast<quint64>(*flags) & ~all) != 0)
        return std::nullopt;
    return static_cast<quint64>(*flags);
}

} // namespace

Result Store::apply(QByteArrayView payload)
{
    const std::optional<Command> command = decodeCommand(payload);
    if (!command)
        return notACommand();
    passTime(*command);
    switch (command->verb) {
    case Verb::SessionOpen:
        return Integer{static_cast<qint64>(m_sessions.open())};
    case Verb::SessionCall:
        return call(*command);
    case Verb::Flush:
        m_dropped = m_tables.clear();
        return Ok{};
    case Verb::Scan:
        return scan(*command);
    case Verb::Time: {
        const std::optional<qint64> lag = resp::parseInteger(command->arguments[0]);
        if (!lag)
            return notACommand();
        m_lag = std::max(m_lag, *lag);
        return Ok{};
    }
    default:
        return applyKeyed(*command);
    }
}

void Store::passBy(QByteArrayView payload)
{
    if (const std::optional<Command> command = decodeCommand(payload))
        passTime(*command);
}

void Store::expect(std::span<const QByteArrayView> payloads) const
{
    QVarLengthArray<QByteArrayView, 32> keys;
    for (const QByteArrayView payload : payloads) {
        if (const auto key = firstKeyOf(payload))
            keys.push_back(*key);
    }
    m_tables.expect(keys);
}

void Store::passTime(const Command& command)
{
    m_time = std::max(m_time, command.stamp);
    const quint64 before = m_tables.size();
    m_tables.expire(m_time, command.verb == Verb::Time ? kExpiredByTime : kExpiredByOther);
    m_expired += before - m_tables.size();
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
        m_tables.put(arguments[0], arguments[1], 0);
        return Ok{};
    case Verb::SetWith:
        return setWith(command);
    case Verb::SetMany:
        for (qsizetype i = 0; i < arguments.size(); i += 2)
            m_tables.put(arguments[i], arguments[i + 1], 0);
        return Ok{};
    case Verb::Append:
        return append(arguments[0], arguments[1]);
    case Verb::Delete:
        return Integer{remove(arguments)};
    case Verb::GetDelete:
        return getDelete(arguments[0]);
    case Verb::Increment:
        return increment(arguments[0], 1);
    case Verb::IncrementBy:
        if (const auto by = resp::parseInteger(arguments[1]))
            return increment(arguments[0], *by);
        return notACommand();
    case Verb::Expire:
        return expire(command);
    case Verb::Persist:
        return persist(arguments[0]);
    default:
        return readKeyed(command, m_time);
    }
}

Result Store::readKeyed(const Command& command, qint64 now) const
{
    const auto& arguments = command.arguments;
    switch (command.verb) {
    case Verb::Get:
        return get(arguments[0]);
    case Verb::GetMany:
        return getMany(arguments);
    case Verb::Exists:
        return Integer{count(arguments)};
    case Verb::Length: {
        const Record* record = find(arguments[0]);
        return Integer{record ? record->value().size() : 0};
    }
    case Verb::TimeToLive:
        return timeToLive(arguments[0], arguments[1], now);
    case Verb::Type:
        return Word{find(arguments[0]) ? "string" : "none"};
    default:
        return notACommand();
    }
}

Result Store::read(QByteArrayView payload, qint64 now) const
{
    const std::optional<Command> command = decodeCommand(payload);
    if (!command || !isRead(command->verb))
        return Failure{"ERR this command does more than read"};
    return command->verb == Verb::Scan ? scan(*command) : readKeyed(*command, std::max(now, m_time));
}

SnapshotWriter Store::snapshot() const
{
    return SnapshotWriter({m_tables.copies(), m_tables.size(), m_sessions, m_time, m_lag, stateHash()});
}

faultline::Result<void> Store::restore(const NextPiece& next)
{
    auto content = readSnapshot(next);
    if (!content)
        return Error{content.error()};
    Store restored(m_rules);
    restored.m_tables = std::move(content->tables);
    restored.m_sessions = std::move(content->sessions);
    restored.m_time = content->time;
    restored.m_lag = content->lag;
    if (restored.stateHash() != content->stateHash)
        return Error{QStringLiteral("The snapshot of the store is damaged: what it holds does not come to its hash.")};
    *this = std::move(restored);
    return {};
}

quint64 Store::stateHash() const
{
    quint64 ofTime = 0;
    if (m_time != 0 || m_lag != 0) {
        QByteArray bytes("t");
        appendVarint(bytes, static_cast<quint64>(m_time));
        appendVarint(bytes, static_cast<quint64>(m_lag));
        ofTime = XXH3_64bits(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    }
    return m_tables.hash() + m_sessions.hash() + ofTime;
}

const Record* Store::find(QByteArrayView key) const
{
    const Record* record = m_tables.find(key);
    return record && (record->deadline == 0 || record->deadline > m_time) ? record : nullptr;
}

std::optional<QByteArray> Store::peek(QByteArrayView key, qsizetype most) const
{
    const Record* record = find(key);
    return record ? std::optional(record->value().first(std::min(record->value().size(), most)).toByteArray())
                  : std::nullopt;
}

Result Store::get(QByteArrayView key) const
{
    const Record* record = find(key);
    return record ? Result(Value{record->value().toByteArray()}) : Result(Nil{});
}

Result Store::getMany(std::span<const QByteArrayView> keys) const
{
    Values values;
    values.all.reserve(keys.size());
    qsizetype together = 0;
    for (const QByteArrayView key : keys) {
        const Record* record = find(key);
        values.all.push_back(record ? std::optional(record->value().toByteArray()) : std::nullopt);
        together += values.all.back() ? values.all.back()->size() : 0;
        if (together > kMaxReply)
            return Failure{"ERR the values have more than " + QByteArray::number(kMaxReply) +
                           " bytes together, ask for fewer at a time"};
    }
    return values;
}

Result Store::timeToLive(QByteArrayView key, QByteArrayView flagsText, qint64 now) const
{
    const auto flags = flagsOf(flagsText, TtlFlag::kAll);
    if (!flags)
        return notACommand();
    const Record* record = find(key);
    if (!record)
        return Integer{-2};
    if (record->deadline == 0)
        return Integer{-1};
    const qint64 time = (*flags & TtlFlag::kAt) != 0 ? record->deadline : std::max<qint64>(0, record->deadline - now);
    return Integer{(*flags & TtlFlag::kMilliseconds) != 0 ? time : time / 1000 + (time % 1000 >= 500 ? 1 : 0)};
}

Result Store::scan(const Command& command) const
{
    const auto cursor = resp::parseInteger(command.arguments[0]);
    const auto count = resp::parseInteger(command.arguments[1]);
    if (!cursor || *cursor < 0 || !count)
        return notACommand();
    Page page = m_tables.scan(static_cast<quint64>(*cursor), *count);
    const QByteArrayView pattern = command.arguments[2];
    std::erase_if(page.keys, [&](const QByteArray& key) {
        return !find(key) || (!pattern.isEmpty() && !matchesGlob(pattern, key));
    });
    return page;
}

Result Store::setWith(const Command& command)
{
    const auto flags = flagsOf(command.arguments[2], SetFlag::kAll);
    const auto number = resp::parseInteger(command.arguments[3]);
    if (!flags || !number)
        return notACommand();
    const auto says = [&](quint64 flag) { return (*flags & flag) != 0; };
    const Record* record = find(command.arguments[0]);
    const bool refused = (says(SetFlag::kIfAbsent) && record) || (says(SetFlag::kIfPresent) && !record);
    Result result = says(SetFlag::kAnswerNumber) ? Result(Integer{refused ? 0 : 1})
                    : says(SetFlag::kReturnOld)
                        ? (record ? Result(Value{record->value().toByteArray()}) : Result(Nil{}))
                    : refused ? Result(Nil{})
                              : Result(Ok{});
    if (refused)
        return result;
    const qint64 deadline = says(SetFlag::kAfter)                    ? later(m_time, *number)
                            : says(SetFlag::kAt)                     ? *number
                            : says(SetFlag::kKeepDeadline) && record ? record->deadline
                                                                     : 0;
    if (deadline != 0 && deadline <= m_time)
        m_tables.remove(command.arguments[0]);
    else
        m_tables.put(command.arguments[0], command.arguments[1], deadline);
    return result;
}

Result Store::append(QByteArrayView key, QByteArrayView value)
{
    const Record* record = find(key);
    const qsizetype size = (record ? record->value().size() : 0) + value.size();
    if (size > kMaxValue)
        return Failure{"ERR string exceeds maximum allowed size (proto-max-bulk-len)"};
    QByteArray whole;
    whole.reserve(size);
    if (record)
        whole.append(record->value());
    whole.append(value);
    m_tables.put(key, whole, record ? record->deadline : 0);
    return Integer{size};
}

Result Store::increment(QByteArrayView key, qint64 by)
{
    const Record* record = find(key);
    qint64 value = 0;
    if (record) {
        const std::optional<qint64> number = resp::parseInteger(record->value());
        if (!number)
            return Failure{"ERR value is not an integer or out of range"};
        value = *number;
    }
    if (by > 0 ? value > kMost - by : value < kLeast - by)
        return Failure{"ERR increment or decrement would overflow"};
    m_tables.put(key, QByteArray::number(value + by), record ? record->deadline : 0);
    return Integer{value + by};
}

Result Store::expire(const Command& command)
{
    const auto flags = flagsOf(command.arguments[1], ExpireFlag::kAll);
    const auto number = resp::parseInteger(command.arguments[2]);
    if (!flags || !number)
        return notACommand();
    const auto says = [&](quint64 flag) { return (*flags & flag) != 0; };
    const QByteArrayView key = command.arguments[0];
    const Record* record = find(key);
    if (!record)
        return Integer{0};
    const qint64 deadline = says(ExpireFlag::kAt) ? *number : later(m_time, *number);
    const qint64 before = record->deadline == 0 ? kMost : record->deadline; // a key without one never expires
    if ((says(ExpireFlag::kIfNone) && record->deadline != 0) || (says(ExpireFlag::kIfSome) && record->deadline == 0) ||
        (says(ExpireFlag::kIfLater) && (record->deadline == 0 || deadline <= before)) ||
        (says(ExpireFlag::kIfEarlier) && record->deadline != 0 && deadline >= before))
        return Integer{0};
    if (deadline <= m_time)
        m_tables.remove(key);
    else
        m_tables.put(key, record->value(), deadline);
    return Integer{1};
}

Result Store::persist(QByteArrayView key)
{
    const Record* record = find(key);
    if (!record || record->deadline == 0)
        return Integer{0};
    m_tables.put(key, record->value(), 0);
    return Integer{1};
}

Result Store::getDelete(QByteArrayView key)
{
    Result result = get(key);
    if (std::holds_alternative<Value>(result))
        m_tables.remove(key);
    return result;
}

qint64 Store::remove(std::span<const QByteArrayView> keys)
{
    qint64 removed = 0;
    for (const QByteArrayView key : keys) {
        if (find(key) && m_tables.remove(key))
            ++removed;
    }
    return removed;
}

qint64 Store::count(std::span<const QByteArrayView> keys) const
{
    return std::count_if(keys.begin(), keys.end(), [this](QByteArrayView key) { return find(key) != nullptr; });
}

} // namespace faultline::kv
