// SPDX-License-Identifier: GPL-3.0-or-later
// What a client says about its own connection: HELLO, AUTH, CLIENT.
#include "node/client/connection.h"
#include "node/client/dispatcher.h"

#include "common/resp/integer.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace faultline::client {

using namespace resp;

namespace {

constexpr QByteArrayView kWrongPassword("WRONGPASS invalid username-password pair or user is disabled.");
constexpr QByteArrayView kWrongName("ERR Client names cannot contain spaces, newlines or special characters.");

bool isClientName(QByteArrayView name)
{
    return name.size() <= 256 && std::all_of(name.begin(), name.end(), [](char c) { return c >= '!' && c <= '~'; });
}

QByteArray shownWord(QByteArrayView word)
{
    return word.first(std::min<qsizetype>(word.size(), 128)).toByteArray();
}

/// One line, in the words of CLIENT LIST.
QByteArray described(Connection& connection)
{
    const Session& session = connection.session();
    return "id=" + QByteArray::number(connection.id()) + " addr=" + connection.peer().toLatin1() +
           " laddr=" + connection.local().toLatin1() + " name=" + session.name +
           " age=" + QByteArray::number(qint64(connection.age().count())) +
           " flags=" + (session.readsStale ? "r" : "N") +
           " db=0 resp=" + QByteArray::number(static_cast<int>(session.protocol)) + " lib-name=" + session.library +
           " lib-ver=" + session.libraryVersion + "\n";
}

} // namespace

void Dispatcher::hello(Connection& connection, Arguments arguments)
{
    Session changed = connection.session();
    if (arguments.size() > 1) {
        const std::optional<qint64> version = parseInteger(arguments[1]);
        if (!version)
            return appendError(connection.reply(), "ERR Protocol version is not an integer or out of range");
        if (*version != 2 && *version != 3)
            return appendError(connection.reply(), "NOPROTO unsupported protocol version");
        changed.protocol = *version == 3 ? Protocol::Resp3 : Protocol::Resp2;
    }
    for (std::size_t i = 2; i < arguments.size(); ++i) {
        if (equalsIgnoringCase(arguments[i], "auth") && i + 2 < arguments.size()) {
            if (!takesPassword(changed, arguments[i + 1], arguments[i + 2]))
                return appendError(connection.reply(), kWrongPassword);
            i += 2;
        } else if (equalsIgnoringCase(arguments[i], "setname") && i + 1 < arguments.size()) {
            if (!isClientName(arguments[i + 1]))
                return appendError(connection.reply(), kWrongName);
            changed.name = arguments[++i].toByteArray();
        } else
            return appendError(connection.reply(),
                               "ERR Syntax error in HELLO option '" + shownWord(arguments[i]) + "'");
    }
    if (!changed.isTrusted)
        return appendError(connection.reply(),
                           "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO "
                           "<proto> AUTH <user> <pass> option can be used to authenticate the client and select the "
                           "RESP protocol version at the same time");
    connection.session() = changed;
    QByteArray& out = connection.reply();
    const QByteArray version = QCoreApplication::applicationVersion().toUtf8();
    appendMapHeader(out, 7, changed.protocol);
    appendBulk(out, "server");
    appendBulk(out, "faultline");
    appendBulk(out, "version");
    appendBulk(out, version.isEmpty() ? QByteArray("0") : version);
    appendBulk(out, "proto");
    appendInteger(out, static_cast<int>(changed.protocol));
    appendBulk(out, "id");
    appendInteger(out, connection.id());
    appendBulk(out, "mode");
    appendBulk(out, "cluster");
    appendBulk(out, "role");
    appendBulk(out, m_backend.leads() ? "master" : "replica");
    appendBulk(out, "modules");
    appendArrayHeader(out, 0);
}

bool Dispatcher::takesPassword(Session& session, QByteArrayView user, QByteArrayView password) const
{
    if (user != "default")
        return false;
    // Always over all of it, so that the time it takes does not tell how much was right. With no password, any is.
    const QByteArray& right = m_options.password;
    unsigned difference = right.isEmpty() || right.size() == password.size() ? 0 : 1;
    for (qsizetype i = 0; i < right.size(); ++i)
        difference |=
            static_cast<unsigned char>(right[i]) ^ static_cast<unsigned char>(i < password.size() ? password[i] : '\0');
    if (difference == 0)
        session.isTrusted = true;
    return difference == 0;
}

void Dispatcher::auth(Connection& connection, Arguments arguments)
{
    if (arguments.size() > 3)
        return appendError(connection.reply(), "ERR syntax error");
    if (arguments.size() == 2 && m_options.password.isEmpty())
        return appendError(connection.reply(),
                           "ERR AUTH <password> called without any password configured for the default user. Are you "
                           "sure your configuration is correct?");
    const QByteArrayView user = arguments.size() == 3 ? arguments[1] : QByteArrayView("default");
    if (!takesPassword(connection.session(), user, arguments.back()))
        return appendError(connection.reply(), kWrongPassword);
    appendSimpleString(connection.reply(), "OK");
}

