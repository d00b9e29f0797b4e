// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/step_file.h"

#include "common/fault/disk_fault_text.h"
#include "common/fault/link_fault_text.h"
#include "gui/lab/scenario/scenario_file.h"

#include <QRegularExpression>
#include <QtTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

/// A step as it was read, printed field by field; what is at rest is left out.
QString printed(const Step& step)
{
    const auto text = [](auto duration) {
        return QString::number(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
    };
    QStringList parts{nameOf(step.action)};
    if (step.target.kind != Target::Kind::None)
        parts << QStringLiteral("target %1").arg(nameOf(step.target));
    for (const LinkSelector& selector : step.links)
        parts << nameOf(selector);
    if (!step.preset.isEmpty())
        parts << QStringLiteral("preset %1").arg(step.preset);
    if (!step.fault.healthy())
        parts << fault::print(step.fault);
    if (!step.disk.healthy())
        parts << fault::print(step.disk);
    if (step.shape)
        parts << QStringLiteral("shape %1").arg(nameOf(*step.shape));
    if (step.side.kind != Target::Kind::None)
        parts << QStringLiteral("side %1").arg(nameOf(step.side));
    if (step.offset)
        parts << QStringLiteral("offset %1").arg(text(*step.offset));
    if (step.jump)
        parts << QStringLiteral("jump %1").arg(text(*step.jump));
    if (step.clockRate)
        parts << QStringLiteral("runs %1").arg(*step.clockRate);
    if (step.factor != 1)
        parts << QStringLiteral("factor %1").arg(step.factor);
    if (step.share)
        parts << QStringLiteral("share %1").arg(fault::printShare(step.share));
    if (step.rate != 0)
        parts << QStringLiteral("rate %1").arg(step.rate);
    if (step.period != 3s)
        parts << QStringLiteral("period %1").arg(text(step.period));
    if (step.over != 0ms)
        parts << QStringLiteral("over %1").arg(text(step.over));
    if (step.duration)
        parts << QStringLiteral("for %1").arg(text(*step.duration));
    return parts.join(QStringLiteral("; "));
}

Result<Scenario> withStep(const QString& fields)
{
    return parseScenario(QStringLiteral("name: a\nsteps:\n  - {%1}\n").arg(fields).toUtf8(), QStringLiteral("f.yaml"));
}

} // namespace

class TestStepFile : public QObject
{
    Q_OBJECT

private slots:
    void everyFaultIsAStep_data();
    void everyFaultIsAStep();
    void aLinkTakesEveryFieldOfItsFault_data();
    void aLinkTakesEveryFieldOfItsFault();
    void aPresetIsTakenByItsName_data();
    void aPresetIsTakenByItsName();
    void everyShapeOfPartitionIsTaken();
    void badValuesOfFaultsAreNamedWithTheirLine_data();
    void badValuesOfFaultsAreNamedWithTheirLine();
    void aFieldOfAnotherFaultIsRefused_data();
    void aFieldOfAnotherFaultIsRefused();
};

