// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/raft/membership.h"

#include "node/raft/words.h"

#include <algorithm>

namespace faultline::raft {

namespace {

constexpr char kVersion = 1;
/// While it changes, a group has those that come and those that go.
constexpr std::size_t kMaxInASet = 2 * kMaxMembers;

void putNumber(QByteArray& out, std::uint32_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        out.append(static_cast<char>(value >> shift));
}

void putSet(QByteArray& out, const std::set<NodeId>& ids)
{
    out.append(static_cast<char>(ids.size()));
    for (const NodeId id : ids)
        putNumber(out, id.value);
}

/// Takes what is there from the front; once something was missing, it stays failed.
class Reader
{
public:
    explicit Reader(const QByteArray& bytes)
        : m_bytes(bytes)
    {}
    bool isWhole() const { return !m_failed && m_at == m_bytes.size(); }

    std::uint8_t byte() { return has(1) ? static_cast<std::uint8_t>(m_bytes[m_at++]) : 0; }
    std::uint32_t number()
    {
        std::uint32_t value = 0;
        if (!has(4))
            return 0;
        for (int shift = 0; shift < 32; shift += 8)
            value |= std::uint32_t(byte()) << shift;
        return value;
    }
    std::set<NodeId> ids()
    {
        std::set<NodeId> ids;
        const std::uint8_t count = byte();
        for (std::uint8_t i = 0; i < count && !m_failed; ++i) {
            const NodeId id{number()};
            m_failed = m_failed || !id || count > kMaxInASet || !ids.insert(id).second;
        }
        return ids;
    }
    QByteArray rest(std::uint32_t length)
    {
        if (!has(length))
            return {};
        m_at += length;
        return m_bytes.mid(m_at - length, length);
    }

private:
    bool has(qsizetype count)
    {
        m_failed = m_failed || m_bytes.size() - m_at < count;
        return !m_failed;
    }

    const QByteArray& m_bytes;
    qsizetype m_at = 0;
    bool m_failed = false;
};

bool areDisjoint(const std::set<NodeId>& a, const std::set<NodeId>& b)
{
    return std::none_of(a.begin(), a.end(), [&](NodeId id) { return b.contains(id); });
}

/// Joint on the way to a membership in which some still join.
bool isJointForSome(const Membership& m)
{
    return std::includes(m.voters.begin(), m.voters.end(), m.outgoing.begin(), m.outgoing.end()) &&
           std::all_of(m.goalVoters.begin(), m.goalVoters.end(), [&](NodeId id) { return m.contains(id); }) &&
           !m.joining().empty();
}

bool isSound(const Membership& m)
{
    return !m.voters.empty() && areDisjoint(m.learners, m.voters) && areDisjoint(m.learners, m.outgoing) &&
           areDisjoint(m.goalVoters, m.goalLearners) && (m.goalLearners.empty() || m.isChanging()) &&
           (!m.isJoint() || m.goalVoters == m.voters || isJointForSome(m));
}

} // namespace

std::set<NodeId> Membership::members() const
{
    std::set<NodeId> all = voters;
    all.insert(outgoing.begin(), outgoing.end());
    all.insert(learners.begin(), learners.end());
    return all;
}

std::set<NodeId> Membership::joining() const
{
    std::set<NodeId> ids;
    std::set_intersection(learners.begin(), learners.end(), goalVoters.begin(), goalVoters.end(),
                          std::inserter(ids, ids.end()));
    return ids;
}

std::set<NodeId> Membership::leaving() const
{
    std::set<NodeId> ids;
    const std::set<NodeId>& from = isJoint() ? outgoing : voters;
    if (isChanging())
        std::set_difference(from.begin(), from.end(), goalVoters.begin(), goalVoters.end(),
                            std::inserter(ids, ids.end()));
    return ids;
}

QByteArray encodeMembership(const Membership& membership)
{
    QByteArray out;
    out.append(kVersion);
    for (const auto* ids : {&membership.voters, &membership.outgoing, &membership.learners, &membership.goalVoters,
                            &membership.goalLearners})
        putSet(out, *ids);
    putNumber(out, static_cast<std::uint32_t>(membership.contacts.size()));
    out.append(membership.contacts);
    return out;
}

std::optional<Membership> decodeMembership(const QByteArray& payload)
{
    Reader reader(payload);
    if (reader.byte() != kVersion)
        return std::nullopt;
    Membership membership;
    for (auto* ids : {&membership.voters, &membership.outgoing, &membership.learners, &membership.goalVoters,
                      &membership.goalLearners})
        *ids = reader.ids();
    membership.contacts = reader.rest(reader.number());
    if (!reader.isWhole() || !isSound(membership))
        return std::nullopt;
    return membership;
}

std::string spoken(const Membership& membership)
{
    std::string words = membership.isJoint() ? namesOf(membership.outgoing) + " → " + namesOf(membership.voters)
                                             : namesOf(membership.voters);
    const std::set<NodeId> joining = membership.joining();
    std::set<NodeId> learning;
    std::set_difference(membership.learners.begin(), membership.learners.end(), joining.begin(), joining.end(),
                        std::inserter(learning, learning.end()));
    if (!learning.empty())
        words += ", learning " + namesOf(learning);
    if (!joining.empty())
        words += ", joining " + namesOf(joining);
    return words;
}

} // namespace faultline::raft
