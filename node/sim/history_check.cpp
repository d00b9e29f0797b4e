// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/history_check.h"

namespace faultline::sim {

namespace {

/// A history of one run is short; one that takes longer is hopeless, and is left undecided.
constexpr quint64 kMaxSteps = 1'000'000;

check::Value valueOf(quint64 number)
{
    return number == 0 ? check::Value() : check::Value(QByteArray::number(number));
}

} // namespace

check::Judgement judge(const std::vector<Call>& calls, Verdict& verdict, Instant at)
{
    check::History history;
    history.reserve(calls.size());
    for (const Call& call : calls) {
        const bool isRead = call.kind == Call::Kind::Get;
        if (call.end == Call::End::NotDone || (isRead && call.end != Call::End::Done))
            continue;
        check::Operation operation;
        operation.client = call.client;
        operation.key = QByteArray::number(call.key);
        operation.kind = isRead ? check::Kind::Read : check::Kind::Write;
        (isRead ? operation.result : operation.argument) = valueOf(call.value);
        operation.outcome = call.end == Call::End::Done ? check::Outcome::Ok : check::Outcome::Unknown;
        operation.called = call.calledAt.count();
        operation.returned = call.returnedAt.count();
        history.push_back(std::move(operation));
    }
    check::Options options;
    options.maxSteps = kMaxSteps;
    check::Judgement judgement = check::check(history, options);
    if (judgement.verdict == check::Verdict::Linearizable && judgement.operations > judgement.keys)
        verdict.saw(Check::Linearizable);
    if (judgement.verdict == check::Verdict::NotLinearizable)
        verdict.fail(Check::Linearizable, at, judgement.sentence);
    return judgement;
}

} // namespace faultline::sim
