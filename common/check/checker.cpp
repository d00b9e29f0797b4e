// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/checker.h"

#include "common/check/depth_first.h"
#include "common/check/event_order.h"
#include "common/check/operation_text.h"
#include "common/check/prepared_key.h"

#include <QLocale>

#include <algorithm>
#include <map>

namespace faultline::check {

namespace {

/// What the searches found.
struct Answer
{
    std::optional<bool> isLinearizable; ///< nothing: a bound was reached
    std::optional<quint32> stuckAt;     ///< the return that cannot be passed, if this was found along the way
    std::vector<quint32> order;         ///< of all, or of what is before that
    quint64 steps = 0;
};

Answer search(const PreparedKey& key, const Options& options)
{
    // Most histories are in order, and then the first search is through at once.
    quint64 turn = 4 * key.steps().size() + 1000;
    DepthFirst depthFirst(key, options.maxConfigurations);
    std::optional<EventOrder> eventOrder;
    while (true) {
        if (const auto answer = depthFirst.run(std::min(turn, options.maxSteps)))
            return {answer,
                    {},
                    *answer ? depthFirst.order() : std::vector<quint32>(),
                    depthFirst.steps() + (eventOrder ? eventOrder->steps() : 0)};
        if (!eventOrder)
            eventOrder.emplace(key, options.maxConfigurations);
        const auto answer = eventOrder->run(std::min(turn, options.maxSteps));
        const quint64 steps = depthFirst.steps() + eventOrder->steps();
        if (answer)
            return {answer, *answer ? std::nullopt : std::optional(eventOrder->stuckAt()), eventOrder->order(), steps};
        if (steps >= options.maxSteps || (depthFirst.gaveUp() && eventOrder->gaveUp()))
            return {std::nullopt, {}, {}, steps};
        turn += turn / 2;
    }
}

/// Of a key that is not linearizable: the first return that cannot be passed, by halving, and an order of what is
/// before it. Each half is judged anew, which the searches do well; where one takes too long, the later place is named.
Answer firstStuck(const PreparedKey& key, Options options)
{
    options.maxSteps /= 8;
    Answer found;
    quint32 good = 0; // what was known before this event is linearizable
    auto bad = static_cast<quint32>(key.events().size());
    while (bad - good > 1) {
        const quint32 middle = good + (bad - good) / 2;
        Answer half = search(key.until(middle), options);
        found.steps += half.steps;
        if (half.isLinearizable == std::optional(true)) {
            good = middle;
            found.order = std::move(half.order);
        } else if (half.isLinearizable && half.stuckAt) {
            half.steps = found.steps;
            return half;
        } else if (half.isLinearizable) {
            bad = middle;
        } else {
            break;
        }
    }
    found.stuckAt = bad - 1;
    return found;
}

struct KeyJudgement
{
    Verdict verdict = Verdict::Unknown;
    QString reason; ///< of an unknown verdict
    std::size_t misfit = 0;
    std::vector<std::size_t> order;
    quint64 steps = 0;
};

KeyJudgement judge(const PreparedKey& key, const Options& options)
{
    KeyJudgement judgement;
    if (!key.contradiction().isEmpty()) {
        judgement.reason = key.contradiction();
        return judgement;
    }
    Answer answer = search(key, options);
    judgement.steps = answer.steps;
    if (!answer.isLinearizable) {
        judgement.reason = QStringLiteral("the search stopped after %1 steps").arg(QLocale::c().toString(answer.steps));
        return judgement;
    }
    judgement.verdict = *answer.isLinearizable ? Verdict::Linearizable : Verdict::NotLinearizable;
    if (*answer.isLinearizable)
        return judgement;
    if (!answer.stuckAt) {
        answer = firstStuck(key, options);
        judgement.steps += answer.steps;
    }
    judgement.misfit = key.steps()[key.events()[*answer.stuckAt].step].origin;
    for (const quint32 step : answer.order)
        judgement.order.push_back(key.steps()[step].origin);
    return judgement;
}

QString count(std::size_t number, const char* one, const char* many)
{
    return QLocale::c().toString(static_cast<qulonglong>(number)) + QLatin1Char(' ') +
           QLatin1String(number == 1 ? one : many);
}

/// Registers that have no name are named with none.
QString onKey(const QByteArray& key)
{
    return key.isEmpty() ? QString() : QStringLiteral("on key %1, ").arg(spoken(Value(key)));
}

/// What the misfit met: the last operation in the order that may have changed the value.
QString explanation(std::span<const Operation> history, const KeyJudgement& key)
{
    const Operation& misfit = history[key.misfit];
    QString sentence = QStringLiteral("Not linearizable: %1the %2 (%3) cannot be placed")
                           .arg(onKey(misfit.key), spoken(misfit), spokenTimes(misfit));
    const auto changes = [&](std::size_t place) {
        const Operation& operation = history[place];
        return operation.kind != Kind::Read && (operation.kind != Kind::CompareAndSet || operation.swapped);
    };
    const auto last = std::find_if(key.order.rbegin(), key.order.rend(), changes);
    if (key.order.empty())
        return sentence + QStringLiteral(": no operation can come before it.");
    sentence +=
        QStringLiteral("; the longest order without it has %1").arg(count(key.order.size(), "operation", "operations"));
    return sentence + (last == key.order.rend() ? QStringLiteral(", and none of them changed the value.")
                                                : QStringLiteral(", and the last to change the value was the %1 (%2).")
                                                      .arg(spoken(history[*last]), spokenTimes(history[*last])));
}

} // namespace

Judgement check(std::span<const Operation> history, const Options& options)
{
    Judgement judgement;
    if (history.empty()) {
        judgement.sentence = QStringLiteral("Unknown: there is no operation to judge.");
        return judgement;
    }
    std::map<QByteArrayView, std::vector<std::size_t>> keys;
    for (std::size_t place = 0; place < history.size(); ++place) {
        if (history[place].outcome == Outcome::Failed)
            continue;
        keys[history[place].key].push_back(place);
        ++judgement.operations;
    }
    judgement.keys = keys.size();
    QString unknown;
    for (const auto& [key, places] : keys) {
        KeyJudgement one = judge(PreparedKey(history, places, options.initial), options);
        judgement.steps += one.steps;
        if (one.verdict == Verdict::NotLinearizable) {
            judgement.verdict = Verdict::NotLinearizable;
            judgement.sentence = explanation(history, one);
            judgement.misfit = one.misfit;
            judgement.order = std::move(one.order);
            return judgement;
        }
        if (one.verdict == Verdict::Unknown && unknown.isEmpty())
            unknown = QStringLiteral("Unknown: %1%2.").arg(onKey(key.toByteArray()), one.reason);
    }
    if (unknown.isEmpty()) {
        judgement.verdict = Verdict::Linearizable;
        judgement.sentence =
            QStringLiteral("Linearizable: %1 on %2.")
                .arg(count(judgement.operations, "operation", "operations"), count(judgement.keys, "key", "keys"));
    } else {
        judgement.sentence = unknown;
    }
    return judgement;
}

} // namespace faultline::check