void Dispatcher::client(Connection& connection, Arguments arguments)
{
    const QByteArrayView what = arguments[1];
    Session& session = connection.session();
    bool isKnown = false;
    const auto is = [&](QByteArrayView name, std::size_t count) {
        const bool isNamed = equalsIgnoringCase(what, name);
        isKnown |= isNamed;
        return isNamed && arguments.size() == count;
    };
    if (is("id", 2))
        return appendInteger(connection.reply(), connection.id());
    if (is("getname", 2)) {
        if (session.name.isEmpty())
            return appendNull(connection.reply(), session.protocol);
        return appendBulk(connection.reply(), session.name);
    }
    if (is("setname", 3)) {
        if (!isClientName(arguments[2]))
            return appendError(connection.reply(), kWrongName);
        session.name = arguments[2].toByteArray();
        return appendSimpleString(connection.reply(), "OK");
    }
    if (is("info", 2))
        return appendVerbatim(connection.reply(), described(connection), session.protocol);
    if (equalsIgnoringCase(what, "list"))
        return clientList(connection, arguments.subspan(2));
    if (is("setinfo", 4))
        return clientSetInfo(connection, arguments[2], arguments[3]);
    if (is("reply", 3))
        return clientReply(connection, arguments[2]);
    if (is("no-evict", 3) || is("no-touch", 3)) {
        // Nothing is ever evicted here, nor is any key's use remembered.
        if (equalsIgnoringCase(arguments[2], "on") || equalsIgnoringCase(arguments[2], "off"))
            return appendSimpleString(connection.reply(), "OK");
        return appendError(connection.reply(), "ERR syntax error");
    }
    if (isKnown)
        return answerWrongArity(connection.reply(), "client|" + what.toByteArray().toLower());
    answerUnknownSubcommand(connection.reply(), "CLIENT", what);
}

/// `filter`: nothing, TYPE and one, or ID and some.
void Dispatcher::clientList(Connection& connection, Arguments filter)
{
    bool isOfType = true;
    std::set<qint64> wanted;
    if (filter.size() == 2 && equalsIgnoringCase(filter[0], "type")) {
        constexpr std::array<QByteArrayView, 5> kTypes{"normal", "slave", "replica", "pubsub", "master"};
        if (std::ranges::none_of(kTypes, [&](QByteArrayView type) { return equalsIgnoringCase(type, filter[1]); }))
            return appendError(connection.reply(), "ERR Unknown client type '" + shownWord(filter[1]) + "'");
        isOfType = equalsIgnoringCase(filter[1], kTypes[0]);
    } else if (filter.size() >= 2 && equalsIgnoringCase(filter[0], "id")) {
        for (const QByteArrayView word : filter.subspan(1)) {
            const std::optional<qint64> id = parseInteger(word);
            if (!id)
                return appendError(connection.reply(), "ERR Invalid client ID");
            wanted.insert(*id);
        }
    } else if (!filter.empty()) {
        return appendError(connection.reply(), "ERR syntax error");
    }
    QByteArray all;
    connection.owner().forEach([&](Connection& each) {
        if (isOfType && (wanted.empty() || wanted.contains(each.id())))
            all += described(each);
    });
    appendVerbatim(connection.reply(), all, connection.session().protocol);
}

void Dispatcher::clientReply(Connection& connection, QByteArrayView how)
{
    if (equalsIgnoringCase(how, "on")) {
        connection.setReplies(Replies::All);
        return appendSimpleString(connection.reply(), "OK");
    }
    if (equalsIgnoringCase(how, "off"))
        return connection.setReplies(Replies::None);
    if (equalsIgnoringCase(how, "skip"))
        return connection.setReplies(Replies::NotToTheNext);
    appendError(connection.reply(), "ERR syntax error");
}

void Dispatcher::clientSetInfo(Connection& connection, QByteArrayView what, QByteArrayView value)
{
    Session& session = connection.session();
    QByteArray* const target = equalsIgnoringCase(what, "lib-name")  ? &session.library
                               : equalsIgnoringCase(what, "lib-ver") ? &session.libraryVersion
                                                                     : nullptr;
    if (!target)
        return appendError(connection.reply(), "ERR Unrecognized option '" + shownWord(what) + "'");
    if (!isClientName(value))
        return appendError(connection.reply(), "ERR " + what.toByteArray().toLower() +
                                                   " cannot contain spaces, newlines or special characters.");
    *target = value.toByteArray();
    appendSimpleString(connection.reply(), "OK");
}

} // namespace faultline::client
