// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/faults/link_counts.h"

#include <QString>
#include <QStringList>

// One directed link in words: for the tooltip over a cell of the matrix or a line of the canvas, and for those who hear
// the screen. Pure functions of what the timeline knows.
namespace faultline::views {

QString arrowName(LinkId link); ///< "n1 → n3"

/// "n1 → n3: slow, 200 ms ± 50 ms, loses 5%"; "n1 → n3: healthy". Of the state that is in effect.
QString spokenLinkState(const lab::FaultState& state, LinkId link);

/// "Cut by the partition minority and the isolation of n1"; empty when it is not cut, or by nothing but its own setting
/// or a cut of this link alone.
QString spokenCutReason(const lab::FaultState& state, LinkId link);
/// The first of these in a word or two, for a cell: "minority", "isolated", "no power", "6 links"; empty likewise.
QString shortCutReason(const lab::FaultState& state, LinkId link);

/// "slow" in the fewest words, worst first: "cut", "200 ms", "5%", "1mbit"; empty when it is healthy.
QStringList shortFacts(const fault::LinkFault& fault);

/// What passed, lost and waited lately, from the counters of both ends over the same time: "in the last 10 s: 189
/// delivered · 12 lost · 3 duplicated · 4 corrupted", and below it the mean delay (of the messages sent, in cluster
/// time; nothing where none was delayed) and the bytes handed to the connection. Says so where an end has not reported.
QString spokenCounts(const lab::Timeline& timeline, const LinkCounts& counts, LinkId link);

/// All of this, a line each.
QString spokenLink(const lab::Timeline& timeline, const LinkCounts& counts, LinkId link);

} // namespace faultline::views
