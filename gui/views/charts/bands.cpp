// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/bands.h"

#include <algorithm>
#include <array>

namespace faultline::views {
namespace {

constexpr double kTextGap = 8;

double secondsFrom(lab::Monotonic zero, lab::Monotonic time)
{
    return std::chrono::duration<double>(time - zero).count();
}

/// Nothing when none of it is in sight.
std::optional<Band> cutTo(const BandSpace& space, lab::Monotonic from, std::optional<lab::Monotonic> to)
{
    Band band;
    const double begin = secondsFrom(space.zero, from);
    const double end = to ? secondsFrom(space.zero, *to) : space.high;
    if (end <= space.low || begin >= space.high)
        return std::nullopt;
    band.begins = begin >= space.low;
    band.from = std::max(begin, space.low);
    band.to = std::min(std::max(end, band.from), space.high);
    return band;
}

void placeNames(std::vector<Band>& bands, const BandSpace& space)
{
    const double perSecond = space.pixels / (space.high - space.low);
    std::array<double, kMostBandRows> taken{};
    taken.fill(-1e9);
    for (Band& band : bands) {
        band.textWidth = std::min(space.textWidth(band.text), space.pixels);
        band.textAt =
            std::clamp((band.from - space.low) * perSecond + 4, 0.0, std::max(0.0, space.pixels - band.textWidth));
        band.row = -1;
        for (int row = 0; row < kMostBandRows; ++row) {
            double& end = taken[static_cast<std::size_t>(row)];
            if (end + kTextGap > band.textAt)
                continue;
            band.row = row;
            end = band.textAt + band.textWidth;
            break;
        }
    }
}

} // namespace

QString bandText(const lab::FaultRecord& fault)
{
    QString text = fault.name;
    if (fault.leaderAfter)
        text += QStringLiteral(" · leader %1").arg(lab::spokenDuration(*fault.leaderAfter));
    if (fault.writeAfter)
        text += QStringLiteral(" · write %1").arg(lab::spokenDuration(*fault.writeAfter));
    return text;
}

std::vector<Band> bandsOf(const std::deque<lab::FaultRecord>& faults, const std::deque<lab::PauseRecord>& pauses,
                          const BandSpace& space)
{
    std::vector<Band> bands;
    for (const lab::PauseRecord& pause : pauses) {
        if (auto band = cutTo(space, pause.from, pause.to)) {
            band->pause = true;
            band->text = pause.reason;
            bands.push_back(*band);
        }
    }
    for (const lab::FaultRecord& fault : faults) {
        if (auto band = cutTo(space, fault.from, fault.to)) {
            band->text = bandText(fault);
            if (fault.writeAfter) {
                const double recovered = secondsFrom(space.zero, fault.from + *fault.writeAfter);
                if (recovered > space.low && recovered < space.high)
                    band->recovered = recovered;
            }
            bands.push_back(*band);
        }
    }
    std::stable_sort(bands.begin(), bands.end(), [](const Band& a, const Band& b) { return a.from < b.from; });
    placeNames(bands, space);
    return bands;
}

} // namespace faultline::views
