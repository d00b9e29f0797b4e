// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/event_pairs.h"

namespace faultline::check {

Result<void> EventPairs::add(const Event& event)
{
    ++m_time;
    const auto open = m_open.find(event.process);
    if (event.type == Type::Invoke) {
        if (open != m_open.end())
            return Error{QStringLiteral("process %1 calls, but its last call has not returned").arg(event.process)};
        Operation operation;
        operation.client = event.process;
        operation.key = event.key;
        operation.kind = event.kind;
        operation.called = m_time;
        if (event.kind != Kind::Read)
            operation.argument = event.value;
        operation.expected = event.expected;
        m_open.emplace(event.process, m_history.size());
        m_history.push_back(operation);
        return {};
    }
    if (open == m_open.end())
        return Error{QStringLiteral("process %1 returns, but it has not called").arg(event.process)};
    Operation& operation = m_history[open->second];
    if (operation.kind != event.kind || operation.key != event.key)
        return Error{QStringLiteral("process %1 returns from something else than it called").arg(event.process)};
    m_open.erase(open);
    operation.returned = m_time;
    if (event.type == Type::Info || (event.type == Type::Fail && event.timedOut))
        return {};
    operation.outcome = Outcome::Ok;
    if (event.type == Type::Ok && event.kind == Kind::Read) {
        operation.result = event.value;
    } else if (event.type == Type::Fail) {
        operation.outcome = event.kind == Kind::CompareAndSet ? Outcome::Ok : Outcome::Failed;
        operation.swapped = event.kind != Kind::CompareAndSet;
    }
    return {};
}

} // namespace faultline::check
