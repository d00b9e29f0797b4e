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

/// One line of names: what it has got so far.
struct Row
{
    Band* last = nullptr;
    double free = 0;       ///< from here on to the right
    double freeBefore = 0; ///< the same but for the last name

    void put(Band& band, const BandSpace& space)
    {
        const double perSecond = space.pixels / (space.high - space.low);
        const double width = space.textWidth(band.text + moreText(band));
        band.textAt = std::max(freeBefore, std::min((band.from - space.low) * perSecond + 4, space.pixels - width));
        band.textWidth = std::min(width, space.pixels - band.textAt);
        free = band.textAt + band.textWidth + kTextGap;
    }
};

void placeNames(std::vector<Band>& bands, const BandSpace& space)
{
    std::array<Row, kMostBandRows> rows{};
    for (Band& band : bands) {
        Row trial;
        trial.put(band, space);
        const auto row =
            std::find_if(rows.begin(), rows.end(), [&band](const Row& some) { return some.free <= band.textAt; });
        if (row == rows.end()) {
            band.row = -1;
            ++rows.back().last->more;
            rows.back().put(*rows.back().last, space);
            continue;
        }
        band.row = static_cast<int>(row - rows.begin());
        row->last = &band;
        row->freeBefore = row->free;
        row->put(band, space);
    }
}

} // namespace

QStringList namesAt(const std::vector<Band>& bands, double seconds)
{
    constexpr int kMostNames = 6;
    QStringList names;
    for (const Band& band : bands) {
        if (band.from <= seconds && seconds <= band.to)
            names += band.text;
    }
    if (names.size() <= kMostNames)
        return names;
    const auto left = names.size() - kMostNames;
    return names.mid(0, kMostNames) << QStringLiteral("%1 more").arg(left);
}

QString moreText(const Band& band)
{
    return band.more == 0 ? QString() : QStringLiteral(" · %1 more").arg(band.more);
}

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

std::vector<Stretch> stretchesOf(const std::vector<Band>& bands)
{
    std::vector<std::pair<double, int>> edges;
    for (const Band& band : bands) {
        if (band.pause)
            continue;
        edges.emplace_back(band.from, 1);
        edges.emplace_back(band.to, -1);
    }
    std::sort(edges.begin(), edges.end());
    std::vector<Stretch> stretches;
    int depth = 0;
    double since = 0;
    for (const auto& [at, step] : edges) {
        const int layers = std::min(depth, kMostLayers);
        if (layers > 0 && at > since) {
            if (!stretches.empty() && stretches.back().to == since && stretches.back().layers == layers)
                stretches.back().to = at;
            else
                stretches.push_back({since, at, layers});
        }
        since = at;
        depth += step;
    }
    return stretches;
}

} // namespace faultline::views
