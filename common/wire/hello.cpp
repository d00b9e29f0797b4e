// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/hello.h"

#include "common/wire/cbor.h"

#include <QCryptographicHash>

#include <algorithm>

namespace faultline::wire {

namespace {
enum Key : quint64 {
    ClusterId = 1,
    From = 2,
    To = 3,
    Incarnation = 4,
    Lowest = 5,
    Highest = 6,
    Token = 7,
    Host = 8,
    Port = 9
};
}

QByteArray clusterIdOf(const QByteArray& name)
{
    return QCryptographicHash::hash(name, QCryptographicHash::Sha256).first(16);
}

QByteArray encodeHello(const Hello& hello)
{
    QByteArray payload;
    QCborStreamWriter writer(&payload);
    const bool listens = hello.port != 0;
    writer.startMap(listens ? 9 : 7);
    writer.append(quint64(ClusterId));
    writer.append(hello.clusterId);
    writer.append(quint64(From));
    writer.append(quint64(hello.from.value));
    writer.append(quint64(To));
    writer.append(quint64(hello.to.value));
    writer.append(quint64(Incarnation));
    writer.append(hello.incarnation);
    writer.append(quint64(Lowest));
    writer.append(quint64(hello.lowestVersion));
    writer.append(quint64(Highest));
    writer.append(quint64(hello.highestVersion));
    writer.append(quint64(Token));
    writer.append(hello.token);
    if (listens) {
        writer.append(quint64(Host));
        writer.append(hello.host);
        writer.append(quint64(Port));
        writer.append(quint64(hello.port));
    }
    writer.endMap();
    return payload;
}

std::optional<Hello> decodeHello(const QByteArray& payload)
{
    QCborStreamReader reader(payload);
    Hello hello;
    const bool ok = readMap(reader, [&](quint64 key) {
        switch (key) {
        case ClusterId:
            return readBytes(reader, hello.clusterId);
        case From:
            return readUnsigned(reader, hello.from.value);
        case To:
            return readUnsigned(reader, hello.to.value);
        case Incarnation:
            return readUnsigned(reader, hello.incarnation);
        case Lowest:
            return readUnsigned(reader, hello.lowestVersion);
        case Highest:
            return readUnsigned(reader, hello.highestVersion);
        case Token:
            return readBytes(reader, hello.token);
        case Host:
            return readText(reader, hello.host);
        case Port:
            return readUnsigned(reader, hello.port);
        default:
            return skip(reader);
        }
    });
    if (!ok || hello.lowestVersion > hello.highestVersion)
        return std::nullopt;
    return hello;
}

std::optional<quint8> commonVersion(const Hello& ours, const Hello& theirs)
{
    const quint8 highest = std::min(ours.highestVersion, theirs.highestVersion);
    if (highest < std::max(ours.lowestVersion, theirs.lowestVersion))
        return std::nullopt;
    return highest;
}

} // namespace faultline::wire
