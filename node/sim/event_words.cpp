// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/event_words.h"

namespace faultline::sim {

namespace {

template <typename... Ts> struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template <typename... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;

QString name(raft::NodeId id)
{
    return QStringLiteral("n%1").arg(id.value);
}

QString because(const std::string& reason)
{
    return reason.empty() ? QString() : QStringLiteral(": ") + QString::fromStdString(reason);
}

} // namespace

QString spoken(const raft::Event& event)
{
    return std::visit(
        Overloaded{
            [](const raft::BecameFollower& became) {
                return QStringLiteral("follows %1 in term %2%3")
                    .arg(became.leader ? name(became.leader) : QStringLiteral("nobody"))
                    .arg(became.term.value)
                    .arg(because(became.reason));
            },
            [](const raft::BecamePreCandidate& became) {
                return QStringLiteral("asks whether it would be elected in term %1%2")
                    .arg(became.term.value)
                    .arg(because(became.reason));
            },
            [](const raft::BecameCandidate& became) {
                return QStringLiteral("is a candidate in term %1%2").arg(became.term.value).arg(because(became.reason));
            },
            [](const raft::BecameLeader& became) {
                return QStringLiteral("becomes leader of term %1%2").arg(became.term.value).arg(because(became.reason));
            },
            [](const raft::VoteGranted& vote) {
                return QStringLiteral("%1 %2 in term %3")
                    .arg(vote.preVote ? QStringLiteral("would vote for") : QStringLiteral("votes for"),
                         name(vote.candidate))
                    .arg(vote.term.value);
            },
            [](const raft::VoteRefused& vote) {
                return QStringLiteral("%1 %2 in term %3%4")
                    .arg(vote.preVote ? QStringLiteral("would not vote for") : QStringLiteral("does not vote for"),
                         name(vote.candidate))
                    .arg(vote.term.value)
                    .arg(because(vote.reason));
            },
            [](const raft::LogTruncated& cut) {
                return QStringLiteral("drops entries %1 to %2%3")
                    .arg(cut.from.value)
                    .arg(cut.to.value)
                    .arg(because(cut.reason));
            },
            [](const raft::MembershipChanged& changed) {
                return QStringLiteral("entry %1 makes the members %2 (%3)")
                    .arg(changed.index.value)
                    .arg(QString::fromStdString(raft::spoken(changed.membership)),
                         changed.committed ? QStringLiteral("committed") : QStringLiteral("in its log"));
            },
            [](const raft::TransferStarted& transfer) {
                return QStringLiteral("hands term %1 over to %2").arg(transfer.term.value).arg(name(transfer.to));
            },
            [](const raft::TransferEnded& transfer) {
                return transfer.reason.empty() ? QStringLiteral("has handed over to %1").arg(name(transfer.to))
                                               : QStringLiteral("does not hand over to %1%2")
                                                     .arg(name(transfer.to), because(transfer.reason));
            },
            [](const raft::SnapshotInstalled& installed) {
                return QStringLiteral("goes on from a snapshot of %1 up to entry %2")
                    .arg(name(installed.from))
                    .arg(installed.lastIndex.value);
            },
            [](const raft::SnapshotSent& sent) {
                return QStringLiteral("has given %1 its snapshot up to entry %2")
                    .arg(name(sent.to))
                    .arg(sent.lastIndex.value);
            },
        },
        event);
}

} // namespace faultline::sim
