// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/load/faulty_stream.h"

#include <QTcpServer>

namespace faultline::lab {

/// The other end: it notes what comes and says what it is told to.
struct Peer
{
    QTcpServer server;
    QTcpSocket* socket = nullptr; ///< of the newest connection
    int accepted = 0;
    int ended = 0;
    QByteArray received;

    Peer()
    {
        server.listen(QHostAddress::LocalHost);
        QObject::connect(&server, &QTcpServer::newConnection, &server, [this] {
            while (QTcpSocket* next = server.nextPendingConnection()) {
                ++accepted;
                socket = next;
                next->setSocketOption(QAbstractSocket::LowDelayOption, 1);
                QObject::connect(next, &QTcpSocket::readyRead, &server, [this, next] { received += next->readAll(); });
                QObject::connect(next, &QTcpSocket::disconnected, &server, [this] { ++ended; });
            }
        });
    }
};

/// One client's end, on a link of its own.
struct Client
{
    FaultyStream stream;
    QByteArray received;
    int opened = 0;
    int broken = 0;

    Client(FaultyLink& out, FaultyLink& in)
        : stream(out, in, nullptr)
    {
        stream.onOpen = [this] { ++opened; };
        stream.onBytes = [this](const QByteArray& bytes) { received += bytes; };
        stream.onBroken = [this] { ++broken; };
    }
};

} // namespace faultline::lab
