// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/client/leader_command.h"

#include "common/resp/redirect.h"
#include "common/resp/writer.h"

#include <QHostAddress>

#include <algorithm>
#include <array>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {

constexpr auto kPause = 50ms;
constexpr int kRedirectsBeforePause = 2; // two nodes may point at each other while an election runs

bool provesNothingWasProposed(const QByteArray& error)
{
    constexpr std::array kCodes{"CLUSTERDOWN", "TRYAGAIN", "LOADING", "BUSY"};
    return std::any_of(kCodes.begin(), kCodes.end(), [&](const char* code) { return error.startsWith(code); });
}

} // namespace

LeaderCommand::LeaderCommand(QObject* parent)
    : QObject(parent)
{
    m_pause.setSingleShot(true);
    m_pause.callOnTimeout(this, [this] { attempt(0); });
    connect(&m_tryTime, &Patience::ranOut, this, [this] { tryAgain(QStringLiteral("there was no answer")); });
    connect(&m_patience, &Patience::ranOut, this, [this] {
        const QString reason = QStringLiteral("nobody took the order within %1 s: %2")
                                   .arg(double(m_patience.whole().count()) / 1'000)
                                   .arg(m_lastTrouble);
        end([this, reason] { emit refused(reason); });
    });
    connect(&m_socket, &QTcpSocket::connected, this, [this] {
        QByteArray command;
        const std::vector<QByteArrayView> words(m_words.begin(), m_words.end());
        resp::appendCommand(command, words);
        m_socket.write(command);
    });
    connect(&m_socket, &QTcpSocket::readyRead, this, [this] {
        m_parser.append(m_socket.readAll());
        resp::Reply reply;
        switch (m_parser.next(reply)) {
        case resp::ReplyParser::Outcome::Reply:
            onReply(reply);
            break;
        case resp::ReplyParser::Outcome::Error:
            tryAgain(QStringLiteral("the answer could not be read"));
            break;
        case resp::ReplyParser::Outcome::NeedMore:
            break;
        }
    });
    connect(&m_socket, &QTcpSocket::errorOccurred, this,
            [this] { tryAgain(QStringLiteral("the connection was closed")); });
}

void LeaderCommand::ask(const QByteArrayList& words, std::chrono::milliseconds aTry, std::chrono::milliseconds patience)
{
    forget();
    m_words = words;
    m_try = aTry;
    m_lastTrouble = QStringLiteral("no node runs");
    m_redirects = 0;
    m_asking = true;
    m_patience.start(patience);
    m_pause.start(0ms);
}

void LeaderCommand::forget()
{
    m_asking = false;
    m_tryTime.stop();
    m_patience.stop();
    m_pause.stop();
    m_socket.abort();
}

void LeaderCommand::setHeld(bool held)
{
    m_tryTime.setHeld(held);
    m_patience.setHeld(held);
}

void LeaderCommand::attempt(quint16 port)
{
    if (isDone && isDone()) {
        end([this] { emit taken(); });
        return;
    }
    if (port == 0 && firstPort)
        port = firstPort();
    if (port == 0) {
        m_pause.start(kPause);
        return;
    }
    m_parser = {};
    m_tryTime.start(m_try);
    m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
}

void LeaderCommand::tryAgain(const QString& why)
{
    if (!m_asking || m_pause.isActive())
        return;
    m_lastTrouble = why;
    m_tryTime.stop();
    m_pause.start(kPause);
    m_socket.abort();
}

void LeaderCommand::onReply(const resp::Reply& reply)
{
    if (!reply.isError()) {
        end([this] { emit taken(); });
    } else if (const auto moved = resp::parseMoved(reply.text)) {
        m_socket.abort();
        if (++m_redirects <= kRedirectsBeforePause) {
            attempt(moved->port);
        } else {
            m_redirects = 0;
            tryAgain(QStringLiteral("no node agrees to be the leader"));
        }
    } else if (provesNothingWasProposed(reply.text)) {
        m_redirects = 0;
        tryAgain(QStringLiteral("no leader is known"));
    } else {
        QString reason = QString::fromUtf8(reply.text);
        if (reason.startsWith(QStringLiteral("ERR ")))
            reason.remove(0, 4);
        end([this, reason] { emit refused(reason); });
    }
}

void LeaderCommand::end(const std::function<void()>& announce)
{
    forget();
    announce();
}

} // namespace faultline::lab
