// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QLockFile>

#include <memory>

namespace faultline::lab {

/// Three neighbouring ports of 127.0.0.1 for one node, ours until this goes: a lock file keeps other labs away, also
/// while the node is down, so that it comes back where it was; those of all users of the machine are in one folder.
/// The ports lie below the range from which the kernel picks ports for outgoing connections.
class PortBlock
{
public:
    static constexpr quint16 kFirst = 20'000;
    static constexpr quint16 kLast = 31'999;

    static Result<PortBlock> claim();

    quint16 client() const { return m_base; }
    quint16 peer() const { return static_cast<quint16>(m_base + 1); }
    quint16 control() const { return static_cast<quint16>(m_base + 2); }

private:
    PortBlock(quint16 base, std::unique_ptr<QLockFile> lock)
        : m_base(base)
        , m_lock(std::move(lock))
    {}

    quint16 m_base;
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace faultline::lab
