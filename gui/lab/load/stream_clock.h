// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/control.h"

#include <chrono>
#include <optional>

namespace faultline::lab {

/// The cluster's own time, on which the faults of a stream run: slower with the pace, standing still while held.
class StreamClock
{
public:
    using Instant = std::chrono::microseconds; ///< of cluster time

    void setPace(const wire::Pace& pace);
    Instant now() const;
    bool isHeld() const { return m_held; }
    /// Wall time until `due`, 0 when it has passed; nothing while it stands still.
    std::optional<std::chrono::microseconds> wallUntil(Instant due) const;

private:
    Instant m_anchor{0};
    std::chrono::microseconds m_wallAnchor{0};
    quint32 m_factor = 1;
    bool m_held = false;
};

} // namespace faultline::lab
