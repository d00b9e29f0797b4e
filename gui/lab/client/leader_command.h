// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/resp/reply_parser.h"
#include "gui/lab/client/patience.h"

#include <QByteArrayList>
#include <QObject>
#include <QTcpSocket>
#include <QTimer>

#include <functional>

namespace faultline::lab {

/// One order to whoever leads, until it has been taken: follows -MOVED, tries again where nothing was proposed, where
/// nobody leads and where the answer was lost, and gives up when the time is over. An order may therefore arrive twice;
/// `isDone` is asked before each further try whether the first has taken effect.
class LeaderCommand : public QObject
{
    Q_OBJECT

public:
    explicit LeaderCommand(QObject* parent = nullptr);

    /// The client port on 127.0.0.1 to begin with; 0: nobody can be asked at this moment. Handed in.
    std::function<quint16()> firstPort;
    /// What was asked for holds already. Handed in; not set: never.
    std::function<bool()> isDone;

    /// taken() or refused() follows once, never from within this call, unless forget() comes first. One at a time.
    void ask(const QByteArrayList& words, std::chrono::milliseconds aTry, std::chrono::milliseconds patience);
    void forget();
    /// While the cluster is held the times given to ask() stand still, too.
    void setHeld(bool held);

signals:
    void taken();
    /// One plain sentence: the node's own reason, or that nobody took it in time.
    void refused(const QString& reason);

private:
    void attempt(quint16 port);
    void tryAgain(const QString& why);
    void onReply(const resp::Reply& reply);
    void end(const std::function<void()>& announce);

    QByteArrayList m_words;
    std::chrono::milliseconds m_try{0};
    QTcpSocket m_socket;
    resp::ReplyParser m_parser;
    Patience m_tryTime;
    Patience m_patience;
    QTimer m_pause;
    QString m_lastTrouble;
    int m_redirects = 0;
    bool m_asking = false;
};

} // namespace faultline::lab
