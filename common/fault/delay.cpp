// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/delay.h"

#include <algorithm>
#include <bit>

namespace faultline::fault {

namespace {

constexpr int kMostStalls = 5;

/// -ln(u) for u uniform in (0, 1], in 2^-32ths.
quint64 drawMinusLogarithm(Random& random)
{
    constexpr quint64 kLn2 = 2'977'044'472; // ln 2 * 2^32
    const quint64 drawn = std::max<quint64>(random(), 1);
    // u = m * 2^-(zeros + 1), m in [1, 2) with 31 bits behind the point; log2 m comes out of squaring m, bit by bit.
    const auto zeros = static_cast<quint64>(std::countl_zero(drawn));
    quint64 m = (drawn << zeros) >> 32;
    quint64 fraction = 0;
    for (int bit = 0; bit < 32; ++bit) {
        m = (m * m) >> 31;
        fraction <<= 1;
        if (m >> 32) {
            m >>= 1;
            fraction |= 1;
        }
    }
    const quint64 minusLog2 = ((zeros + 1) << 32) - fraction; // at most 64 * 2^32
    return (minusLog2 >> 6) * kLn2 >> 26;
}

} // namespace

std::chrono::microseconds drawDelay(const LinkFault& fault, Random& random)
{
    const qint64 latency = fault.latency.count();
    const qint64 jitter = fault.jitter.count();
    if (jitter == 0)
        return fault.latency;
    switch (fault.distribution) {
    case Distribution::Constant:
        return fault.latency;
    case Distribution::Uniform: {
        const qint64 drawn = static_cast<qint64>(drawBelow(static_cast<quint64>(2 * jitter + 1), random)) - jitter;
        return std::chrono::microseconds(std::max<qint64>(0, latency + drawn));
    }
    case Distribution::Normal: {
        qint64 sum = 0; // in 2^-20ths
        for (int i = 0; i < 12; ++i)
            sum += static_cast<qint64>(random() >> 44);
        sum += 6; // the twelve lie half a step low on average
        const qint64 deviations = sum - (qint64(6) << 20);
        const qint64 drawn = (jitter * deviations + (qint64(1) << 19)) >> 20; // to the nearest
        return std::chrono::microseconds(std::max<qint64>(0, latency + drawn));
    }
    case Distribution::Exponential: {
        const quint64 drawn = drawMinusLogarithm(random) >> 12; // in 2^-20ths
        return std::chrono::microseconds(latency + static_cast<qint64>((static_cast<quint64>(jitter) * drawn) >> 20));
    }
    }
    Q_UNREACHABLE();
}

std::chrono::microseconds drawStall(const LinkFault& fault, Random& random)
{
    std::chrono::microseconds stall{0};
    std::chrono::microseconds pause = kRetransmissionPause;
    for (int lost = 0; lost < kMostStalls && happens(fault.stall, random); ++lost) {
        stall += pause;
        pause *= 2;
    }
    return stall;
}

std::chrono::microseconds longestDelay(const LinkFault& fault)
{
    int jitters = 0;
    switch (fault.distribution) {
    case Distribution::Constant:
        break;
    case Distribution::Uniform:
        jitters = 1;
        break;
    case Distribution::Normal:
        jitters = 6;
        break;
    case Distribution::Exponential:
        jitters = 45; // -ln 2^-64
        break;
    }
    const auto stall = fault.stall ? ((1 << kMostStalls) - 1) * kRetransmissionPause : std::chrono::microseconds(0);
    return fault.latency + jitters * fault.jitter + stall;
}

} // namespace faultline::fault
