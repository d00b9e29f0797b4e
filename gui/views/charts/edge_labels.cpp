// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/charts/edge_labels.h"

#include <algorithm>
#include <numeric>

namespace faultline::views {

std::vector<double> spreadLabels(const std::vector<double>& wanted, double height, double top, double bottom)
{
    const std::size_t count = wanted.size();
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });

    const double room = bottom - top;
    const double step = count > 0 ? std::min(height, room / static_cast<double>(count)) : height;

    struct Block
    {
        double sum;  ///< of (wanted - offset inside the block)
        double size; ///< labels in it
        double start() const { return sum / size; }
    };
    std::vector<Block> blocks;
    for (const std::size_t index : order) {
        blocks.push_back({wanted[index], 1});
        while (blocks.size() > 1) {
            const Block& last = blocks.back();
            Block& before = blocks[blocks.size() - 2];
            if (before.start() + before.size * step <= last.start())
                break;
            before.sum += last.sum - before.size * step * last.size;
            before.size += last.size;
            blocks.pop_back();
        }
    }

    std::vector<double> sorted;
    for (const Block& block : blocks) {
        for (double i = 0; i < block.size; ++i)
            sorted.push_back(block.start() + i * step);
    }
    for (std::size_t i = 0; i < count; ++i)
        sorted[i] = std::max(sorted[i], top + step / 2 + static_cast<double>(i) * step);
    for (std::size_t i = 0; i < count; ++i)
        sorted[i] = std::min(sorted[i], bottom - step / 2 - static_cast<double>(count - 1 - i) * step);

    std::vector<double> placed(count);
    for (std::size_t i = 0; i < count; ++i)
        placed[order[i]] = sorted[i];
    return placed;
}

} // namespace faultline::views
