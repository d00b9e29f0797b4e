// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/contacts.h"

#include "common/wire/cbor.h"

#include <QHostAddress>

#include <algorithm>

namespace faultline::node {

namespace {
enum Key : quint64 { Id = 1, Host = 2, PeerPort = 3, ClientPort = 4 };
constexpr quint64 kMaxContacts = 64;
} // namespace

QByteArray encodeContacts(const std::vector<MemberAddress>& contacts)
{
    QByteArray bytes;
    QCborStreamWriter writer(&bytes);
    writer.startArray(contacts.size());
    for (const MemberAddress& contact : contacts) {
        writer.startMap(4);
        writer.append(quint64(Id));
        writer.append(quint64(contact.id.value));
        writer.append(quint64(Host));
        writer.append(contact.host);
        writer.append(quint64(PeerPort));
        writer.append(quint64(contact.peerPort));
        writer.append(quint64(ClientPort));
        writer.append(quint64(contact.clientPort));
        writer.endMap();
    }
    writer.endArray();
    return bytes;
}

std::vector<MemberAddress> decodeContacts(const QByteArray& bytes)
{
    QCborStreamReader reader(bytes);
    std::vector<MemberAddress> contacts;
    const bool ok = wire::readArray(reader, kMaxContacts, [&] {
        MemberAddress contact;
        const bool read = wire::readMap(reader, [&](quint64 key) {
            switch (key) {
            case Id:
                return wire::readUnsigned(reader, contact.id.value);
            case Host:
                return wire::readText(reader, contact.host);
            case PeerPort:
                return wire::readUnsigned(reader, contact.peerPort);
            case ClientPort:
                return wire::readUnsigned(reader, contact.clientPort);
            default:
                return wire::skip(reader);
            }
        });
        if (!read || !contact.id || QHostAddress(contact.host).isNull() || contact.peerPort == 0)
            return false;
        contacts = withContact(std::move(contacts), contact);
        return true;
    });
    return ok ? contacts : std::vector<MemberAddress>();
}

std::vector<MemberAddress> withContact(std::vector<MemberAddress> contacts, const MemberAddress& added)
{
    const auto place = std::lower_bound(contacts.begin(), contacts.end(), added,
                                        [](const MemberAddress& a, const MemberAddress& b) { return a.id < b.id; });
    if (place != contacts.end() && place->id == added.id)
        *place = added;
    else
        contacts.insert(place, added);
    return contacts;
}

} // namespace faultline::node
