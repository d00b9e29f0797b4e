// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/stats/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace faultline::stats {

using std::chrono::nanoseconds;

int Histogram::bucketOf(nanoseconds duration)
{
    const qint64 ns = duration.count();
    if (ns < 1000)
        return 0;
    const auto microseconds = static_cast<quint64>(ns) / 1000;
    const int octave = static_cast<int>(std::bit_width(microseconds)) - 1;
    if (octave >= kOctaves)
        return kBucketCount - 1;
    const quint64 base = quint64(1000) << octave;
    const auto within = static_cast<int>((static_cast<quint64>(ns) - base) * kBucketsPerOctave / base);
    return octave * kBucketsPerOctave + within;
}

nanoseconds Histogram::upperEdge(int bucket)
{
    const int octave = bucket / kBucketsPerOctave;
    const int within = bucket % kBucketsPerOctave;
    const quint64 base = quint64(1000) << octave;
    return nanoseconds(static_cast<qint64>(base + base * static_cast<quint64>(within + 1) / kBucketsPerOctave));
}

void Histogram::record(nanoseconds duration, quint64 times)
{
    m_buckets[static_cast<std::size_t>(bucketOf(duration))] += times;
    m_count += times;
}

void Histogram::add(const Histogram& other)
{
    for (std::size_t i = 0; i < m_buckets.size(); ++i)
        m_buckets[i] += other.m_buckets[i];
    m_count += other.m_count;
}

Histogram Histogram::since(const Histogram& earlier) const
{
    Histogram difference;
    for (std::size_t i = 0; i < m_buckets.size(); ++i)
        difference.m_buckets[i] = m_buckets[i] - std::min(m_buckets[i], earlier.m_buckets[i]);
    difference.m_count = m_count - std::min(m_count, earlier.m_count);
    return difference;
}

void Histogram::clear()
{
    m_buckets.fill(0);
    m_count = 0;
}

void Histogram::addToBucket(int index, quint64 times)
{
    if (index < 0 || index >= kBucketCount)
        return;
    m_buckets[static_cast<std::size_t>(index)] += times;
    m_count += times;
}

std::optional<nanoseconds> Histogram::percentile(double share) const
{
    if (static_cast<double>(m_count) * (1.0 - share) < 10.0 - 1e-9)
        return std::nullopt;
    return percentileOfFew(share);
}

std::optional<nanoseconds> Histogram::percentileOfFew(double share) const
{
    if (m_count == 0)
        return std::nullopt;
    const auto rank = std::max<quint64>(1, static_cast<quint64>(std::ceil(share * static_cast<double>(m_count))));
    quint64 seen = 0;
    for (int i = 0; i < kBucketCount; ++i) {
        seen += m_buckets[static_cast<std::size_t>(i)];
        if (seen >= rank)
            return upperEdge(i);
    }
    return upperEdge(kBucketCount - 1);
}

std::optional<nanoseconds> Histogram::max() const
{
    for (int i = kBucketCount - 1; i >= 0; --i) {
        if (m_buckets[static_cast<std::size_t>(i)] != 0)
            return upperEdge(i);
    }
    return std::nullopt;
}

} // namespace faultline::stats
