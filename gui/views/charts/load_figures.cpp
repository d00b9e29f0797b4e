// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/load_figures.h"

#include <algorithm>

namespace faultline::views {
namespace {

constexpr std::chrono::milliseconds kLeastCovered{100};

std::optional<double> milliseconds(std::optional<std::chrono::nanoseconds> duration)
{
    if (!duration)
        return std::nullopt;
    return std::chrono::duration<double, std::milli>(*duration).count();
}

lab::Monotonic gridAfter(lab::Monotonic time)
{
    const std::chrono::microseconds step = kFigureStep;
    return step * (time / step + 1);
}

} // namespace

std::optional<LoadPoint> pointAt(const std::deque<lab::LoadRecord>& load, lab::Monotonic at)
{
    const lab::Monotonic from = at - kFigureWindow;
    LoadPoint point;
    point.at = at;
    stats::Histogram latency;
    std::chrono::microseconds covered{0};
    for (auto slice = load.rbegin(); slice != load.rend() && slice->to > from; ++slice) {
        const std::chrono::microseconds inside = std::min(slice->to, at) - std::max(slice->from, from);
        if (inside.count() <= 0)
            continue;
        const double share =
            static_cast<double>(inside.count()) / static_cast<double>((slice->to - slice->from).count());
        covered += inside;
        point.offered += share * static_cast<double>(slice->offered);
        point.ok += share * static_cast<double>(slice->ok);
        point.failed += share * static_cast<double>(slice->failed);
        point.unknown += share * static_cast<double>(slice->unknown);
        if (share > 0.5)
            latency.add(slice->latency);
    }
    if (covered < kLeastCovered)
        return std::nullopt;
    const double seconds = std::chrono::duration<double>(covered).count();
    for (double* rate : {&point.offered, &point.ok, &point.failed, &point.unknown})
        *rate /= seconds;
    point.p50_ms = milliseconds(latency.percentileOfFew(0.5));
    point.p99_ms = milliseconds(latency.percentileOfFew(0.99));
    point.max_ms = milliseconds(latency.max());
    return point;
}

void LoadFigures::follow(const std::deque<lab::LoadRecord>& load)
{
    if (load.empty())
        return;
    const lab::Monotonic newest = load.back().to;
    if (m_next.count() == 0 || m_next < load.front().from)
        m_next = gridAfter(load.front().from + kLeastCovered);
    for (; m_next <= newest; m_next += kFigureStep) {
        if (const auto point = pointAt(load, m_next))
            m_points.push_back(*point);
    }
    while (!m_points.empty() && newest - m_points.front().at > m_kept)
        m_points.pop_front();
}

void LoadFigures::clear()
{
    m_points.clear();
    m_next = {};
}

} // namespace faultline::views
