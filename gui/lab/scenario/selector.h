// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/share.h"
#include "common/result/result.h"
#include "gui/lab/scenario/scenario.h"

#include <vector>

// Whom a step is about: nodes and links by the words of the file, and which they are when the step acts. Pure.
namespace faultline::lab {

class Timeline;

/// "leader", "n2", or several names. Nothing when that is no selector, or no node of a cluster of so many.
std::optional<Target> parseTarget(const QStringList& names, int nodes);
/// "leader, followers, ..., or nodes by name, n1 to n5": what parseTarget() takes, for the sentences of errors.
QString targetWords(int nodes);

/// "leader->followers", "n1<->n3", "clients->all". The error says what would be right.
Result<LinkSelector> parseLinkSelector(const QString& text, int nodes);
/// Several, with spaces or commas between them; spaces around an arrow, and the arrows as the window prints them, are
/// welcome.
QStringList splitLinkSelectors(const QString& text);

/// The nodes it means now, in order. None when there is no leader, nobody is dead, ...
std::vector<NodeId> chosenNodes(const Target& target, const Timeline& timeline, fault::Random& random);
/// One of those that could take over leadership: a running follower with a vote, at random. None when there is none.
std::vector<NodeId> chosenHeir(const Timeline& timeline, fault::Random& random);
/// The links it means now, in order, each once. At the end of a link `followers` are all nodes but the leader, whether
/// they run or not: a link has its faults also while nobody uses it. Two random ends are two nodes.
std::vector<LinkId> chosenLinks(const std::vector<LinkSelector>& selectors, const Timeline& timeline,
                                fault::Random& random);

} // namespace faultline::lab
