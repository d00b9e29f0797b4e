// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/cluster/port_block.h"
#include "system_under_test.h"

#include <QProcess>
#include <QTemporaryDir>

namespace faultline::bench {

/// One redis-server alone, which syncs before it answers (appendfsync always): no replication, and so no failover.
class Redis final : public SystemUnderTest
{
public:
    ~Redis() override;
    Result<std::optional<Measured>> measure(const RowSpec& row, const Amount& amount) override;

private:
    Result<void> start(); ///< and waits until it serves
    void launch();
    void end();
    Result<Measured> restarts(int rounds);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<lab::PortBlock> m_ports;
    std::unique_ptr<QProcess> m_process;
};

} // namespace faultline::bench
