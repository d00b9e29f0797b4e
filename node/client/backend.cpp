// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/backend.h"

namespace faultline::client {

Backend::~Backend() = default;

} // namespace faultline::client
