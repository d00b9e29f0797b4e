// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/vote_book.h"

namespace faultline::sim {

namespace {

/// A message may be older than this many terms, and then nobody minds it.
constexpr std::size_t kRemembered = 256;

void forgetOldest(std::map<quint64, quint32>& terms)
{
    if (terms.size() > kRemembered)
        terms.erase(terms.begin());
}

QString name(quint32 node)
{
    return QStringLiteral("n%1").arg(node + 1);
}

} // namespace

VoteBook::VoteBook(Verdict& verdict, std::size_t nodes)
    : m_verdict(verdict)
    , m_nodes(nodes)
{}

void VoteBook::sees(quint32 from, const raft::Message& message, Instant at)
{
    Node& node = m_nodes[from];
    if (const auto* request = std::get_if<raft::RequestVote>(&message.body)) {
        if (!request->preVote)
            votes(from, message.term, from, at);
    } else if (const auto* reply = std::get_if<raft::RequestVoteReply>(&message.body)) {
        if (!reply->preVote && reply->granted)
            votes(from, message.term, message.to.value - 1, at);
    } else if (const auto* appended = std::get_if<raft::AppendEntriesReply>(&message.body)) {
        if (appended->success)
            node.promised = std::max(node.promised, message.term);
    } else if (std::holds_alternative<raft::AppendEntries>(message.body) ||
               std::holds_alternative<raft::InstallSnapshot>(message.body)) {
        node.promised = std::max(node.promised, message.term);
        leads(from, message.term, at);
    }
}

void VoteBook::votes(quint32 voter, raft::Term term, quint32 candidate, Instant at)
{
    Node& node = m_nodes[voter];
    node.promised = std::max(node.promised, term);
    m_verdict.saw(Check::OneVoteATerm);
    const auto [place, isNew] = node.votes.emplace(term.value, candidate);
    if (!isNew && place->second != candidate)
        m_verdict.fail(Check::OneVoteATerm, at,
                       QStringLiteral("%1 voted for %2 and for %3 in term %4")
                           .arg(name(voter), name(place->second), name(candidate))
                           .arg(term.value));
    forgetOldest(node.votes);
}

void VoteBook::leads(quint32 node, raft::Term term, Instant at)
{
    const auto [place, isNew] = m_leaders.emplace(term.value, node);
    if (isNew)
        m_verdict.saw(Check::ElectionSafety);
    else if (place->second != node)
        m_verdict.fail(
            Check::ElectionSafety, at,
            QStringLiteral("%1 and %2 both lead term %3").arg(name(place->second), name(node)).arg(term.value));
    forgetOldest(m_leaders);
}

void VoteBook::sees(quint32 index, raft::Term term, raft::LogIndex commit, Instant at)
{
    Node& node = m_nodes[index];
    if (term != node.term) {
        m_verdict.saw(Check::TermNeverGoesBack);
        if (term < node.term)
            m_verdict.fail(Check::TermNeverGoesBack, at,
                           QStringLiteral("%1 went from term %2 back to %3")
                               .arg(name(index))
                               .arg(node.term.value)
                               .arg(term.value));
        node.term = term;
    }
    if (commit != node.commit) {
        m_verdict.saw(Check::CommitNeverGoesBack);
        if (commit < node.commit)
            m_verdict.fail(Check::CommitNeverGoesBack, at,
                           QStringLiteral("the commit index of %1 went from %2 back to %3")
                               .arg(name(index))
                               .arg(node.commit.value)
                               .arg(commit.value));
        node.commit = commit;
    }
}

void VoteBook::started(quint32 index, raft::Term term, raft::LogIndex commit, Instant at)
{
    Node& node = m_nodes[index];
    if (node.restarted && node.promised > raft::Term{}) {
        m_verdict.saw(Check::TermNeverGoesBack);
        if (term < node.promised)
            m_verdict.fail(Check::TermNeverGoesBack, at,
                           QStringLiteral("%1 made a promise in term %2 and came back in term %3")
                               .arg(name(index))
                               .arg(node.promised.value)
                               .arg(term.value));
    }
    node.restarted = true;
    node.term = term;
    node.commit = commit;
}

} // namespace faultline::sim
