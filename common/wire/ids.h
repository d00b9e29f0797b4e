// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>

#include <compare>

namespace faultline {

/// A member of a cluster, 1 to 9 today; people see it as n1, n2, ... 0 is nobody. The clients of the load generator
/// stand together at the end of links as one more (kClients); they are no member and no node ever hears of them by this
/// id.
struct NodeId
{
    quint32 value = 0;
    constexpr auto operator<=>(const NodeId&) const = default;
    constexpr explicit operator bool() const { return value != 0; }
    QString name() const { return value == ~quint32(0) ? QStringLiteral("clients") : QStringLiteral("n%1").arg(value); }
};

inline constexpr NodeId kClients{~quint32(0)};

inline size_t qHash(NodeId id, size_t seed = 0) noexcept
{
    return ::qHash(id.value, seed);
}

/// A consensus group. A node hosts one today, group 1; frames name it so that more can share a connection.
struct GroupId
{
    quint32 value = 1;
    constexpr auto operator<=>(const GroupId&) const = default;
};

/// One direction between two nodes.
struct LinkId
{
    NodeId from;
    NodeId to;
    constexpr auto operator<=>(const LinkId&) const = default;
    QString name() const { return from.name() + QStringLiteral("->") + to.name(); }
    constexpr LinkId reversed() const { return {to, from}; }
    /// Between a node and the clients: a byte stream without request ids, so that not every fault makes sense on it.
    constexpr bool isOfClients() const { return from == kClients || to == kClients; }
};

inline size_t qHash(LinkId link, size_t seed = 0) noexcept
{
    return qHashMulti(seed, link.from, link.to);
}

} // namespace faultline
