// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/schedule.h"

#include <QString>

#include <bit>
#include <functional>

namespace faultline::sim {

/// What happened, twice: as one hash over every event of the run, by which two runs are known to be the same, and, when
/// somebody wants to read it, as a story. Who reads gets each line at once, so that the last ones before a crash are
/// not lost; the hash is the same with and without.
class Trace
{
public:
    using Reader = std::function<void(const QString& line)>;

    explicit Trace(Reader reader)
        : m_reader(std::move(reader))
    {}

    /// Something happened at this time, which is as much a part of it as what it was.
    void add(Instant at, quint64 value)
    {
        mix(static_cast<quint64>(at.count()));
        mix(value);
    }
    quint64 hash() const { return m_hash ^ (m_hash >> 32); }

    /// Ask this before putting words together.
    bool tells() const { return m_reader != nullptr; }
    /// "tick 1204.3  n2  becomes leader of term 7: ..."
    void tell(Instant at, const QString& who, const QString& what);

private:
    void mix(quint64 value) { m_hash = (std::rotl(m_hash, 23) ^ value) * 0x9fb21c651e98df25; }

    quint64 m_hash = 0x2545f4914f6cdd1d;
    Reader m_reader;
};

} // namespace faultline::sim
