// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/member_commands.h"

#include "common/resp/integer.h"

#include <QHostAddress>

#include <optional>

namespace faultline::client {

namespace {

using namespace resp;

std::optional<quint32> idFrom(QByteArrayView text)
{
    if (text.startsWith('n') || text.startsWith('N'))
        text = text.sliced(1);
    const std::optional<qint64> id = parseInteger(text);
    if (!id || *id < 1 || *id > kMaxMemberId)
        return std::nullopt;
    return static_cast<quint32>(*id);
}

std::optional<quint16> portFrom(QByteArrayView text)
{
    const std::optional<qint64> port = parseInteger(text);
    if (!port || *port < 1 || *port > 65'535)
        return std::nullopt;
    return static_cast<quint16>(*port);
}

QByteArray shown(QByteArrayView text)
{
    return text.first(std::min<qsizetype>(text.size(), 128)).toByteArray();
}

const char* wordOf(Standing standing)
{
    switch (standing) {
    case Standing::Voter:
        return "voter";
    case Standing::Learner:
        return "learner";
    case Standing::Joining:
        return "joining";
    case Standing::Leaving:
        return "leaving";
    }
    Q_UNREACHABLE();
}

/// What a command looks like that can be obeyed.
QByteArray formOf(MemberCommand::What what)
{
    switch (what) {
    case MemberCommand::What::Add:
        return "MEMBER ADD n6 127.0.0.1 7106 7206 (name, address, peer port, client port)";
    case MemberCommand::What::Remove:
        return "MEMBER REMOVE n6";
    case MemberCommand::What::Transfer:
        return "MEMBER TRANSFER n6";
    }
    Q_UNREACHABLE();
}

} // namespace

std::variant<MemberCommand, QByteArray> parseMemberCommand(Arguments arguments)
{
    const QByteArrayView what = arguments[1];
    MemberCommand command;
    std::size_t count = 3;
    if (equalsIgnoringCase(what, "add")) {
        command.what = MemberCommand::What::Add;
        count = 6;
    } else if (equalsIgnoringCase(what, "remove")) {
        command.what = MemberCommand::What::Remove;
    } else if (equalsIgnoringCase(what, "transfer")) {
        command.what = MemberCommand::What::Transfer;
    } else {
        return "ERR unknown subcommand '" + shown(what) + "'. Try MEMBER ADD, REMOVE, TRANSFER or LIST.";
    }
    if (arguments.size() != count)
        return "ERR wrong number of arguments for 'member|" + what.toByteArray().toLower() + "' command, " +
               formOf(command.what) + " would be right";
    const std::optional<quint32> id = idFrom(arguments[2]);
    if (!id)
        return "ERR '" + shown(arguments[2]) + "' is not a member's name, n1 to n9 would be";
    command.id = *id;
    if (command.what != MemberCommand::What::Add)
        return command;
    const QHostAddress host(QString::fromUtf8(arguments[3]));
    if (host.isNull())
        return "ERR '" + shown(arguments[3]) + "' is not an IP address, 127.0.0.1 would be";
    const std::optional<quint16> peerPort = portFrom(arguments[4]);
    const std::optional<quint16> clientPort = portFrom(arguments[5]);
    if (!peerPort || !clientPort || *peerPort == *clientPort)
        return "ERR '" + shown(arguments[4]) + "' and '" + shown(arguments[5]) +
               "' are not a peer port and a client port, two numbers from 1 to 65535 would be";
    command.host = host.toString();
    command.peerPort = *peerPort;
    command.clientPort = *clientPort;
    return command;
}

void answerMemberList(QByteArray& out, const Backend& backend)
{
    const std::vector<MemberView> members = backend.members();
    appendArrayHeader(out, static_cast<qsizetype>(members.size()));
    for (const MemberView& member : members) {
        appendArrayHeader(out, 7);
        appendBulk(out, "n" + QByteArray::number(member.id));
        appendBulk(out, member.host.toUtf8());
        appendInteger(out, member.busPort);
        appendInteger(out, member.clientPort);
        appendBulk(out, wordOf(member.standing));
        appendBulk(out, member.isLeader ? "leader" : "follower");
        appendBulk(out, member.waiting.toUtf8());
    }
}

} // namespace faultline::client
