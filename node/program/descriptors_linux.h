// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>

namespace faultline::node {

/// Raises the number of file descriptors that this process may have as far as it may without being asked (the hard
/// limit, getrlimit(2)). How many of them clients may take: what files, peers and labs need is left.
std::size_t raiseDescriptorLimit();

} // namespace faultline::node
