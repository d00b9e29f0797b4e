// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/resp/request_parser.h"
#include "gui/lab/load/load_generator.h"

#include <QHash>
#include <QTcpServer>
#include <QTcpSocket>

#include <functional>
#include <memory>

namespace faultline::lab {

/// A server that speaks just enough of the protocol, and answers as the test wants.
struct FakeNode
{
    QTcpServer server;
    std::shared_ptr<QHash<QByteArray, QByteArray>> store;
    /// The raw reply; nothing: no answer; "close": the connection is closed.
    std::function<QByteArray(const QByteArray& verb, const QByteArray& key, const QByteArray& value)> answer;
    int commands = 0;
    int accepted = 0; ///< connections, in all
    quint16 port = 0;

    explicit FakeNode(std::shared_ptr<QHash<QByteArray, QByteArray>> shared)
        : store(std::move(shared))
    {
        rise();
        answer = [this](const QByteArray& verb, const QByteArray& key, const QByteArray& value) {
            return serve(verb, key, value);
        };
        QObject::connect(&server, &QTcpServer::newConnection, &server, [this] {
            while (QTcpSocket* socket = server.nextPendingConnection()) {
                ++accepted;
                auto parser = std::make_shared<resp::RequestParser>();
                QObject::connect(socket, &QTcpSocket::readyRead, &server, [this, socket, parser] {
                    parser->append(socket->readAll());
                    while (parser->next() == resp::RequestParser::Outcome::Request) {
                        const auto arguments = parser->arguments();
                        ++commands;
                        const QByteArray reply =
                            answer(arguments[0].toByteArray(), arguments[1].toByteArray(),
                                   arguments.size() > 2 ? arguments[2].toByteArray() : QByteArray());
                        if (reply == "close") {
                            socket->abort();
                            return;
                        }
                        socket->write(reply);
                    }
                });
            }
        });
    }
    /// Its process is gone: connections end, and nobody listens.
    void die()
    {
        server.close();
        for (QTcpSocket* socket : server.findChildren<QTcpSocket*>())
            socket->abort();
    }
    /// At the same place as before.
    void rise()
    {
        server.listen(QHostAddress::LocalHost, port);
        port = server.serverPort();
    }
    QByteArray serve(const QByteArray& verb, const QByteArray& key, const QByteArray& value)
    {
        if (verb == "SET") {
            store->insert(key, value);
            return "+OK\r\n";
        }
        if (!store->contains(key))
            return "$-1\r\n";
        const QByteArray found = store->value(key);
        return "$" + QByteArray::number(found.size()) + "\r\n" + found + "\r\n";
    }
    LoadTarget target(quint32 id) const { return {NodeId{id}, QStringLiteral("127.0.0.1"), port}; }
    QByteArray movedTo(const FakeNode& other) const
    {
        return "-MOVED 1 127.0.0.1:" + QByteArray::number(other.port) + "\r\n";
    }
};

} // namespace faultline::lab
