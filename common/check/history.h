// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <optional>
#include <vector>

// What clients saw, so that somebody who was not there can judge it: each operation with its call, its return, what it
// asked for and what it was told (Herlihy and Wing, Linearizability, 1990).
namespace faultline::check {

/// Nothing means that there is no such key.
using Value = std::optional<QByteArray>;

enum class Kind {
    Read,
    Write,         ///< nothing as the argument: removes the key
    CompareAndSet, ///< puts `argument` where `expected` is
    Increment,     ///< adds one to the whole number that the value is; one that is missing counts as 0
    Append,        ///< puts `argument` behind the value; one that is missing counts as empty
};

enum class Outcome {
    Ok,
    Failed,  ///< did not happen, for certain
    Unknown, ///< may take effect at any time after the call, even after the end of the history, or never
};

struct Operation
{
    quint64 client = 0;
    QByteArray key;
    Kind kind = Kind::Read;
    Value argument;      ///< of Write, CompareAndSet, Append
    Value expected;      ///< of CompareAndSet
    Value result;        ///< of a Read that is Ok: what was read; of an Increment that is Ok: the number it led to
    bool swapped = true; ///< of a CompareAndSet that is Ok; false: the client was told that `expected` was not there
    Outcome outcome = Outcome::Unknown;
    /// Of any clock, in any unit: only the order counts. One operation comes before another when it returned before
    /// the other was called; at equal times they overlap. So number the events of a history one by one where a clock
    /// is too coarse to tell them apart.
    qint64 called = 0;
    qint64 returned = 0; ///< without meaning when the outcome is unknown

    bool operator==(const Operation&) const = default;
};

using History = std::vector<Operation>;

} // namespace faultline::check
