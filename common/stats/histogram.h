// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <array>
#include <chrono>
#include <optional>
#include <vector>

namespace faultline::stats {

/// How long things took, counted in buckets that get wider as durations grow, so that 3 µs and 3 s keep the same
/// relative precision. Log-linear as in HdrHistogram: 128 equal buckets an octave, from 1 µs to 64 s (26 octaves), so a
/// bucket is at most 0.8% wide; shorter durations count in the first bucket, longer ones in the last. The layout is the
/// same everywhere and never changes, so histograms of nodes, runs and versions merge by addition.
class Histogram
{
public:
    static constexpr int kBucketsPerOctave = 128;
    static constexpr int kOctaves = 26;
    static constexpr int kBucketCount = kBucketsPerOctave * kOctaves;

    void record(std::chrono::nanoseconds duration, quint64 times = 1);
    void add(const Histogram& other);
    /// What was recorded since `earlier`, which must be an older state of this same histogram.
    Histogram since(const Histogram& earlier) const;
    void clear();

    quint64 count() const { return m_count; }
    quint64 bucket(int index) const { return m_buckets[static_cast<std::size_t>(index)]; }
    /// Adds to one bucket, as read from the wire. Indexes outside the layout are ignored.
    void addToBucket(int index, quint64 times);

    /// The upper edge of the bucket that holds the given share (0..1) of all samples. Nothing when fewer than 10
    /// samples lie beyond it: such a percentile is an anecdote. (p50 needs 20 samples, p99 needs 1000.)
    std::optional<std::chrono::nanoseconds> percentile(double share) const;
    /// The same without that rule, for a live chart that draws what there is. Nothing only when empty.
    std::optional<std::chrono::nanoseconds> percentileOfFew(double share) const;
    std::optional<std::chrono::nanoseconds> max() const;

    static int bucketOf(std::chrono::nanoseconds duration);
    static std::chrono::nanoseconds upperEdge(int bucket);

private:
    std::array<quint64, kBucketCount> m_buckets{};
    quint64 m_count = 0;
};

} // namespace faultline::stats
