// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/ids.h"

#include <QString>

namespace faultline::lab {

/// What came of an order to change who belongs to the cluster or who leads it.
struct MemberOutcome
{
    quint64 id = 0; ///< what the order returned
    bool done = false;
    NodeId node;      ///< whom it was about; nobody when no node could be added
    QString sentence; ///< "n6 has caught up and votes after 812 ms", "n2 was not removed: no leader is known"
};

} // namespace faultline::lab
