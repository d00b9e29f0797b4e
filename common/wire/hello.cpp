// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/hello.h"

#include "common/wire/cbor_reader.h"
#include "common/wire/cbor_writer.h"

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
    CborWriter writer;
    const bool listens = hello.port != 0;
    writer.map(listens ? 9 : 7);
    writer.number(ClusterId);
    writer.bytes(hello.clusterId);
    writer.number(From);
    writer.number(hello.from.value);
    writer.number(To);
    writer.number(hello.to.value);
    writer.number(Incarnation);
    writer.number(hello.incarnation);
    writer.number(Lowest);
    writer.number(hello.lowestVersion);
    writer.number(Highest);
    writer.number(hello.highestVersion);
    writer.number(Token);
    writer.bytes(hello.token);
    if (listens) {
        writer.number(Host);
        writer.text(hello.host);
        writer.number(Port);
        writer.number(hello.port);
    }
    return writer.take();
}

std::optional<Hello> decodeHello(const QByteArray& payload)
{
    CborReader reader(payload);
    Hello hello;
    const bool ok = reader.readMap([&](quint64 key) {
        switch (key) {
        case ClusterId:
            return reader.readBytes(hello.clusterId);
        case From:
            return reader.readUnsigned(hello.from.value);
        case To:
            return reader.readUnsigned(hello.to.value);
        case Incarnation:
            return reader.readUnsigned(hello.incarnation);
        case Lowest:
            return reader.readUnsigned(hello.lowestVersion);
        case Highest:
            return reader.readUnsigned(hello.highestVersion);
        case Token:
            return reader.readBytes(hello.token);
        case Host:
            return reader.readText(hello.host);
        case Port:
            return reader.readUnsigned(hello.port);
        default:
            return reader.skip();
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