void TestStepFile::everyFaultIsAStep_data()
{
    QTest::addColumn<QString>("fields");
    QTest::addColumn<QString>("read");
    const auto row = [](const char* fields, const char* read) {
        QTest::newRow(fields) << QString::fromUtf8(fields) << QString::fromUtf8(read);
    };
    row("do: kill, target: leader, duration: 2s", "kill; target leader; for 2000");
    row("do: power-off, target: leader", "power-off; target leader");
    row("do: power-off, target: [n1, n2], duration: 3s", "power-off; target n1 n2; for 3000");
    row("do: crash-loop, target: random", "crash-loop; target random");
    row("do: crash-loop, target: n3, period: 1500ms, duration: 10s", "crash-loop; target n3; period 1500; for 10000");
    row("do: rolling-restart", "rolling-restart");
    row("do: link, links: leader<->followers, latency: 200ms, jitter: 50ms, over: 5s, duration: 10s",
        "link; leader<->followers; latency: 200ms, jitter: 50ms; over 5000; for 10000");
    row("do: link, links: n1->n3, preset: lossy Wi-Fi",
        "link; n1->n3; preset lossy Wi-Fi; latency: 5ms, jitter: 10ms, distribution: exponential, loss: 5%");
    row("do: link, links: n1->n3, preset: transatlantic, loss: 2%",
        "link; n1->n3; latency: 40ms, jitter: 2ms, distribution: normal, loss: 2%");
    row("do: link, links: clients->all, latency: 1s, stall: 5%", "link; clients->all; latency: 1s, stall: 5%");
    row("do: link, links: all<->clients, bandwidth: 64kbit", "link; all<->clients; bandwidth: 64kbit");
    row("do: link, links: all<->all, latency: 0, over: 2s", "link; all<->all; over 2000");
    row("do: cut, links: [n1<->n3, n2->n4]", "cut; n1<->n3; n2->n4");
    row("do: cut, links: n1<->n3 n2->n4, duration: 1s", "cut; n1<->n3; n2->n4; for 1000");
    row("do: cut, links: leader -> clients", "cut; leader->clients");
    row("do: heal", "heal");
    row("do: heal, links: random->all", "heal; random->all");
    row("do: heal-all", "heal-all");
    row("do: partition, shape: halves", "partition; shape halves");
    row("do: partition, shape: minority, target: leader, duration: 5s",
        "partition; target leader; shape minority; for 5000");
    row("do: partition, shape: primaries, target: n1 n2", "partition; target n1 n2; shape primaries");
    row("do: partition, shape: primaries, target: followers", "partition; target followers; shape primaries");
    row("do: partition, side: n1 n2", "partition; side n1 n2");
    row("do: partition, side: [n1, n2], duration: 2s", "partition; side n1 n2; for 2000");
    row("do: partition, side: leader", "partition; side leader");
    row("do: partition, side: followers", "partition; side followers");
    row("do: clock, target: n2, offset: 5s", "clock; target n2; offset 5000");
    row("do: clock, target: n2, offset: -5s, rate: 110%, duration: 4s",
        "clock; target n2; offset -5000; runs 1100000; for 4000");
    row("do: clock, target: leader, jump: -200ms", "clock; target leader; jump -200");
    row("do: clock, target: all, jump: 2h, rate: 90%", "clock; target all; jump 7200000; runs 900000");
    row("do: disk, target: n2, latency: 20ms, jitter: 5ms, duration: 4s",
        "disk; target n2; latency: 20ms, jitter: 5ms; for 4000");
    row("do: disk, target: all, lies: true", "disk; target all; lies");
    row("do: disk, target: leader, full: true, flip: 1%", "disk; target leader; full, flip: 1%");
    row("do: disk, target: n1, preset: lies about sync", "disk; target n1; preset lies about sync; lies");
    row("do: disk, target: n1, preset: full, lies: true", "disk; target n1; full, lies");
    row("do: disk, target: n1, lies: false", "disk; target n1");
    row("do: add-node", "add-node");
    row("do: remove-node, target: n2", "remove-node; target n2");
    row("do: transfer-leadership, target: n3", "transfer-leadership; target n3");
    row("do: surge, factor: 5", "surge; factor 5");
    row("do: surge, factor: x2.5, over: 3s, duration: 10s", "surge; factor 2.5; over 3000; for 10000");
    row("do: hot-key, share: 80%, duration: 5s", "hot-key; share 80%; for 5000");
    row("do: hot-key, share: 0%", "hot-key");
    row("do: rate, to: 400, over: 2s", "rate; rate 400; over 2000");
}

void TestStepFile::everyFaultIsAStep()
{
    QFETCH(QString, fields);
    QFETCH(QString, read);
    const Result<Scenario> scenario = withStep(fields);
    QVERIFY2(scenario, scenario ? "" : qPrintable(scenario.error()));
    QCOMPARE(printed(scenario->steps[0]), read);
}

