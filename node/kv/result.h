// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <variant>

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
/// Their places in this list are in snapshots: add at the end only.
using Result = std::variant<Ok, Nil, Value, Integer, Failure>;

} // namespace faultline::kv
