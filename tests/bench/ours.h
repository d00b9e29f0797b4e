// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "system_under_test.h"

#include <memory>

namespace faultline::tests {
class BareNodes;
}

namespace faultline::bench {

/// Three faultline-node processes as a person starts them; for the failovers under a lab, which knows how to power off.
class Ours final : public SystemUnderTest
{
public:
    Ours();
    ~Ours() override;
    Result<std::optional<Measured>> measure(const RowSpec& row, const Amount& amount) override;

private:
    enum class Blow { Kill, Freeze, PowerOff };
    Result<Measured> throughput(const Shape& shape, const Amount& amount);
    Result<Measured> failovers(Blow blow, int rounds);
    Result<Measured> idle();
    Result<Measured> restarts(int rounds);

    std::unique_ptr<tests::BareNodes> m_nodes; ///< of the throughput rows, one cluster for all of them
};

} // namespace faultline::bench