void TestStepFile::aLinkTakesEveryFieldOfItsFault_data()
{
    QTest::addColumn<QString>("value");
    const QMap<QString, QString> values{
        {"latency", "250us"}, {"jitter", "1.5s"},  {"distribution", "normal"}, {"loss", "0.25%"},
        {"duplicate", "1%"},  {"corrupt", "0.01"}, {"reorder", "10%"},         {"bandwidth", "100KB/s"},
        {"stall", "5%"},      {"cut", "true"},     {"reset", "true"},          {"refuse", "true"},
    };
    for (const QString& field : fault::fieldNames())
        QTest::newRow(qPrintable(field)) << values.value(field);
}

void TestStepFile::aLinkTakesEveryFieldOfItsFault()
{
    QFETCH(QString, value);
    const QString field = QString::fromLatin1(QTest::currentDataTag());
    QVERIFY2(!value.isEmpty(), "a field without a row here");
    fault::LinkFault wanted;
    QString fields = QStringLiteral("%1: %2").arg(field, value);
    if (field == QStringLiteral("distribution")) { // of jitter, so it takes one
        fields += QStringLiteral(", jitter: 5ms");
        wanted.jitter = 5ms;
    }
    const Result<Scenario> scenario = withStep(QStringLiteral("do: link, links: n1->n2, ") + fields);
    QVERIFY2(scenario, scenario ? "" : qPrintable(scenario.error()));
    QVERIFY(fault::setField(wanted, field, value));
    QVERIFY(!wanted.healthy());
    QVERIFY(scenario->steps[0].fault == wanted);
}

void TestStepFile::aPresetIsTakenByItsName_data()
{
    QTest::addColumn<bool>("suitsClients");
    for (const fault::Preset& preset : fault::presets())
        QTest::newRow(qPrintable(preset.name)) << preset.suitsClients;
}

void TestStepFile::aPresetIsTakenByItsName()
{
    QFETCH(bool, suitsClients);
    const QString name = QString::fromUtf8(QTest::currentDataTag());
    const Result<Scenario> scenario = withStep(QStringLiteral("do: link, links: n1->n2, preset: \"%1\"").arg(name));
    QVERIFY2(scenario, scenario ? "" : qPrintable(scenario.error()));
    QCOMPARE(scenario->steps[0].preset, name);
    QVERIFY(!scenario->steps[0].fault.healthy());
    const Result<Scenario> ofClients =
        withStep(QStringLiteral("do: link, links: clients->n2, preset: \"%1\"").arg(name));
    QCOMPARE(static_cast<bool>(ofClients), suitsClients);
    if (!ofClients)
        QVERIFY2(ofClients.error().startsWith(QStringLiteral("f.yaml:3: ")) &&
                     ofClients.error().contains(QStringLiteral("of whole messages")),
                 qPrintable(ofClients.error()));
}

void TestStepFile::everyShapeOfPartitionIsTaken()
{
    for (const QString& name : partitionNames()) {
        const Result<Scenario> scenario = withStep(QStringLiteral("do: partition, shape: %1").arg(name));
        QVERIFY2(scenario, scenario ? "" : qPrintable(scenario.error()));
        QCOMPARE(nameOf(scenario->steps[0].shape.value()), name);
    }
}

