// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>
#include <variant>
#include <vector>

// What came of a command, as a value; whoever talks to the client turns it into bytes.
namespace faultline::kv {

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
/// A word that is no value: the type of a key.
struct Word
{
    QByteArray text;
    bool operator==(const Word&) const = default;
};
/// Of several keys, in the order they were named; nothing for one that is not there.
struct Values
{
    std::vector<std::optional<QByteArray>> all;
    bool operator==(const Values&) const = default;
};
/// Some of the keys, and where to go on: 0 after the last ones. Never the reply of a call in a session.
struct Page
{
    quint64 cursor = 0;
    std::vector<QByteArray> keys;
    qsizetype lookedAt = 0; ///< keys that came into question: what finding them took
    bool operator==(const Page&) const = default;
};
/// Their places in this list are in snapshots: add at the end only.
using Result = std::variant<Ok, Nil, Value, Integer, Failure, Word, Values, Page>;

} // namespace faultline::kv
