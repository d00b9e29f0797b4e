// SPDX-License-Identifier: GPL-3.0-or-later
#include "bulk_load.h"

#include "throughput.h"

#include <QTcpSocket>
#include <QTest>

#include <memory>

namespace faultline::bench {

QByteArray bulkKey(int number)
{
    return "bulk:" + QByteArray::number(number).rightJustified(7, '0');
}

QByteArray bulkValue(int number)
{
    return QByteArray::number(number).rightJustified(kPayloadBytes, 'v');
}

namespace {

constexpr int kWindow = 2000;
constexpr int kPatienceMs = 30'000;
const QByteArray kYes = "+OK\r\n";

QByteArray setRequests(int first, int count)
{
    QByteArray requests;
    for (int number = first; number < first + count; ++number) {
        const QByteArray key = bulkKey(number);
        requests += "*3\r\n$3\r\nSET\r\n$" + QByteArray::number(key.size()) + "\r\n" + key + "\r\n$" +
                    QByteArray::number(kPayloadBytes) + "\r\n" + bulkValue(number) + "\r\n";
    }
    return requests;
}

/// Whether every request was answered with OK.
bool allTaken(QTcpSocket& socket, int first, int count)
{
    socket.write(setRequests(first, count));
    QByteArray replies;
    while (replies.size() < count * kYes.size()) {
        if (replies.contains('-') || !socket.waitForReadyRead(kPatienceMs))
            return false;
        replies += socket.readAll();
    }
    return replies == kYes.repeated(count);
}

} // namespace

Result<void> bulkLoad(const std::function<quint16()>& leader, int count)
{
    constexpr int kTriesInARow = 10;
    std::unique_ptr<QTcpSocket> socket;
    int tries = 0;
    for (int done = 0; done < count;) {
        if (!socket) {
            socket = std::make_unique<QTcpSocket>();
            socket->connectToHost(QStringLiteral("127.0.0.1"), leader());
        }
        const int window = std::min(kWindow, count - done);
        if (socket->waitForConnected(kPatienceMs) && allTaken(*socket, done, window)) {
            done += window;
            tries = 0;
            continue;
        }
        socket.reset();
        if (++tries == kTriesInARow)
            return Error{QStringLiteral("filling with keys: no more are taken after the first %1").arg(done)};
        QTest::qWait(500);
    }
    return {};
}

} // namespace faultline::bench
