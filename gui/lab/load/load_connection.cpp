// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/load_connection.h"

#include <algorithm>

namespace faultline::lab {

using namespace std::chrono_literals;

LoadConnection::LoadConnection(LoadTarget target, const StreamClock& clock, QObject* parent)
    : QObject(parent)
    , m_target(std::move(target))
    , m_stream(clock, this)
{
    m_stream.onOpen = [this] { m_pause = 0ms; };
    m_stream.onBytes = [this](const QByteArray& bytes) { readReplies(bytes); };
    m_stream.onBroken = [this] { broken(); };
    m_redial.setSingleShot(true);
    m_redial.setParent(this);
    connect(&m_redial, &QTimer::timeout, this, &LoadConnection::dial);
    dial();
}

LoadConnection::~LoadConnection() = default;

void LoadConnection::dial()
{
    m_stream.open(m_target.host, m_target.port);
}

void LoadConnection::send(quint64 operation, const QByteArray& command)
{
    m_unanswered.push_back(operation);
    m_outgoing.append(command);
}

void LoadConnection::flush()
{
    if (m_outgoing.isEmpty())
        return;
    m_stream.write(std::exchange(m_outgoing, {}));
}

void LoadConnection::abandon(quint64 operation)
{
    const auto found = std::find(m_unanswered.begin(), m_unanswered.end(), operation);
    if (found == m_unanswered.end())
        return;
    *found = kAbandoned;
    if (++m_abandoned == m_unanswered.size())
        broken();
}

void LoadConnection::readReplies(const QByteArray& bytes)
{
    m_parser.append(bytes);
    resp::Reply reply;
    for (;;) {
        switch (m_parser.next(reply)) {
        case resp::ReplyParser::Outcome::NeedMore:
            return;
        case resp::ReplyParser::Outcome::Error:
            broken();
            return;
        case resp::ReplyParser::Outcome::Reply:
            break;
        }
        if (m_unanswered.empty()) { // an answer to nothing: such as "max number of clients reached"
            broken();
            return;
        }
        const quint64 operation = m_unanswered.front();
        m_unanswered.pop_front();
        if (operation == kAbandoned)
            --m_abandoned;
        else
            onReply(operation, reply);
    }
}

void LoadConnection::broken()
{
    if (m_breaking)
        return;
    m_breaking = true;
    m_stream.abort();
    m_breaking = false;
    m_parser = {};
    m_outgoing.clear();
    m_abandoned = 0;
    std::deque<quint64> unanswered = std::exchange(m_unanswered, {});
    std::erase(unanswered, kAbandoned);
    m_pause = m_pause == 0ms ? 20ms : std::min(m_pause * 2, 320ms);
    m_redial.start(m_pause);
    if (!unanswered.empty())
        onBroken(unanswered);
}

} // namespace faultline::lab
