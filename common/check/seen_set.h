// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <vector>

namespace faultline::check {

/// 128 bits that stand for a set of steps and a state. Steps are added and taken away in any order (Zobrist, 1970).
struct Fingerprint
{
    quint64 high = 0;
    quint64 low = 0;

    static quint64 mixed(quint64 value)
    {
        value += 0x9e37'79b9'7f4a'7c15ULL; // splitmix64
        value = (value ^ (value >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
        value = (value ^ (value >> 27)) * 0x94d0'49bb'1331'11ebULL;
        return value ^ (value >> 31);
    }
    void toggle(quint32 step)
    {
        high ^= mixed(2 * quint64(step));
        low ^= mixed(2 * quint64(step) + 1);
    }
    Fingerprint with(quint64 state) const
    {
        return {high ^ mixed(state ^ 0x5bd1'e995'a5a5'0f0fULL), low ^ mixed(state + 0x2545'f491'4f6c'dd1dULL)};
    }
};

/// Fingerprints that were seen. Two different ones of ten million are taken for the same with a chance of less than one
/// in 10^24.
class SeenSet
{
public:
    /// False when it was there already.
    bool insert(Fingerprint fingerprint)
    {
        if (2 * (m_count + 1) > m_slots.size())
            grow();
        fingerprint.low |= 1; // so that none is the empty slot
        Fingerprint& slot = find(fingerprint);
        if (slot.low != 0)
            return false;
        slot = fingerprint;
        ++m_count;
        return true;
    }
    std::size_t size() const { return m_count; }

private:
    Fingerprint& find(const Fingerprint& fingerprint)
    {
        const std::size_t mask = m_slots.size() - 1;
        std::size_t at = fingerprint.high & mask;
        while (m_slots[at].low != 0 && (m_slots[at].high != fingerprint.high || m_slots[at].low != fingerprint.low))
            at = (at + 1) & mask;
        return m_slots[at];
    }
    void grow()
    {
        std::vector<Fingerprint> old(m_slots.empty() ? 64 : 2 * m_slots.size());
        old.swap(m_slots);
        for (const Fingerprint& fingerprint : old) {
            if (fingerprint.low != 0)
                find(fingerprint) = fingerprint;
        }
    }

    std::vector<Fingerprint> m_slots;
    std::size_t m_count = 0;
};

} // namespace faultline::check
