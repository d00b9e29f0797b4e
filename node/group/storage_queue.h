// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <functional>

namespace faultline::node {

/// Where a group's disk work is done: pieces of work one after the other, in the order they came. Whose thread and time
/// that takes is the owner's choice: at once, on a thread, or in simulated time. `done` is called on the group's own
/// thread, in the same order, from within run() or later. When the process ends, what was not begun is never done.
class StorageQueue
{
public:
    virtual ~StorageQueue() = default;
    virtual void run(std::function<Result<void>()> work, std::function<void(Result<void>)> done) = 0;
};

} // namespace faultline::node
