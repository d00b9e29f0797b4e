// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/up.h"

#include "gui/cli/end_request.h"
#include "gui/cli/say.h"
#include "gui/cli/up_orders.h"
#include "gui/lab/lab.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimer>

namespace faultline::cli {

namespace {

constexpr std::chrono::seconds kMostForServing{30};
constexpr std::chrono::seconds kMostForEnding{5};

QString describe(const lab::Timeline& timeline)
{
    const NodeId leader = timeline.leader();
    const lab::NodeState* node = timeline.node(leader);
    if (!node)
        node = &timeline.nodes().begin()->second;
    return QStringLiteral("%1 nodes serve, %2 leads; try: redis-cli -c -p %3 set x 1 (Ctrl+C ends them)")
        .arg(timeline.nodes().size())
        .arg(leader ? leader.name() : QStringLiteral("none"))
        .arg(node->member.clientPort);
}

} // namespace

QByteArray describeAsJson(const lab::Timeline& timeline)
{
    QJsonArray nodes;
    for (const auto& [id, node] : timeline.nodes()) {
        nodes.append(QJsonObject{
            {"name", id.name()},
            {"pid", node.pid},
            {"client", node.member.clientPort},
            {"peer", node.member.peerPort},
            {"control", node.member.controlPort},
        });
    }
    const NodeId leader = timeline.leader();
    const QJsonValue leaderName = leader ? QJsonValue(leader.name()) : QJsonValue::Null;
    return QJsonDocument(QJsonObject{{"nodes", nodes}, {"leader", leaderName}}).toJson(QJsonDocument::Compact);
}

int runUp(QCoreApplication& application, const UpCommand& command)
{
    lab::Lab lab;
    EndRequest endRequest;
    int exitCode = kAsExpected;
    bool ending = false;
    bool served = false;
    UpOrders orders(lab, command.json);

    const auto end = [&] {
        if (ending)
            return;
        ending = true;
        if (!lab.isRunning()) {
            application.quit();
            return;
        }
        lab.end();
        QTimer::singleShot(kMostForEnding, &application, &QCoreApplication::quit); // what is left dies with the lab
    };
    QObject::connect(&lab, &lab::Lab::ended, &application, [&] {
        if (ending)
            application.quit();
    });
    QObject::connect(&lab, &lab::Lab::serving, &application, [&] {
        if (served || ending)
            return;
        served = true;
        sayOut(command.json ? QString::fromUtf8(describeAsJson(lab.timeline())) : describe(lab.timeline()));
        orders.begin();
    });
    QObject::connect(&lab, &lab::Lab::startFailed, &application, [&](const QString& reason) {
        sayError(reason);
        exitCode = kUnknownOrBadInput;
        end();
    });
    QObject::connect(&lab.timeline(), &lab::Timeline::appended, &application, [&](const lab::Record& record) {
        const auto* note = std::get_if<lab::NoteRecord>(&record);
        if (note && note->severity != lab::Severity::Info && !ending)
            sayError(note->text);
    });
    QObject::connect(&endRequest, &EndRequest::asked, &application, end);
    QObject::connect(&endRequest, &EndRequest::lineRead, &orders, &UpOrders::take);
    QObject::connect(&endRequest, &EndRequest::inputEnded, &orders, &UpOrders::close);
    QObject::connect(&orders, &UpOrders::answered, &application, &sayOut);
    QObject::connect(&orders, &UpOrders::allDone, &application, end);
    QTimer::singleShot(kMostForServing, &application, [&] {
        if (served || ending)
            return;
        sayError(QStringLiteral("the cluster did not serve within %1 s").arg(kMostForServing.count()));
        exitCode = kNotAsExpected;
        end();
    });

    lab::LabOptions options;
    options.nodeProgram = command.cluster.nodeProgram;
    options.dataRoot = command.cluster.dataRoot;
    options.nodes = command.nodes;
    options.pace = wire::Pace::real();
    options.rate = command.rate;
    if (const Result<void> started = lab.start(options); !started) {
        sayError(started.error());
        return kUnknownOrBadInput;
    }
    endRequest.watchInput();
    application.exec();
    return exitCode;
}

} // namespace faultline::cli
