// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/check/history.h"

#include <QString>

#include <optional>
#include <span>
#include <vector>

namespace faultline::check {

enum class Verdict {
    Linearizable,
    NotLinearizable,
    Unknown, ///< a bound was reached before an answer, or the history is empty or contradicts itself: the sentence says
};

struct Options
{
    Value initial;                             ///< of every key
    quint64 maxSteps = 20'000'000;             ///< a key; a step is a configuration tried, about a microsecond
    std::size_t maxConfigurations = 4'000'000; ///< a key, remembered by each search; at most about 64 bytes each
};

struct Judgement
{
    Verdict verdict = Verdict::Unknown;
    QString sentence; ///< for a person: the verdict and why

    /// When not linearizable, as places in the history: the operation that cannot be placed, and the longest order
    /// found of operations called before it returned. All that returned before it can be ordered; it cannot, in no way.
    std::optional<std::size_t> misfit;
    std::vector<std::size_t> order;

    std::size_t keys = 0;
    std::size_t operations = 0; ///< that count: not those which failed for certain
    quint64 steps = 0;
};

/// Whether there is one order of all operations that each client's replies agree with and that keeps what came before
/// what: as if there were one copy and one operation at a time. Keys are judged one by one, which is the same and much
/// cheaper (Horn and Kroening, Faster linearizability checking via P-compositionality, 2015). The same history always
/// gives the same judgement.
///
/// Two searches take turns, and the first to answer counts: depth_first.h and event_order.h.
Judgement check(std::span<const Operation> history, const Options& options = {});

} // namespace faultline::check
