// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/shrinker.h"

#include "node/sim/isolated_runs.h"

#include <algorithm>

namespace faultline::sim {

namespace {

class Search
{
public:
    Search(SeedRun run, Violation violation, int atMost)
        : m_best{std::move(run), std::move(violation), 0}
        , m_atMost(atMost)
    {}

    Shrunk run()
    {
        shorten();
        for (std::size_t before = 0; before != m_best.run.plan.size() && !isOver();) {
            before = m_best.run.plan.size();
            leaveOut();
        }
        makeBriefer();
        shorten();
        return m_best;
    }

private:
    bool isOver() const { return m_best.tried >= m_atMost; }

    /// Whether it still shows; then it is the best so far.
    bool accept(SeedRun candidate)
    {
        if (isOver())
            return false;
        ++m_best.tried;
        const Told told =
            runAndTell([&](quint64, const Trace::Reader& reader) { return perform(candidate, reader); }, 0, 0);
        const auto& seen = told.result.violation;
        if (!seen || seen->check != m_best.violation.check)
            return false;
        m_best.run = std::move(candidate);
        m_best.violation = *seen;
        return true;
    }

    /// No more ticks than it takes, and no fault behind them.
    void shorten()
    {
        const auto tick = static_cast<int>(m_best.violation.tick);
        if (tick > 0 && tick < m_best.run.ticks)
            accept(endingAt(tick + 1));
        for (int ticks = m_best.run.ticks / 2; ticks > 0 && accept(endingAt(ticks)); ticks = m_best.run.ticks / 2) {
        }
    }

    SeedRun endingAt(int ticks) const
    {
        SeedRun candidate = m_best.run;
        candidate.ticks = ticks;
        std::erase_if(candidate.plan, [ticks](const PlannedFault& fault) { return fault.tick >= ticks; });
        return candidate;
    }

    void leaveOut()
    {
        for (std::size_t length = std::max<std::size_t>(1, m_best.run.plan.size() / 2); length > 0; length /= 2) {
            for (std::size_t from = 0; from < m_best.run.plan.size() && !isOver();) {
                SeedRun candidate = m_best.run;
                const auto first = candidate.plan.begin() + static_cast<qsizetype>(from);
                const auto left = static_cast<std::size_t>(candidate.plan.end() - first);
                candidate.plan.erase(first, first + static_cast<qsizetype>(std::min(length, left)));
                if (!accept(std::move(candidate)))
                    from += length;
            }
        }
    }

    void makeBriefer()
    {
        for (std::size_t i = 0; i < m_best.run.plan.size(); ++i) {
            while (m_best.run.plan[i].lasts > 1) {
                SeedRun candidate = m_best.run;
                candidate.plan[i].lasts /= 2;
                if (!accept(std::move(candidate)))
                    break;
            }
        }
    }

    Shrunk m_best;
    int m_atMost;
};

} // namespace

Shrunk shrink(SeedRun run, Violation violation, int atMost)
{
    return Search(std::move(run), std::move(violation), atMost).run();
}

} // namespace faultline::sim
