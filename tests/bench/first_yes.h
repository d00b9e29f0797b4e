// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>
#include <QObject>
#include <QTcpSocket>
#include <QTimer>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace faultline::bench {

/// How a server is asked again and again until it says yes.
struct Question
{
    QByteArray request;
    /// Looks at what has come since the last request: nothing while the answer is not whole.
    std::function<std::optional<bool>(const QByteArray& received)> answer;
    /// A connection whose answer is owed is not asked again, another is opened instead, up to so many a server.
    int connections = 1;
    std::chrono::milliseconds every{1}; ///< and so exact is the result

    static Question respSet(); ///< SET of one small key
    static Question respGet(const QByteArray& key, const QByteArray& value);
    static Question etcdPut(); ///< by etcd's HTTP gateway
};

/// Asks several servers at once, and tells how long it took until the first of them said yes. Connections that close
/// or cannot be made are made again.
class FirstYes : public QObject
{
public:
    using Clock = std::chrono::steady_clock;

    FirstYes(Question question, std::vector<quint16> ports);

    /// Asks from now on; milliseconds from `since` to the first yes.
    Result<double> wait(Clock::time_point since, std::chrono::seconds patience);

private:
    struct Asker
    {
        quint16 port = 0;
        std::unique_ptr<QTcpSocket> socket;
        QByteArray received;
        bool owed = false; ///< asked and not answered
    };
    void askAll();
    void ask(Asker& asker);
    Asker& open(quint16 port);

    Question m_question;
    std::vector<quint16> m_ports;
    std::vector<std::unique_ptr<Asker>> m_askers;
    std::optional<Clock::time_point> m_yes;
};

} // namespace faultline::bench
