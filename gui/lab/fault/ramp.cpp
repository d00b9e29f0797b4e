// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/fault/ramp.h"

#include <cmath>

namespace faultline::lab {

double Ramp::between(double from, double to) const
{
    if (done())
        return to;
    return from + (to - from) * double(m_passed.count()) / double(m_over.count());
}

fault::LinkFault Ramp::between(const fault::LinkFault& from, const fault::LinkFault& to) const
{
    const auto duration = [this](std::chrono::microseconds a, std::chrono::microseconds b) {
        return std::chrono::microseconds(std::llround(between(double(a.count()), double(b.count()))));
    };
    const auto share = [this](fault::Share a, fault::Share b) {
        return fault::Share{static_cast<quint32>(std::lround(between(a.millionths, b.millionths)))};
    };
    fault::LinkFault now = to;
    now.latency = duration(from.latency, to.latency);
    now.jitter = duration(from.jitter, to.jitter);
    now.loss = share(from.loss, to.loss);
    now.duplicate = share(from.duplicate, to.duplicate);
    now.corrupt = share(from.corrupt, to.corrupt);
    now.reorder = share(from.reorder, to.reorder);
    now.stall = share(from.stall, to.stall);
    if (from.bandwidth > 0 && to.bandwidth > 0)
        now.bandwidth = static_cast<quint64>(std::llround(between(double(from.bandwidth), double(to.bandwidth))));
    if (now.jitter.count() > 0 && now.distribution == fault::Distribution::Constant)
        now.distribution = from.distribution;
    return now;
}

} // namespace faultline::lab
