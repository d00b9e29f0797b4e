// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/timeline/timeline.h"

#include "gui/lab/fault/fault_words.h"

#include <QLocale>
#include <QStringList>

#include <cmath>

namespace faultline::lab {

namespace {

/// "n1 is dead", "n1 and n2 are dead", "n1, n2 and n4 are dead".
QString sentenceAbout(const QStringList& names, const QString& state)
{
    const QString verb = names.size() == 1 ? QStringLiteral("is") : QStringLiteral("are");
    QString subject = names.last();
    if (names.size() > 1)
        subject = names.first(names.size() - 1).join(QStringLiteral(", ")) + QStringLiteral(" and ") + subject;
    return QStringLiteral("%1 %2 %3").arg(subject, verb, state);
}

QString grouped(quint64 number)
{
    return QLocale(QLocale::English).toString(number);
}

} // namespace

QString headline(const Timeline& timeline)
{
    if (!timeline.hasCluster())
        return QStringLiteral("No cluster");

    QStringList parts;
    const TallyRecord& tally = timeline.tally();
    if (tally.lost > 0)
        parts << (tally.lost == 1 ? QStringLiteral("1 acknowledged write lost (%1)").arg(tally.firstLoss)
                                  : QStringLiteral("%1 acknowledged writes lost (first: %2)")
                                        .arg(grouped(tally.lost), tally.firstLoss));
    if (timeline.pace().held)
        parts << QStringLiteral("held");

    const auto namesWhere = [&](auto condition) {
        QStringList names;
        for (const auto& [id, node] : timeline.nodes()) {
            if (condition(node))
                names << id.name();
        }
        return names;
    };
    const auto addWhere = [&](const QString& state, auto condition) {
        if (const QStringList names = namesWhere(condition); !names.isEmpty())
            parts << sentenceAbout(names, state);
    };
    const qsizetype before = parts.size();
    const QStringList starting = namesWhere([](const NodeState& n) { return n.life == NodeLife::Starting; });
    const FaultState& faults = timeline.faultState().state;
    const auto conditionOf = [&](const NodeState& n) { return faults.conditionOf(n.member.id); };
    addWhere(QStringLiteral("without power"),
             [&](const NodeState& n) { return conditionOf(n) == NodeCondition::PoweredOff; });
    addWhere(QStringLiteral("in a crash loop"),
             [&](const NodeState& n) { return conditionOf(n) == NodeCondition::CrashLooping; });
    addWhere(QStringLiteral("dead"), [&](const NodeState& n) {
        return n.life == NodeLife::Dead && conditionOf(n) != NodeCondition::PoweredOff &&
               conditionOf(n) != NodeCondition::CrashLooping;
    });
    addWhere(QStringLiteral("stopped"),
             [](const NodeState& n) { return n.life == NodeLife::Stopped || n.life == NodeLife::Stopping; });
    addWhere(QStringLiteral("frozen"), [](const NodeState& n) { return n.life == NodeLife::Frozen; });
    addWhere(QStringLiteral("isolated"), [](const NodeState& n) { return n.isolated && n.alive(); });
    if (!timeline.memberChange().isEmpty())
        parts << timeline.memberChange();
    std::vector<NodeId> all;
    for (const auto& [id, node] : timeline.nodes())
        all.push_back(id);
    parts << spokenBroken(faults, all);
    for (const auto& [node, clock] : faults.clocks)
        parts << spokenWrongClock(node, clock, wire::monotonicNow());
    parts << spokenDisks(faults.disks);
    parts << spokenLoadFaults(faults);
    if (faults.rolling)
        parts << QStringLiteral("rolling restart");
    if (starting.size() == qsizetype(timeline.nodes().size()))
        parts << QStringLiteral("%1 nodes are starting").arg(starting.size());
    else if (!starting.isEmpty())
        parts << sentenceAbout(starting, QStringLiteral("starting"));
    if (parts.size() == before)
        parts << QStringLiteral("%1 nodes").arg(timeline.nodes().size());

    if (const NodeId leader = timeline.leader()) {
        parts << QStringLiteral("%1 leads, term %2").arg(leader.name()).arg(timeline.node(leader)->status->term);
    } else {
        const QStringList asking = namesWhere([](const NodeState& n) {
            return n.life == NodeLife::Running && n.status &&
                   (n.status->role == wire::Role::Candidate || n.status->role == wire::Role::PreCandidate);
        });
        parts
            << (asking.isEmpty()
                    ? QStringLiteral("no leader")
                    : QStringLiteral("no leader, %1 asking for votes").arg(sentenceAbout(asking, QString()).trimmed()));
    }
    if (tally.lost == 0)
        parts << QStringLiteral("nothing lost");

    QString sentence = parts.join(QStringLiteral(" · "));
    const bool beginsWithName = sentence.size() > 1 && sentence[0] == u'n' && sentence[1].isDigit();
    if (!beginsWithName)
        sentence[0] = sentence[0].toUpper();
    return sentence;
}

QString spokenDuration(std::chrono::microseconds duration)
{
    const double ms = double(duration.count()) / 1000;
    if (ms < 1)
        return QStringLiteral("%1 ms").arg(ms, 0, 'f', 2);
    if (ms < 10)
        return QStringLiteral("%1 ms").arg(ms, 0, 'f', 1);
    if (ms < 999.5)
        return QStringLiteral("%1 ms").arg(std::llround(ms));
    if (ms < 9'950)
        return QStringLiteral("%1 s").arg(ms / 1000, 0, 'f', 1);
    const qint64 seconds = std::llround(ms / 1000);
    if (seconds < 60)
        return QStringLiteral("%1 s").arg(seconds);
    if (seconds < 3600)
        return QStringLiteral("%1 min %2 s").arg(seconds / 60).arg(seconds % 60);
    return QStringLiteral("%1 h %2 min").arg(seconds / 3600).arg(seconds / 60 % 60);
}

QString spokenPace(const wire::Pace& pace)
{
    wire::Pace running = pace;
    running.held = false;
    const QString name = running == wire::Pace::real()    ? QStringLiteral("Real")
                         : running == wire::Pace::watch() ? QStringLiteral("Watch")
                                                          : QStringLiteral("×%1").arg(pace.factor);
    return pace.held ? name + QStringLiteral(", held") : name;
}

} // namespace faultline::lab
