// SPDX-License-Identifier: GPL-3.0-or-later
#include "figures.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace faultline::bench {

const std::vector<RowSpec>& rowSpecs()
{
    const QString ms = QStringLiteral("ms");
    const QString perSecond = QStringLiteral("1/s");
    static const std::vector<RowSpec> specs = {
        {QStringLiteral("set-1conn-p50"), ms, QStringLiteral("durable SET, 1 connection, median"),
         QStringLiteral("at most 0.4")},
        {QStringLiteral("set-256conn"), perSecond, QStringLiteral("durable SET, 256 connections"),
         QStringLiteral("at least 40000")},
        {QStringLiteral("set-50conn-p16"), perSecond, QStringLiteral("durable SET, 50 connections, pipeline 16"),
         QStringLiteral("at least 250000")},
        {QStringLiteral("get-50conn"), perSecond, QStringLiteral("linearizable GET, 50 connections"),
         QStringLiteral("at least 60000")},
        {QStringLiteral("failover-kill"), ms, QStringLiteral("leader killed to first acknowledged write"),
         QStringLiteral("at most 100")},
        {QStringLiteral("failover-freeze"), ms, QStringLiteral("leader frozen to first acknowledged write"),
         QStringLiteral("at most 700")},
        {QStringLiteral("failover-poweroff"), ms, QStringLiteral("leader powered off to first acknowledged write"),
         QStringLiteral("at most 700")},
        {QStringLiteral("idle-rss"), QStringLiteral("MB"), QStringLiteral("resident memory of an idle node"),
         QStringLiteral("at most 25")},
        {QStringLiteral("restart-1m-keys"), QStringLiteral("s"),
         QStringLiteral("all killed and started again with 1,000,000 keys to first read"), QStringLiteral("at most 2")},
    };
    return specs;
}

const RowSpec* rowSpec(const QString& name)
{
    const auto& specs = rowSpecs();
    const auto found = std::find_if(specs.begin(), specs.end(), [&](const RowSpec& spec) { return spec.name == name; });
    return found == specs.end() ? nullptr : &*found;
}

double Measured::minimum() const
{
    return *std::min_element(values.begin(), values.end());
}

double Measured::maximum() const
{
    return *std::max_element(values.begin(), values.end());
}

double Measured::median() const
{
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

namespace {

/// Three digits that say something; whole numbers from a hundred up.
QString figure(double value)
{
    const int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
    return QString::number(value, 'f', decimals);
}

QString peerText(const Row& row, const QString& name)
{
    const auto peer = row.peers.find(name);
    if (peer == row.peers.end())
        return QStringLiteral("-");
    const double theirs = peer->second.median();
    QString text = figure(theirs);
    if (theirs > 0)
        text += QStringLiteral(" (ours x%1)").arg(row.ours.median() / theirs, 0, 'f', 2);
    return text;
}

QJsonObject toObject(const Measured& measured)
{
    QJsonObject object{{QStringLiteral("runs"), qint64(measured.values.size())},
                       {QStringLiteral("min"), measured.minimum()},
                       {QStringLiteral("median"), measured.median()},
                       {QStringLiteral("max"), measured.maximum()}};
    if (!measured.by.isEmpty())
        object.insert(QStringLiteral("by"), measured.by);
    return object;
}

} // namespace

QString toTable(const Conditions& conditions, const std::vector<Row>& rows)
{
    std::vector<QString> peers;
    for (const Row& row : rows) {
        for (const auto& [name, measured] : row.peers) {
            if (std::find(peers.begin(), peers.end(), name) == peers.end())
                peers.push_back(name);
        }
    }
    std::vector<QStringList> lines;
    QStringList head{QStringLiteral("row"),    QStringLiteral("unit"), QStringLiteral("runs"), QStringLiteral("min"),
                     QStringLiteral("median"), QStringLiteral("max"),  QStringLiteral("goal")};
    for (const QString& name : peers)
        head << name;
    lines.push_back(head);
    for (const Row& row : rows) {
        QStringList cells{row.spec.name,
                          row.spec.unit,
                          QString::number(row.ours.values.size()),
                          figure(row.ours.minimum()),
                          figure(row.ours.median()),
                          figure(row.ours.maximum()),
                          row.spec.goal};
        for (const QString& name : peers)
            cells << peerText(row, name);
        lines.push_back(cells);
    }
    std::vector<qsizetype> widths(std::size_t(head.size()), 0);
    for (const QStringList& cells : lines) {
        for (qsizetype column = 0; column < cells.size(); ++column)
            widths[std::size_t(column)] = std::max(widths[std::size_t(column)], cells[column].size());
    }
    QString text;
    for (const QStringList& cells : lines) {
        QString line;
        for (qsizetype column = 0; column < cells.size(); ++column)
            line += cells[column].leftJustified(widths[std::size_t(column)] + 2);
        text += line.trimmed() + u'\n';
    }
    if (conditions.isQuick)
        text += QStringLiteral("--quick: fewer repetitions, so that the figures vary more from run to run\n");
    return text;
}

QByteArray toJson(const Conditions& conditions, const std::vector<Row>& rows)
{
    QJsonObject about;
    for (const auto& [name, value] : conditions.entries)
        about.insert(name, value);
    about.insert(QStringLiteral("quick"), conditions.isQuick);
    QJsonArray list;
    for (const Row& row : rows) {
        QJsonObject object = toObject(row.ours);
        object.insert(QStringLiteral("name"), row.spec.name);
        object.insert(QStringLiteral("unit"), row.spec.unit);
        QJsonObject peers;
        for (const auto& [name, measured] : row.peers)
            peers.insert(name, toObject(measured));
        object.insert(QStringLiteral("peers"), peers);
        list.append(object);
    }
    return QJsonDocument(QJsonObject{{QStringLiteral("conditions"), about}, {QStringLiteral("rows"), list}}).toJson();
}

} // namespace faultline::bench
