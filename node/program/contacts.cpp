// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/contacts.h"

#include "common/wire/cbor_reader.h"
#include "common/wire/cbor_writer.h"

#include <QHostAddress>

#include <algorithm>

namespace faultline::node {

namespace {
enum Key : quint64 { Id = 1, Host = 2, PeerPort = 3, ClientPort = 4 };
constexpr quint64 kMaxContacts = 64;
} // namespace

QByteArray encodeContacts(const std::vector<MemberAddress>& contacts)
{
    wire::CborWriter writer;
    writer.array(contacts.size());
    for (const MemberAddress& contact : contacts) {
        writer.map(4);
        writer.number(Id);
        writer.number(contact.id.value);
        writer.number(Host);
        writer.text(contact.host);
        writer.number(PeerPort);
        writer.number(contact.peerPort);
        writer.number(ClientPort);
        writer.number(contact.clientPort);
    }
    return writer.take();
}

std::vector<MemberAddress> decodeContacts(const QByteArray& bytes)
{
    wire::CborReader reader(bytes);
    std::vector<MemberAddress> contacts;
    const bool ok = reader.readArray(kMaxContacts, [&] {
        MemberAddress contact;
        const bool read = reader.readMap([&](quint64 key) {
            switch (key) {
            case Id:
                return reader.readUnsigned(contact.id.value);
            case Host:
                return reader.readText(contact.host);
            case PeerPort:
                return reader.readUnsigned(contact.peerPort);
            case ClientPort:
                return reader.readUnsigned(contact.clientPort);
            default:
                return reader.skip();
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
