// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/axis_range.h"

#include <algorithm>
#include <cmath>

namespace faultline::views {
namespace {

constexpr double kLeastTop = 5;
constexpr double kSmallestDecade = 0.01;
constexpr double kLargestDecade = 100'000;

double roundUp(double value)
{
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.0, 2.0, 3.0, 5.0}) {
        if (value <= step * power * 1.0001)
            return step * power;
    }
    return 10 * power;
}

} // namespace

AxisSpan roundSpan(AxisKind kind, double smallest, double largest)
{
    if (kind == AxisKind::Linear)
        return {0, roundUp(std::max(kLeastTop, largest * 1.08))};
    const double least = std::clamp(smallest, kSmallestDecade, kLargestDecade / 10);
    const double most = std::clamp(largest, least, kLargestDecade);
    const double low = std::pow(10, std::floor(std::log10(least) + 1e-9));
    double high = std::pow(10, std::ceil(std::log10(most) - 1e-9));
    if (high < low * 50)
        high = low * 100;
    return {low, high};
}

std::vector<double> ticks(AxisKind kind, const AxisSpan& span)
{
    std::vector<double> values;
    if (kind == AxisKind::Decades) {
        for (double value = span.low; value <= span.high * 1.001; value *= 10)
            values.push_back(value);
        return values;
    }
    const double power = std::pow(10, std::floor(std::log10(span.high) + 1e-9));
    const double lead = std::round(span.high / power);
    const double parts = lead == 2 ? 4 : lead == 3 ? 3 : 5;
    for (double i = 0; i <= parts; ++i)
        values.push_back(span.high * i / parts);
    return values;
}

std::vector<double> timeTicks(double low, double high, int most)
{
    double step = 0;
    for (const double candidate :
         {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0}) {
        step = candidate;
        if ((high - low) / step + 1 <= most)
            break;
    }
    std::vector<double> moments;
    for (double moment = std::ceil(low / step - 1e-9) * step; moment <= high + 1e-9 && moments.size() < 64;
         moment += step)
        moments.push_back(moment);
    return moments;
}

const AxisSpan& HeldSpan::follow(double smallest, double largest, lab::Monotonic now)
{
    const AxisSpan needed = roundSpan(m_kind, smallest, largest);
    const bool wider = needed.high > m_span.high || needed.low < m_span.low;
    if (m_fresh || wider) {
        if (m_fresh)
            m_span = needed;
        else
            m_span = {std::min(m_span.low, needed.low), std::max(m_span.high, needed.high)};
        m_fresh = false;
        m_neededAt = now;
    } else if (needed == m_span) {
        m_neededAt = now;
    } else if (now - m_neededAt > kShrinksAfter) {
        m_span = needed;
        m_neededAt = now;
    }
    return m_span;
}

} // namespace faultline::views
