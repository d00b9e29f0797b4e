// SPDX-License-Identifier: GPL-3.0-or-later
#include "story_words.h"

#include <QStringList>

namespace faultline::raft {

namespace {
template <typename... Ts> struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template <typename... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;

QString place(Term term, LogIndex index)
{
    return QStringLiteral("(%1,%2)").arg(term.value).arg(index.value);
}
QString reason(const std::string& why)
{
    return why.empty() ? QString() : QStringLiteral(": ") + QString::fromStdString(why);
}
} // namespace

QString name(NodeId id)
{
    return id ? QStringLiteral("n%1").arg(id.value) : QStringLiteral("nobody");
}

QString told(std::span<const Entry> entries)
{
    QStringList words;
    for (const Entry& entry : entries) {
        QString says = QString::fromUtf8(entry.payload);
        if (entry.kind == EntryKind::NoOp)
            says = QStringLiteral("-");
        if (entry.kind == EntryKind::Membership)
            says = QStringLiteral("{%1}").arg(QString::fromStdString(spoken(*decodeMembership(entry.payload))));
        words += QStringLiteral("%1:%2").arg(entry.term.value).arg(says);
    }
    return words.join(u' ');
}

QString told(const Message& message)
{
    const QString what = std::visit(
        Overloaded{
            [&](const RequestVote& m) {
                return QStringLiteral("%1%2 My log ends at %3")
                    .arg(m.preVote ? QStringLiteral("would you vote for me in term %1?").arg(message.term.value)
                                   : QStringLiteral("vote for me in term %1.").arg(message.term.value),
                         m.isTransfer ? QStringLiteral(" My leader told me to ask.") : QString(),
                         place(m.lastLogTerm, m.lastLogIndex));
            },
            [&](const RequestVoteReply& m) {
                return QStringLiteral("%1 %2 in term %3")
                    .arg(m.preVote ? QStringLiteral("pre-vote") : QStringLiteral("vote"),
                         m.granted ? QStringLiteral("granted") : QStringLiteral("refused"))
                    .arg(message.term.value);
            },
            [&](const AppendEntries& m) {
                const QString after = QStringLiteral("term %1, after %2, commit %3, round %4")
                                          .arg(message.term.value)
                                          .arg(place(m.previousTerm, m.previousIndex))
                                          .arg(m.leaderCommit.value)
                                          .arg(m.round);
                return m.entries.empty() ? QStringLiteral("heartbeat ") + after
                                         : QStringLiteral("append ") + after + QStringLiteral(": ") + told(m.entries);
            },
            [&](const AppendEntriesReply& m) {
                if (m.success)
                    return QStringLiteral("my disk agrees up to %1, round %2").arg(m.matchIndex.value).arg(m.round);
                if (m.matchIndex.value == 0 && m.conflictIndex.value == 0)
                    return QStringLiteral("no: I am in term %1").arg(message.term.value);
                return m.conflictTerm.value == 0
                           ? QStringLiteral("no: my log goes to %1 only, round %2")
                                 .arg(m.conflictIndex.previous().value)
                                 .arg(m.round)
                           : QStringLiteral("no: at %1 I have term %2, which begins at %3, round %4")
                                 .arg(m.matchIndex.value)
                                 .arg(m.conflictTerm.value)
                                 .arg(m.conflictIndex.value)
                                 .arg(m.round);
            },
            [&](const InstallSnapshot& m) {
                return QStringLiteral("snapshot up to %1 of {%2}, bytes %3 to %4%5")
                    .arg(place(m.piece.mark.lastTerm, m.piece.mark.lastIndex),
                         QString::fromStdString(spoken(m.piece.mark.membership)))
                    .arg(m.piece.offset)
                    .arg(m.piece.offset + std::uint64_t(m.piece.bytes.size()))
                    .arg(m.piece.isLast ? QStringLiteral(", the last") : QString());
            },
            [&](const InstallSnapshotReply& m) {
                return m.isInstalled ? QStringLiteral("I have the state up to %1").arg(m.lastIndex.value)
                                     : QStringLiteral("I have %1 bytes of the snapshot up to %2")
                                           .arg(m.received)
                                           .arg(m.lastIndex.value);
            },
            [&](const TimeoutNow&) { return QStringLiteral("take over now, term %1").arg(message.term.value); },
        },
        message.body);
    return QStringLiteral("%1 -> %2  %3").arg(name(message.from), name(message.to), what);
}

QString told(NodeId who, const Event& event)
{
    const QString what = std::visit(
        Overloaded{
            [](const BecameFollower& e) {
                return QStringLiteral("follows %1 in term %2%3")
                    .arg(name(e.leader))
                    .arg(e.term.value)
                    .arg(reason(e.reason));
            },
            [](const BecamePreCandidate& e) {
                return QStringLiteral("asks whether it could win after term %1%2")
                    .arg(e.term.value)
                    .arg(reason(e.reason));
            },
            [](const BecameCandidate& e) {
                return QStringLiteral("stands for election in term %1%2").arg(e.term.value).arg(reason(e.reason));
            },
            [](const BecameLeader& e) {
                return QStringLiteral("leads term %1%2").arg(e.term.value).arg(reason(e.reason));
            },
            [](const VoteGranted& e) {
                return QStringLiteral("%1 %2 in term %3")
                    .arg(e.preVote ? QStringLiteral("would vote for") : QStringLiteral("votes for"), name(e.candidate))
                    .arg(e.term.value);
            },
            [](const VoteRefused& e) {
                return QStringLiteral("%1 %2 in term %3%4")
                    .arg(e.preVote ? QStringLiteral("would not vote for") : QStringLiteral("refuses its vote to"),
                         name(e.candidate))
                    .arg(e.term.value)
                    .arg(reason(e.reason));
            },
            [](const LogTruncated& e) {
                const QString which = e.from == e.to
                                          ? QStringLiteral("entry %1").arg(e.from.value)
                                          : QStringLiteral("entries %1 to %2").arg(e.from.value).arg(e.to.value);
                return QStringLiteral("drops ") + which + reason(e.reason);
            },
            [](const MembershipChanged& e) {
                return QStringLiteral("membership at %1 %2: %3")
                    .arg(e.index.value)
                    .arg(e.committed ? QStringLiteral("is committed") : QStringLiteral("holds"),
                         QString::fromStdString(spoken(e.membership)));
            },
            [](const TransferStarted& e) {
                return QStringLiteral("hands over to %1, and takes no proposals").arg(name(e.to));
            },
            [](const TransferEnded& e) {
                return e.reason.empty()
                           ? QStringLiteral("has handed over to %1").arg(name(e.to))
                           : QStringLiteral("has not handed over to %1%2").arg(name(e.to), reason(e.reason));
            },
            [](const SnapshotSent& e) {
                return QStringLiteral("knows that %1 has the snapshot up to %2").arg(name(e.to)).arg(e.lastIndex.value);
            },
            [](const SnapshotInstalled& e) {
                return QStringLiteral("goes on from %1's snapshot up to %2").arg(name(e.from)).arg(e.lastIndex.value);
            },
        },
        event);
    return QStringLiteral("%1 %2").arg(name(who), what);
}

} // namespace faultline::raft
