// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/cluster/port_block.h"
#include "system_under_test.h"

#include <QProcess>
#include <QTemporaryDir>

#include <array>

namespace faultline::bench {

/// Three etcd members with everything as it comes. Spoken to by its HTTP gateway, under wrk; `etcdctl check perf`
/// speaks gRPC, but only of writes, in loads of its own and with 1 KiB.
class Etcd final : public SystemUnderTest
{
public:
    ~Etcd() override;
    Result<std::optional<Measured>> measure(const RowSpec& row, const Amount& amount) override;

private:
    static constexpr std::size_t kMembers = 3;
    struct Member
    {
        std::optional<lab::PortBlock> ports;
        std::unique_ptr<QProcess> process;
    };

    Result<void> start(); ///< and waits until it serves
    void launch(std::size_t member);
    void end();
    std::vector<quint16> ports() const;
    /// Which member leads; an error when none says so within a minute.
    Result<std::size_t> leader() const;
    Result<Measured> throughput(const Shape& shape, const Amount& amount);
    Result<Measured> failovers(bool freeze, int rounds);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::array<Member, kMembers> m_members;
};

} // namespace faultline::bench
