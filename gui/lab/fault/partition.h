// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/share.h"
#include "common/result/result.h"
#include "common/wire/ids.h"
#include "gui/lab/fault/fault_state.h"

#include <QStringList>

#include <optional>
#include <set>
#include <vector>

// Which links a partition cuts. Names as in Jepsen (jepsen.nemesis, jepsen.nemesis.combined); each is right for every
// size of cluster, from 3 to 9 nodes.
namespace faultline::lab {

enum class PartitionShape : quint8 {
    One,      ///< `around`'s first node alone, the rest together
    Minority, ///< `around` in the smaller part, which is as large as a minority can be
    Majority, ///< `around` in the larger part, the other as large as a minority can be
    Halves,   ///< the first half by name, and the rest
    Bridge,   ///< two halves that do not hear each other, and between them one node (`around`'s first) that hears both
    MajoritiesRing, ///< every node hears a majority, and no two the same one
    Primaries,      ///< each of `around` alone; all others together
    OneWay,         ///< nobody hears `around`, and it hears everybody
};

QString nameOf(PartitionShape shape); ///< "majorities-ring"
std::optional<PartitionShape> partitionNamed(const QString& name);
QStringList partitionNames();
QString describe(PartitionShape shape); ///< one sentence for a tooltip

/// `around` is whom it is about; without any, one is drawn (for Minority and Primaries: hand in the leader). Who joins
/// which part beyond that is drawn too. The error says what is wrong: nobody of that name, more around than fit.
Result<std::set<LinkId>> cutsOf(PartitionShape shape, const std::vector<NodeId>& nodes,
                                const std::vector<NodeId>& around, fault::Random& random);
/// Between two groups, both ways.
std::set<LinkId> cutsBetween(const std::vector<NodeId>& side, const std::vector<NodeId>& rest);

/// What a set of cuts comes to: the parts that hear each other both ways inside, and nothing of each other; more than
/// one part only when that is so for all pairs. "n1 n2 | n3 n4 n5".
std::vector<std::vector<NodeId>> partsOf(const std::set<LinkId>& cuts, const std::vector<NodeId>& nodes);

/// What is healed with these cuts, for a sentence: "the partition" when it parts the nodes or has a name, else "the
/// links"; of many "2 partitions" or "3 cuts".
QString spokenCutSets(const std::vector<CutSet>& cuts, const std::vector<NodeId>& nodes);

/// "n1 n2 | n3 n4 n5" where it is a full partition, and of the clients, who belong to no part, "; clients | n4" behind
/// it; else the links: "n1 ↔ n3, n2 → n4", or their number when there are more than four.
QString spokenCuts(const std::set<LinkId>& cuts, const std::vector<NodeId>& nodes);

} // namespace faultline::lab