void TestStepFile::badValuesOfFaultsAreNamedWithTheirLine_data()
{
    QTest::addColumn<QString>("action");
    QTest::addColumn<QString>("bad");   // one field, on a line of its own
    QTest::addColumn<QString>("holds"); // what is wrong, and what would be right
    const auto row = [](const char* action, const char* bad, const char* holds) {
        QTest::addRow("%s, %s", action, bad)
            << QString::fromUtf8(action) << QString::fromUtf8(bad) << QString::fromUtf8(holds);
    };
    const char* link = "link, links: n1->n2";
    row(link, "latency: -3", "latency is \"-3\"; it must be");
    row(link, "latency: 61s", "0 to 1min");
    row(link, "latency: 5", "latency is \"5\"");
    row(link, "jitter: soon", "0 to 1min");
    row(link, "distribution: pareto", "one of constant, uniform, normal, exponential");
    row(link, "distribution: normal", "distribution says how jitter spreads, and there is none; give it a jitter");
    row("link, links: n1->n2, latency: 5ms", "distribution: uniform", "give it a jitter, such as jitter: 10ms");
    row(link, "distribution: constant", "give it a latency, such as latency: 200ms");
    row(link, "loss: 140%", "loss is \"140%\"; it must be");
    row(link, "loss: -1%", "0% to 100%");
    row(link, "duplicate: 1.5", "0% to 100%");
    row(link, "corrupt: all", "0% to 100%");
    row(link, "reorder: nan", "0% to 100%");
    row(link, "bandwidth: fast", "bandwidth is \"fast\"; it must be");
    row(link, "bandwidth: 1bit", "1kbit to 100gbit");
    row(link, "stall: 101%", "0% to 100%");
    row(link, "cut: maybe", "true or false");
    row(link, "reset: 2", "true or false");
    row(link, "refuse: [true]", "refuse is one value, not a list");
    row(link, "preset: slow", "preset is \"slow\"; it must be one of 200 ms each way, lossy Wi-Fi");
    row(link, "over: quick", "over is \"quick\"; it must be a duration");
    row(link, "duration: -1s", "duration is \"-1s\"; it must be a duration");
    row(link, "colour: red", "no field \"colour\"");
    row("link, links: clients->n1", "loss: 5%", "loss is of whole messages, and between clients and nodes");
    row("link, links: n1->clients", "duplicate: 5%",
        "it takes latency, jitter, bandwidth, stall, cut, reset and refuse");
    row("link, links: clients<->all", "corrupt: 5%", "corrupt is of whole messages");
    row("link, links: [n1->n2, clients->n1]", "reorder: 5%", "reorder is of whole messages");
    row("link, links: n1->n2, distribution: constant", "jitter: 5ms", "jitter must be 0, or");
    row("link, latency: 5ms", "links: n1->n9", "links is \"n1->n9\"; it must be FROM->TO or A<->B");
    row("link, latency: 5ms", "links: n1->n1", "a node has no link to itself");
    row("link, latency: 5ms", "links: []", "links is one value or a list of values");
    row("link, latency: 5ms", "links: \" \"", "links names no link; it must be such as leader->followers");
    row("cut", "links: everything", "leader, followers, random, all, clients, or a node, n1 to n5");
    row("cut", "links: {n1: n2}", "links is one value or a list of values");
    row("heal", "links: n1-n2", "FROM->TO or A<->B");
    row("partition", "shape: thirds",
        "one of one, minority, majority, halves, bridge, majorities-ring, primaries, one-way");
    row("partition", "side: n1 n9", "side is \"n1 n9\"; it must be leader, followers");
    row("partition", "side: all", "must leave at least one");
    row("partition", "side: n1 n2 n3 n4 n5", "must leave at least one");
    row("partition, shape: minority", "side: n1", "a shape or the nodes of one side, not both");
    row("partition, side: n1", "target: leader", "the target is for a shape");
    row("partition, shape: minority", "target: n1 n2 n3",
        "3 nodes do not fit into the minority partition of 5; 2 at most");
    row("partition, shape: majority", "target: followers", "3 at most");
    row("partition, shape: one-way", "target: all", "4 at most");
    row("partition, shape: halves", "target: leader", "halves is about all nodes alike and takes no target");
    row("partition, shape: majorities-ring", "target: n1", "takes no target");
    row("partition, shape: one", "target: n8", "n1 to n5");
    row("clock, target: n1", "offset: 367d", "from -366d to 366d");
    row("clock, target: n1", "offset: late", "offset is \"late\"; it must be how far a clock is ahead");
    row("clock, target: n1", "jump: 5", "jump is \"5\"");
    row("clock, target: n1", "rate: 110", "from 10% to 1000%, such as 110%");
    row("clock, target: n1", "rate: 5%", "from 10% to 1000%");
    row("clock, target: n1", "rate: 1001%", "from 10% to 1000%");
    row("clock, target: n1, offset: 1s", "jump: 1s", "not both");
    row("disk, target: n1", "latency: 11s", "0 to 10s");
    row("disk, target: n1", "latency: 20", "latency is \"20\"; it must be");
    row("disk, target: n1", "jitter: some", "0 to 10s");
    row("disk, target: n1", "full: very", "true or false");
    row("disk, target: n1", "lies: often", "true or false");
    row("disk, target: n1", "flip: 101%", "0% to 100%");
    row("disk, target: n1", "preset: slow", "preset is \"slow\"; it must be one of slow: 20 ms");
    row("disk, target: n1", "loss: 5%", "no field \"loss\"");
    row("remove-node", "target: n6", "n1 to n5");
    row("surge", "factor: 0.5", "factor is \"0.5\"; it must be how many times the load that is set, from 1 to 100");
    row("surge", "factor: 101", "from 1 to 100");
    row("surge", "factor: many", "from 1 to 100");
    row("hot-key", "share: 120%", "share is \"120%\"; it must be");
    row("hot-key", "share: most", "0% to 100%");
    row("crash-loop, target: n1", "period: 500ms", "period is 500 ms; it must be from 1s to 60s");
    row("crash-loop, target: n1", "period: 61s", "from 1s to 60s");
    row("crash-loop, target: n1", "period: often", "must be a duration");
    row("power-off", "target: n6", "n1 to n5");
    row("power-off", "target: clients", "leader, followers, random, all");
    row("rate, to: 20", "over: 5", "must be a duration with its unit");
    row("rate", "to: 20001", "from 1 to 20000");
}

