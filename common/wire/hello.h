// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/wire/ids.h"

#include <QByteArray>
#include <QString>

#include <optional>

namespace faultline::wire {

/// The first frame of a connection, both ways: who speaks to whom, in which cluster, in which versions. The dialler
/// sends it first; the other end answers with its own once it has accepted, or closes.
struct Hello
{
    QByteArray clusterId;    ///< 16 bytes; members of different clusters refuse each other
    NodeId from;             ///< nobody for the lab
    NodeId to;               ///< who the dialler believes it has reached
    quint64 incarnation = 0; ///< grows with each start of `from`; tells a restarted node from its past
    quint8 lowestVersion = 1;
    quint8 highestVersion = 1;
    QByteArray token; ///< the control port asks for it; empty elsewhere
    /// Where the dialler listens for its peers, so that one that was never told of it can answer; port 0: nowhere.
    QString host{};
    quint16 port = 0;

    bool operator==(const Hello&) const = default;
};

/// The 16 bytes that stand for a cluster's name (the start of its SHA-256), so that any text can name one.
QByteArray clusterIdOf(const QByteArray& name);

QByteArray encodeHello(const Hello& hello);
/// Nothing when the payload is not a HELLO.
std::optional<Hello> decodeHello(const QByteArray& payload);

/// The highest version both speak; nothing when they have none in common.
std::optional<quint8> commonVersion(const Hello& ours, const Hello& theirs);

} // namespace faultline::wire
