// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/message.h"

namespace faultline::node {

/// How a group reaches the other members. Delivery is not promised: messages may be lost, late, doubled or out of
/// order.
class Transport
{
public:
    virtual ~Transport() = default;
    virtual void send(const raft::Message& message) = 0;
};

} // namespace faultline::node
