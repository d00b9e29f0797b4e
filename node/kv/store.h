// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/kv/command.h"

#include <QByteArray>
#include <QHash>

#include <optional>
#include <variant>

namespace faultline::kv {

// What came of a command, as a value; whoever talks to the client turns it into bytes.
struct Ok
{
    bool operator==(const Ok&) const = default;
};
struct Nil
{
    bool operator==(const Nil&) const = default;
};
struct Value
{
    QByteArray bytes;
    bool operator==(const Value&) const = default;
};
struct Integer
{
    qint64 value = 0;
    bool operator==(const Integer&) const = default;
};
/// The store said no and changed nothing. The text is a Redis error, code first.
struct Failure
{
    QByteArray text;
    bool operator==(const Failure&) const = default;
};
using Result = std::variant<Ok, Nil, Value, Integer, Failure>;

/// The replicated state: keys and their values. Every node applies the same log entries in the same order, and because
/// nothing else goes in (no clock, no chance), every node gets the same state and the same results (state machine
/// replication, Schneider 1990). Words of errors are Redis'.
class Store
{
public:
    /// `payload` is an encoded command. What is not one changes nothing and gives a Failure, on every node alike.
    Result apply(QByteArrayView payload);

    std::optional<QByteArray> peek(QByteArrayView key) const;
    quint64 keys() const { return static_cast<quint64>(m_values.size()); }

    /// Tells two states apart: equal states have equal hashes, whatever order they came about in, and different states
    /// almost surely different ones. The sum, modulo 2^64, of a hash of each key with its value; 0 when empty.
    quint64 stateHash() const { return m_hash; }

private:
    Result set(QByteArrayView key, QByteArrayView value);
    Result increment(QByteArrayView key);
    qint64 remove(std::span<const QByteArrayView> keys);
    qint64 count(std::span<const QByteArrayView> keys) const;

    QHash<QByteArray, QByteArray> m_values;
    quint64 m_hash = 0;
};

} // namespace faultline::kv
