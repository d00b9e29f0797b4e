// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/check/history.h"
#include "common/result/result.h"

#include <map>

namespace faultline::check {

/// Makes operations of a log of events: a process calls, and later one line says what became of it.
class EventPairs
{
public:
    enum class Type { Invoke, Ok, Fail, Info };
    struct Event
    {
        quint64 process = 0;
        Type type = Type::Invoke;
        Kind kind = Kind::Read;
        QByteArray key;
        Value value;    ///< argument of a call, result of a read
        Value expected; ///< of a compare-and-set
        bool timedOut = false;
    };

    /// The error says what does not go together, without the line.
    Result<void> add(const Event& event);

    /// What is still open has an unknown outcome.
    History take() { return std::move(m_history); }

private:
    History m_history;
    std::map<quint64, std::size_t> m_open; ///< by process
    qint64 m_time = 0;
};

} // namespace faultline::check
