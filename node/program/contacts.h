// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/ids.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace faultline::node {

/// Where one member is reached.
struct MemberAddress
{
    NodeId id;
    QString host; ///< an IP address
    quint16 peerPort = 0;
    quint16 clientPort = 0;
    bool operator==(const MemberAddress&) const = default;
};

// How to reach the members, as the membership carries it through the log: an array of maps, integer keys, unknown ones
// skipped. It may name nodes that are no members (those that just left are still answered), and each node once.

QByteArray encodeContacts(const std::vector<MemberAddress>& contacts);
/// In the order of their ids; empty when the bytes are not contacts this version knows.
std::vector<MemberAddress> decodeContacts(const QByteArray& bytes);

/// `contacts` with this one added, or in the place of an older one of the same node.
std::vector<MemberAddress> withContact(std::vector<MemberAddress> contacts, const MemberAddress& added);

} // namespace faultline::node
