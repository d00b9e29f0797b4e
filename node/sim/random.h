// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <algorithm>
#include <array>
#include <bit>

namespace faultline::sim {

/// Where every choice of a run comes from: xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64. Whole numbers
/// only, so that a seed means the same run in every build on every machine; the standard's distributions promise no
/// such thing.
class Random
{
public:
    explicit Random(quint64 seed)
    {
        for (quint64& word : m_state)
            word = splitmix(seed);
    }

    quint64 next()
    {
        const quint64 result = std::rotl(m_state[1] * 5, 7) * 9;
        const quint64 shifted = m_state[1] << 17;
        m_state[2] ^= m_state[0];
        m_state[3] ^= m_state[1];
        m_state[1] ^= m_state[2];
        m_state[0] ^= m_state[3];
        m_state[2] ^= shifted;
        m_state[3] = std::rotl(m_state[3], 45);
        return result;
    }

    /// Below `bound`, which is 1 to 2^32; a bias of less than one in 2^32 is of no matter here.
    quint64 below(quint64 bound) { return ((next() >> 32) * bound) >> 32; }
    /// From `low` to `high`, both included.
    int between(int low, int high) { return low + static_cast<int>(below(static_cast<quint64>(high - low) + 1)); }
    bool oneIn(quint64 many) { return below(many) == 0; }
    bool percent(quint64 share) { return below(100) < share; }
    /// From `low` to `high` (1 or more) so that each doubling is as likely as the next: wildly varied.
    int spread(int low, int high)
    {
        int doublings = 0;
        while ((low << (doublings + 1)) <= high)
            ++doublings;
        const int from = low << below(static_cast<quint64>(doublings) + 1);
        return between(from, std::min(high, 2 * from));
    }

    /// A generator of its own for one part of the world, so that one part's draws do not shift another's.
    Random branch() { return Random(next()); }

    static quint64 splitmix(quint64& state)
    {
        state += 0x9e3779b97f4a7c15;
        quint64 mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }

private:
    std::array<quint64, 4> m_state;
};

} // namespace faultline::sim
