// SPDX-License-Identifier: GPL-3.0-or-later
#include "first_yes.h"

#include <QTest>

namespace faultline::bench {

Question Question::respSet()
{
    return {"*3\r\n$3\r\nSET\r\n$5\r\nprobe\r\n$1\r\n1\r\n",
            [](const QByteArray& received) -> std::optional<bool> {
                if (!received.endsWith("\r\n"))
                    return {};
                return received == "+OK\r\n";
            },
            1, std::chrono::milliseconds(1)};
}

Question Question::respGet(const QByteArray& key, const QByteArray& value)
{
    const QByteArray length = QByteArray::number(key.size());
    const QByteArray whole = "$" + QByteArray::number(value.size()) + "\r\n" + value + "\r\n";
    return {"*2\r\n$3\r\nGET\r\n$" + length + "\r\n" + key + "\r\n",
            [whole](const QByteArray& received) -> std::optional<bool> {
                if (received.startsWith('$') && !received.startsWith("$-1") && received.size() < whole.size())
                    return {};
                if (!received.endsWith("\r\n"))
                    return {};
                return received == whole;
            },
            1, std::chrono::milliseconds(1)};
}

Question Question::etcdPut()
{
    const QByteArray body = R"({"key":"cHJvYmU=","value":"MQ=="})";
    return {"POST /v3/kv/put HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " +
                QByteArray::number(body.size()) + "\r\n\r\n" + body,
            [](const QByteArray& received) -> std::optional<bool> {
                const qsizetype lineEnd = received.indexOf("\r\n");
                if (lineEnd < 0)
                    return {};
                return received.left(lineEnd).contains(" 200 ");
            },
            // A member without a leader keeps a request for seconds; so another one is sent beside it.
            500, std::chrono::milliseconds(10)};
}

FirstYes::FirstYes(Question question, std::vector<quint16> ports)
    : m_question(std::move(question))
    , m_ports(std::move(ports))
{
    for (const quint16 port : m_ports)
        open(port);
}

FirstYes::Asker& FirstYes::open(quint16 port)
{
    m_askers.push_back(std::make_unique<Asker>());
    Asker& asker = *m_askers.back();
    asker.port = port;
    asker.socket = std::make_unique<QTcpSocket>();
    asker.socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    connect(asker.socket.get(), &QTcpSocket::readyRead, this, [this, &asker] {
        asker.received += asker.socket->readAll();
        const auto answer = m_question.answer(asker.received);
        if (!answer)
            return;
        asker.owed = false;
        if (*answer && !m_yes)
            m_yes = Clock::now();
    });
    asker.socket->connectToHost(QStringLiteral("127.0.0.1"), port);
    return asker;
}

void FirstYes::ask(Asker& asker)
{
    asker.received.clear();
    asker.owed = true;
    asker.socket->write(m_question.request);
    asker.socket->flush();
}

void FirstYes::askAll()
{
    for (const quint16 port : m_ports) {
        Asker* idle = nullptr;
        int count = 0;
        for (const auto& asker : m_askers) {
            if (asker->port != port)
                continue;
            ++count;
            if (asker->socket->state() == QAbstractSocket::UnconnectedState) {
                asker->owed = false;
                asker->socket->connectToHost(QStringLiteral("127.0.0.1"), port);
            } else if (asker->socket->state() == QAbstractSocket::ConnectedState && !asker->owed) {
                idle = asker.get();
            }
        }
        if (idle)
            ask(*idle);
        else if (count < m_question.connections)
            open(port);
    }
}

Result<double> FirstYes::wait(Clock::time_point since, std::chrono::seconds patience)
{
    m_yes.reset();
    QTimer again;
    again.setTimerType(Qt::PreciseTimer);
    again.setInterval(m_question.every);
    connect(&again, &QTimer::timeout, this, &FirstYes::askAll);
    again.start();
    askAll();
    // Not QTest::qWaitFor, which looks every 10 ms: the time is taken where the answer is read, so only patience
    // counts.
    const auto limit = int(std::chrono::milliseconds(patience).count());
    if (!QTest::qWaitFor([this] { return m_yes.has_value(); }, limit))
        return Error{QStringLiteral("no server said yes within %1 s").arg(patience.count())};
    return std::chrono::duration<double, std::milli>(*m_yes - since).count();
}

} // namespace faultline::bench
