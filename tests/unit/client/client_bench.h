// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/resp/reply_parser.h"
#include "node/client/resp_server.h"
#include "node/kv/store.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTcpSocket>

#include <deque>

namespace faultline::test {

/// A backend whose answers the test decides: it may hold them, reorder them, lose them, or not lead at all.
class FakeBackend final : public client::Backend
{
public:
    client::Leadership leader{true, true, QStringLiteral("127.0.0.1"), 7001};
    Submitted outcome = Submitted::Taken; ///< what submit() returns
    bool answers = true;                  ///< at once, by the store
    std::deque<std::pair<quint64, QByteArray>> held;
    std::vector<bool> ways;                                        ///< of each command taken: through the log
    std::deque<std::pair<quint64, client::MemberCommand>> managed; ///< when it does not answer at once
    kv::Store store;
    client::RespServer* server = nullptr;

    client::Leadership leadership() const override { return leader; }
    bool leads() const override { return leader.isLeader; }
    Submitted submit(quint64 requestId, QByteArray command, bool inLog) override
    {
        if (outcome != Submitted::Taken)
            return outcome;
        kv::setStamp(command, time.count() / 1000);
        ways.push_back(inLog);
        if (answers)
            server->complete(requestId, store.apply(command));
        else
            held.emplace_back(requestId, std::move(command));
        return outcome;
    }
    std::chrono::milliseconds readTakes{0};
    mutable int staleReads = 0;
    kv::Result readStale(QByteArrayView command) const override
    {
        ++staleReads;
        for (const QDeadlineTimer done(readTakes); readTakes.count() > 0 && !done.hasExpired();) {
        }
        return store.read(command);
    }
    void manage(quint64 requestId, const client::MemberCommand& command) override
    {
        if (!answers)
            managed.emplace_back(requestId, command);
        else if (command.id == 3)
            server->complete(requestId, kv::Failure{"ERR n3 is no member"});
        else
            server->complete(requestId, kv::Ok());
    }
    void answer(std::size_t index)
    {
        const auto [id, command] = held[index];
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(index));
        server->complete(id, store.apply(command));
    }
    std::vector<client::MemberView> members() const override
    {
        return {{1,
                 QStringLiteral("127.0.0.1"),
                 7001,
                 8001,
                 leader.known,
                 leader.isLeader,
                 true,
                 client::Standing::Voter,
                 {}},
                {2, QStringLiteral("127.0.0.1"), 7002, 8002, false, !leader.isLeader, false, client::Standing::Joining,
                 QStringLiteral("has 3 of 8 entries")}};
    }
    QList<std::pair<QByteArray, QByteArray>> info() const override
    {
        return {{"# Server", {}}, {"faultline_version", "1"}, {"# Replication", {}}, {"role", "master"}};
    }
    quint64 keys() const override { return store.keys(); }
    quint64 end = 0;     ///< of the log
    qint64 replicas = 0; ///< that have all of it
    quint64 lastIndex() const override { return end; }
    qint64 replicasWith(quint64 index) const override { return index <= end ? replicas : 0; }
    std::chrono::microseconds paced{0};
    std::chrono::microseconds clusterTime() const override { return paced; }
    std::chrono::microseconds time{1'700'000'000'123'456};
    std::chrono::microseconds wallTime() const override { return time; }
};

/// A client that sends bytes as they are and reads replies as redis-cli prints them.
class RawClient
{
public:
    explicit RawClient(quint16 port)
    {
        m_socket.connectToHost(QStringLiteral("127.0.0.1"), port);
        wait([this] {
            return m_socket.state() == QAbstractSocket::ConnectedState ||
                   m_socket.state() == QAbstractSocket::UnconnectedState;
        });
    }
    QTcpSocket& socket() { return m_socket; }
    void send(QByteArrayView bytes)
    {
        m_socket.write(bytes.data(), bytes.size());
        m_socket.flush();
    }
    /// `count` replies, or fewer after five seconds or when the connection closed.
    QStringList replies(qsizetype count)
    {
        QStringList texts;
        wait([&] {
            m_parser.append(m_socket.readAll());
            resp::Reply reply;
            while (texts.size() < count && m_parser.next(reply) == resp::ReplyParser::Outcome::Reply)
                texts.append(resp::toText(reply));
            return texts.size() >= count || isClosed();
        });
        return texts;
    }
    QString ask(const QByteArray& line)
    {
        send(line + "\r\n");
        return replies(1).value(0);
    }
    bool isClosed() const
    {
        return m_socket.state() == QAbstractSocket::UnconnectedState && m_socket.bytesAvailable() == 0;
    }
    bool closes()
    {
        return wait([this] { return m_socket.state() == QAbstractSocket::UnconnectedState; });
    }

    template <typename Condition> static bool wait(Condition condition)
    {
        const QDeadlineTimer deadline(10'000);
        while (!condition()) {
            if (deadline.hasExpired())
                return false;
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 20);
        }
        return true;
    }

private:
    QTcpSocket m_socket;
    resp::ReplyParser m_parser;
};

} // namespace faultline::test
