// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/fault_pipeline.h"

#include <QTest>

#include <algorithm>
#include <cmath>

namespace faultline::fault {

using Fate = FaultPipeline::Fate;
using Instant = FaultPipeline::Instant;

constexpr int kMany = 100'000;

/// Pushes as many messages as asked for, each numbered by its tag, at equal intervals on virtual time, and pops each
/// delivery at the very moment it is due.
struct Run
{
    struct Arrival
    {
        Instant at;
        FaultPipeline::Delivery delivery;
    };

    std::vector<Arrival> arrivals;
    std::vector<Fate> fates;

    Run(const LinkFault& fault, int messages, Instant interval, quint64 seed = 1, const QByteArray& text = "message")
    {
        Random random(seed);
        FaultPipeline pipeline;
        pipeline.setFault(fault, Instant(0));
        for (int i = 0; i < messages; ++i) {
            const Instant now = i * interval;
            popUntil(pipeline, now);
            fates.push_back(pipeline.push(text, quint64(i), now, random));
        }
        popUntil(pipeline, Instant::max());
        m_drawn = random();
        m_untouched = Random(seed)();
    }

    bool drewNothing() const { return m_drawn == m_untouched; }
    qsizetype count(auto&& which) const { return std::count_if(arrivals.begin(), arrivals.end(), which); }
    std::vector<quint64> tags() const
    {
        std::vector<quint64> tags;
        for (const Arrival& arrival : arrivals)
            tags.push_back(arrival.delivery.tag);
        return tags;
    }

private:
    void popUntil(FaultPipeline& pipeline, Instant now)
    {
        for (auto due = pipeline.nextDue(); due && *due <= now; due = pipeline.nextDue()) {
            if (pipeline.pop(*due - Instant(1)))
                QFAIL("a message came early");
            auto delivery = pipeline.pop(*due);
            QVERIFY2(delivery, "a message came late");
            arrivals.push_back({*due, *std::move(delivery)});
        }
    }

    quint64 m_drawn = 0;
    quint64 m_untouched = 0;
};

/// Whether so many of all is within five standard deviations of the share.
inline bool isShare(qsizetype happened, double share, double all = kMany)
{
    const double deviation = std::sqrt(all * share * (1 - share));
    const bool is = std::abs(double(happened) - all * share) <= 5 * deviation;
    if (!is)
        qWarning("%lld of %.0f happened, not %.4f%%", qlonglong(happened), all, share * 100);
    return is;
}

} // namespace faultline::fault
