// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/resp/reply_parser.h"
#include "gui/lab/load/faulty_stream.h"
#include "gui/lab/load/load_generator.h"

#include <QTimer>

#include <deque>
#include <functional>

namespace faultline::lab {

/// One client connection of the load: commands go out one after the other without waiting, and replies come back in the
/// same order. It dials again by itself, with growing pauses.
class LoadConnection : public QObject
{
    Q_OBJECT

public:
    LoadConnection(LoadTarget target, const StreamClock& clock, QObject* parent);
    ~LoadConnection() override;

    NodeId node() const { return m_target.id; }
    const LoadTarget& target() const { return m_target; }

    /// Connected, and nothing on it has gone unanswered for too long.
    bool isUsable() const { return m_stream.isOpen() && m_abandoned == 0; }
    FaultyStream& stream() { return m_stream; }
    void send(quint64 operation, const QByteArray& command);
    /// Writes what send() gathered.
    void flush();
    /// Nobody waits for this operation's answer any more; it is passed over when it comes. A connection on which nobody
    /// waits for anything is dropped and dialled anew.
    void abandon(quint64 operation);

    std::function<void(quint64 operation, const resp::Reply& reply)> onReply;
    /// The connection broke with these unanswered.
    std::function<void(const std::deque<quint64>& operations)> onBroken;

private:
    void dial();
    void readReplies(const QByteArray& bytes);
    void broken();

    static constexpr quint64 kAbandoned = 0;

    LoadTarget m_target;
    FaultyStream m_stream;
    QTimer m_redial;
    std::chrono::milliseconds m_pause{0};
    resp::ReplyParser m_parser;
    std::deque<quint64> m_unanswered;
    std::size_t m_abandoned = 0; ///< of these
    QByteArray m_outgoing;
    bool m_breaking = false;
};

} // namespace faultline::lab