void TestStepFile::badValuesOfFaultsAreNamedWithTheirLine()
{
    QFETCH(QString, action);
    QFETCH(QString, bad);
    QFETCH(QString, holds);
    // "link, links: n1->n2" is written a field a line, so that the line in the error is the bad field's own. Lists keep
    // theirs.
    QString yaml = QStringLiteral("name: a\nsteps:\n  - at: 1s\n    do: ");
    static const QRegularExpression kNextField(QStringLiteral(", (?=[a-z]+:)"));
    yaml += action.split(kNextField).join(QStringLiteral("\n    ")) + QStringLiteral("\n    %1\n").arg(bad);
    const int line = static_cast<int>(yaml.count(QLatin1Char('\n')));
    const Result<Scenario> read = parseScenario(yaml.toUtf8(), QStringLiteral("f.yaml"));
    QVERIFY(!read);
    QVERIFY2(read.error().startsWith(QStringLiteral("f.yaml:%1: ").arg(line)), qPrintable(read.error()));
    QVERIFY2(read.error().contains(holds), qPrintable(read.error()));
    QVERIFY2(!read.error().contains(QLatin1Char('\n')), qPrintable(read.error()));
}

void TestStepFile::aFieldOfAnotherFaultIsRefused_data()
{
    QTest::addColumn<QString>("fields");
    QTest::addColumn<QString>("holds");
    const auto row = [](const char* fields, const char* holds) {
        QTest::newRow(fields) << QString::fromUtf8(fields) << QString::fromUtf8(holds);
    };
    row("do: link, latency: 5ms", "link needs links: such as leader->followers");
    row("do: link, links: n1->n2", "link needs what is wrong: preset, or one or more of latency, jitter");
    row("do: link, links: n1->n2, latency: 5ms, target: n1", "link is about links and takes links:, not target:");
    row("do: cut", "cut needs links:");
    row("do: cut, links: n1->n2, latency: 5ms", "no field \"latency\"");
    row("do: cut, links: n1->n2, over: 5s", "cut takes no over");
    row("do: heal, links: n1->n2, duration: 1s", "heal is done at once and takes no duration");
    row("do: heal-all, links: n1->n2", "heal-all takes no links");
    row("do: heal-all, target: n1", "heal-all takes no target");
    row("do: partition", "partition needs shape: one of one, minority, majority");
    row("do: partition, target: n1 n2", "or side: the nodes of one side");
    row("do: partition, shape: one, links: n1->n2", "partition takes no links");
    row("do: power-off", "power-off needs target:");
    row("do: power-off, target: n1, period: 2s", "no field \"period\"");
    row("do: crash-loop", "crash-loop needs target:");
    row("do: rolling-restart, target: n1", "rolling-restart takes no target");
    row("do: rolling-restart, duration: 3s", "takes no duration");
    row("do: clock, target: n1", "clock needs offset (5s), jump (-200ms) or rate (110%)");
    row("do: clock, offset: 5s", "clock needs target:");
    row("do: clock, target: n1, ofset: 5s", "no field \"ofset\"");
    row("do: disk, lies: true", "disk needs target:");
    row("do: disk, target: n1",
        "disk needs what is wrong: preset, or one or more of latency, jitter, full, lies, flip");
    row("do: disk, target: n1, lies: true, over: 1s", "disk takes no over");
    row("do: disk, target: n1, lies: true, links: n1->n2", "disk takes no links");
    row("do: add-node, target: n1", "add-node takes no target");
    row("do: remove-node", "remove-node needs target:");
    row("do: transfer-leadership", "transfer-leadership needs target:");
    row("do: transfer-leadership, target: n1, duration: 1s", "is done at once and takes no duration");
    row("do: surge, factr: 5", "no field \"factr\"");
    row("do: link, links: n1->n2, latancy: 5ms", "no field \"latancy\"");
    row("do: partition, shpe: one", "no field \"shpe\"");
    row("do: clock, target: n1, offset: 5s, over: 1s", "clock takes no over");
    row("do: surge", "surge needs factor:");
    row("do: surge, factor: 2, target: n1", "surge takes no target");
    row("do: surge, factor: 2, to: 5", "surge takes no to; only rate and pace do");
    row("do: hot-key", "hot-key needs share:");
    row("do: hot-key, share: 5%, over: 1s", "hot-key takes no over");
    row("do: rate, to: 5, duration: 1s", "rate is done at once");
    row("do: rate, to: 5, rate: 5", "no field \"rate\"");
    row("do: kill, target: n1, links: n1->n2", "kill takes no links; link, cut and heal do");
    row("do: kill, target: n1, latency: 5ms",
        "no field \"latency\"; there are at, after, within, do, target, duration");
    row("do: heal-all, tarjet: n1", "no field \"tarjet\"; there are at, after, within, do");
    row("do: rate, to: 5, ovr: 2s", "no field \"ovr\"; there are at, after, within, do, over, to");
    row("do: surge, factr: 2", "no field \"factr\"; there are at, after, within, do, duration, over, factor");
    row("do: kill, target: n1, offset: 5s", "no field \"offset\"");
    row("do: kill, target: n1, shape: one", "no field \"shape\"");
    row("do: kill, target: n1, side: n2", "no field \"side\"");
    row("do: kill, target: n1, factor: 2", "no field \"factor\"");
    row("do: kill, target: n1, share: 5%", "no field \"share\"");
    row("do: kill, target: n1, preset: flaky", "no field \"preset\"");
}

void TestStepFile::aFieldOfAnotherFaultIsRefused()
{
    QFETCH(QString, fields);
    QFETCH(QString, holds);
    const Result<Scenario> read = withStep(fields);
    QVERIFY(!read);
    QVERIFY2(read.error().startsWith(QStringLiteral("f.yaml:3: ")), qPrintable(read.error()));
    QVERIFY2(read.error().contains(holds), qPrintable(read.error()));
}

QTEST_GUILESS_MAIN(TestStepFile)
#include "tst_step_file.moc"
