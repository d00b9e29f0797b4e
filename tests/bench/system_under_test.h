// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "figures.h"
#include "throughput.h"

#include <optional>

namespace faultline::bench {

/// One of those that are compared. Starts its own processes and ends them with itself, so that no two of them run at
/// the same time.
class SystemUnderTest
{
public:
    virtual ~SystemUnderTest() = default;

    /// Nothing for a row that makes no sense here.
    virtual Result<std::optional<Measured>> measure(const RowSpec& row, const Amount& amount) = 0;
};

} // namespace faultline::bench
