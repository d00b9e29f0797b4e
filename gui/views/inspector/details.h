// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"

#include <QString>

#include <vector>

namespace faultline::views {

/// One line of what is known of a node. A line without a value opens a group.
struct Detail
{
    QString name;
    QString value;
};

/// Everything the timeline knows of that node, in words and figures with their units; of a dead one its last word.
/// Empty when it is not there.
std::vector<Detail> detailsOf(const lab::Timeline& timeline, NodeId node);

} // namespace faultline::views
