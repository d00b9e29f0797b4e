// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/check/history.h"
#include "common/result/result.h"

#include <QByteArrayView>

namespace faultline::check {

struct HistoryFile
{
    History history; ///< at least one operation
    Value initial;   ///< what keys hold at first, as is the custom with this format
};

/// Reads a history in one of three formats, told apart by how they begin. The error is one sentence with the line.
///
/// Ours: one JSON object a line for each operation, in any order (RFC 8259; text is UTF-8):
///
///     {"client": 1, "key": "x", "op": "write", "value": "4", "call": 10, "return": 25}
///     {"client": 2, "key": "x", "op": "read", "result": "4", "call": 12, "return": 30}
///     {"client": 1, "key": "x", "op": "cas", "expected": "4", "value": "5", "swapped": true, "call": 30, "return": 41}
///     {"client": 3, "key": "x", "op": "append", "value": "!", "call": 35}
///
///     op        read, write, cas, increment, append
///     value     what is written, put in the place of `expected`, or appended; null or left out: nothing
///     result    of a read, null or left out: nothing; of an increment, the number it led to
///     outcome   ok, failed (did not happen, for certain) or unknown; left out: ok with a return, unknown without
///     call, return   whole numbers, in any unit; key may be left out
///
/// A Jepsen log of a register: lines of "jepsen.util - PROCESS :TYPE :OP VALUE", others are skipped; types :invoke,
/// :ok, :fail, :info; ops :read, :write, :cas with [from to]. Keys begin as nothing.
///
/// Jepsen's maps in EDN, one a line: {:process 0, :type :invoke, :f :append, :key "0", :value "x"}; :f is :read or
/// :get, :write or :put, :cas, :append. Where :get, :put or :append occur, keys begin as "", else as nothing.
///
/// In the last two, time is the order of the lines. :info, and a failure that is :timed-out, mean unknown. A :cas that
/// failed has seen that the value was another; all else that failed did not happen.
Result<HistoryFile> readHistory(QByteArrayView text);

/// In our format.
QByteArray writeHistory(const History& history);

} // namespace faultline::check
