// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/up_orders.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>

#include <optional>

namespace faultline::cli {

namespace {

std::optional<NodeId> nodeNamed(QString text)
{
    if (text.startsWith(QLatin1Char('n')))
        text.remove(0, 1);
    bool isNumber = false;
    const uint number = text.toUInt(&isNumber);
    if (!isNumber || number == 0)
        return std::nullopt;
    return NodeId{number};
}

} // namespace

UpOrders::UpOrders(lab::Lab& lab, bool json)
    : m_lab(lab)
    , m_json(json)
{
    connect(&m_lab, &lab::Lab::memberChangeEnded, this, [this](const lab::MemberOutcome& outcome) {
        if (outcome.id != m_current)
            return;
        m_current = 0;
        const QString order = m_waiting.front();
        m_waiting.pop_front();
        answer(order, outcome.done, outcome.node, outcome.sentence);
        next();
    });
}

void UpOrders::begin()
{
    m_begun = true;
    next();
}

void UpOrders::take(const QString& line)
{
    if (m_waiting.size() >= kMostWaiting) {
        answer(line, false, {}, QStringLiteral("%1 orders wait already; say it again later").arg(kMostWaiting));
        return;
    }
    m_waiting.push_back(line);
    next();
}

void UpOrders::close()
{
    m_closed = true;
    next();
}

void UpOrders::next()
{
    while (m_begun && m_current == 0 && !m_waiting.empty()) {
        const QString order = m_waiting.front();
        const QStringList words = order.split(QLatin1Char(' '), Qt::SkipEmptyParts);
        const std::optional<NodeId> node = words.size() == 2 ? nodeNamed(words[1]) : std::nullopt;
        if (words == QStringList{QStringLiteral("add")}) {
            m_current = m_lab.addNode();
        } else if (node && words[0] == QLatin1String("remove")) {
            m_current = m_lab.removeNode(*node);
        } else if (node && words[0] == QLatin1String("transfer")) {
            m_current = m_lab.transferLeadership(*node);
        } else {
            m_waiting.pop_front();
            answer(order, false, {},
                   QStringLiteral("\"%1\" is no order; add, remove n2 or transfer n3 would be").arg(order.left(80)));
        }
    }
    if (m_closed && m_waiting.empty())
        emit allDone();
}

void UpOrders::answer(const QString& order, bool done, NodeId node, const QString& sentence)
{
    if (!m_json) {
        emit answered(sentence);
        return;
    }
    QJsonObject said{
        {"order", order},
        {"done", done},
        {"node", node ? QJsonValue(node.name()) : QJsonValue::Null},
        {"sentence", sentence},
    };
    const lab::NodeState* state = m_lab.timeline().node(node);
    if (state && order == QLatin1String("add")) {
        said["pid"] = state->pid;
        said["client"] = state->member.clientPort;
        said["peer"] = state->member.peerPort;
        said["control"] = state->member.controlPort;
    }
    emit answered(QString::fromUtf8(QJsonDocument(said).toJson(QJsonDocument::Compact)));
}

} // namespace faultline::cli
