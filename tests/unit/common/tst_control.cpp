// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/control.h"
#include "common/wire/envelope.h"
#include "common/wire/hello.h"

#include <QCborStreamReader>
#include <QCborStreamWriter>
#include <QTest>

#include <random>

using namespace faultline;
using namespace faultline::wire;
using namespace std::chrono_literals;

namespace {

Status someStatus()
{
    Status status;
    status.incarnation = 7;
    status.at = 123456us;
    status.desiredVersion = 3;
    status.role = wire::Role::Leader;
    status.term = 9;
    status.leader = NodeId{2};
    status.commitIndex = 100;
    status.appliedIndex = 99;
    status.lastIndex = 101;
    status.firstIndex = 51;
    status.snapshotIndex = 60;
    status.snapshotsTaken = 3;
    status.snapshotsInstalled = 1;
    status.voters = {NodeId{1}, NodeId{2}, NodeId{4}};
    status.outgoing = {NodeId{1}, NodeId{2}, NodeId{3}};
    status.learners = {NodeId{5}};
    status.joining = {{NodeId{5}, 77}, {NodeId{6}, 0}};
    status.readsPending = 17;
    status.lamport = 55;
    status.stateHash = ~quint64(0);
    status.keys = 12;
    status.watchedValue = QByteArray("one\0two", 7);
    status.pendingValue = QByteArray();
    status.clientConnections = 4;
    status.residentBytes = quint64(1) << 40;
    status.cpuTime = 5s;
    status.longestStall = 3ms;
    status.wallClock = 1'700'000'000s;
    status.links = {{.peer = NodeId{1},
                     .connected = true,
                     .offeredFrames = 1,
                     .sentFrames = 2,
                     .sentBytes = 3,
                     .lostFrames = 4,
                     .duplicatedFrames = 5,
                     .corruptedFrames = 6,
                     .reorderedFrames = 7,
                     .delayed = 8ms,
                     .receivedFrames = 9,
                     .receivedBytes = 10,
                     .rejectedFrames = 11,
                     .receivedLostFrames = 12},
                    {.peer = NodeId{3}}};
    status.faults = {{{NodeId{1}, NodeId{2}}, {.latency = 200ms}}, {{NodeId{2}, NodeId{1}}, {.cut = true}}};
    return status;
}

DesiredState someDesiredState()
{
    DesiredState state;
    state.version = 12;
    state.pace = {10, true, 30ms};
    fault::LinkFault slow;
    slow.latency = 200ms;
    fault::LinkFault cut;
    cut.cut = true;
    fault::LinkFault everything;
    everything.latency = 1us;
    everything.jitter = fault::kMaxLatency;
    everything.distribution = fault::Distribution::Exponential;
    everything.loss = {1};
    everything.duplicate = {2};
    everything.corrupt = {3};
    everything.reorder = {fault::Share::kAll};
    everything.bandwidth = fault::kMaxBandwidth;
    everything.stall = {4};
    everything.reset = true;
    everything.refuse = true;
    state.links = {{{NodeId{1}, NodeId{2}}, slow},
                   {{NodeId{2}, NodeId{1}}, cut},
                   {{NodeId{3}, NodeId{1}}, everything},
                   {{NodeId{1}, NodeId{3}}, {}}};
    state.watchedKey = "x";
    state.clocks = {{NodeId{1}, {.offset = -90s, .rate = fault::kMinRate, .since = 77us}},
                    {NodeId{2}, {.offset = fault::kMaxOffset, .rate = fault::kMaxRate, .since = 0us}}};
    state.answers = 5;
    state.disks = {{NodeId{1}, {.latency = 20ms, .lies = true}},
                   {NodeId{2},
                    {.latency = fault::kMaxSyncLatency,
                     .jitter = fault::kMaxSyncLatency,
                     .full = true,
                     .flip = {fault::Share::kAll}}},
                   {NodeId{3}, {}}};
    return state;
}

Activity someActivity()
{
    Activity activity;
    activity.events = {
        {1, 5us, NodeEventKind::VoteRefused, 4, NodeId{3}, QStringLiteral("log behind: (4,120) < (5,98)")}};
    activity.samples = {
        {{NodeId{1}, NodeId{2}}, 7, 8, 9us, MessageFate::Lost, MessageKind::PreVoteReply, false, 4, 10, 11, 12}};
    activity.droppedSamples = 2;
    return activity;
}

template <typename T> T roundTrip(const T& message)
{
    const auto decoded = decodeControl(encodeControl(message, 1));
    return decoded && std::holds_alternative<T>(*decoded) ? std::get<T>(*decoded) : T();
}

} // namespace

class TestControl : public QObject
{
    Q_OBJECT

private slots:
    void everyMessageComesBackAsItWas()
    {
        QCOMPARE(roundTrip(someDesiredState()), someDesiredState());
        QCOMPARE(roundTrip(DesiredStateAck{8}), DesiredStateAck{8});
        QCOMPARE(roundTrip(DesiredStateAck{8, 3}), (DesiredStateAck{8, 3}));
        QCOMPARE(roundTrip(someStatus()), someStatus());
        QCOMPARE(roundTrip(someActivity()), someActivity());
        Histograms histograms;
        histograms.request.record(3ms, 5);
        histograms.sync.record(70s);
        histograms.stages[Stage::Append].record(20us, 3);
        histograms.stages[Stage::Reply].record(5us);
        const Histograms back = roundTrip(histograms);
        QCOMPARE(back.request.count(), quint64(5));
        QCOMPARE(back.request.percentileOfFew(0.5), histograms.request.percentileOfFew(0.5));
        QCOMPARE(back.sync.max(), histograms.sync.max());
        QCOMPARE(back.stages.size(), std::size_t(2));
        QCOMPARE(back.stages.at(Stage::Append).count(), quint64(3));
        QCOMPARE(back.stages.at(Stage::Append).max(), histograms.stages.at(Stage::Append).max());
        QCOMPARE(back.stages.at(Stage::Reply).max(), histograms.stages.at(Stage::Reply).max());
    }

    void helloComesBackAsItWas()
    {
        Hello hello{clusterIdOf("c"), NodeId{1}, NodeId{2}, 77, 1, 4, "token", {}, 0};
        QCOMPARE(decodeHello(encodeHello(hello)), std::optional(hello));
        hello.host = QStringLiteral("127.0.0.1");
        hello.port = 7101;
        QCOMPARE(decodeHello(encodeHello(hello)), std::optional(hello));
        QCOMPARE(clusterIdOf("c").size(), 16);
        QVERIFY(clusterIdOf("c") != clusterIdOf("d"));
    }

    void versionsMeetAtTheHighestBothSpeak_data()
    {
        QTest::addColumn<int>("oursLow");
        QTest::addColumn<int>("oursHigh");
        QTest::addColumn<int>("theirsLow");
        QTest::addColumn<int>("theirsHigh");
        QTest::addColumn<int>("common");
        QTest::newRow("same") << 1 << 1 << 1 << 1 << 1;
        QTest::newRow("newer peer") << 1 << 2 << 2 << 5 << 2;
        QTest::newRow("older peer") << 2 << 5 << 1 << 3 << 3;
        QTest::newRow("none") << 1 << 2 << 3 << 4 << 0;
    }
    void versionsMeetAtTheHighestBothSpeak()
    {
        QFETCH(int, oursLow);
        QFETCH(int, oursHigh);
        QFETCH(int, theirsLow);
        QFETCH(int, theirsHigh);
        QFETCH(int, common);
        Hello ours;
        ours.lowestVersion = quint8(oursLow);
        ours.highestVersion = quint8(oursHigh);
        Hello theirs;
        theirs.lowestVersion = quint8(theirsLow);
        theirs.highestVersion = quint8(theirsHigh);
        QCOMPARE(int(commonVersion(ours, theirs).value_or(0)), common);
    }

    void unknownKeysAreSkipped()
    {
        QByteArray payload;
        QCborStreamWriter writer(&payload);
        writer.startMap();
        writer.append(quint64(99));
        writer.startArray(2);
        writer.append(QStringLiteral("from the future"));
        writer.startMap(1);
        writer.append(1);
        writer.append(2.5);
        writer.endMap();
        writer.endArray();
        writer.append(quint64(1));
        writer.append(clusterIdOf("c"));
        writer.append(quint64(2));
        writer.append(quint64(3));
        writer.append(quint64(3));
        writer.append(quint64(1));
        writer.endMap();
        const auto hello = decodeHello(payload);
        QVERIFY(hello);
        QCOMPARE(hello->from, NodeId{3});
    }

    void everyFaultComesBackAlone_data()
    {
        QTest::addColumn<fault::LinkFault>("fault");
        const auto row = [](const char* name, auto set) {
            fault::LinkFault fault;
            set(fault);
            QTest::newRow(name) << fault;
        };
        row("healthy", [](auto&) {});
        row("cut", [](auto& f) { f.cut = true; });
        row("latency", [](auto& f) { f.latency = fault::kMaxLatency; });
        row("jitter", [](auto& f) { f.jitter = 1us; });
        row("distribution", [](auto& f) { f.distribution = fault::Distribution::Constant; });
        row("loss", [](auto& f) { f.loss = {fault::Share::kAll}; });
        row("duplicate", [](auto& f) { f.duplicate = {1}; });
        row("corrupt", [](auto& f) { f.corrupt = {1}; });
        row("reorder", [](auto& f) { f.reorder = {1}; });
        row("bandwidth", [](auto& f) { f.bandwidth = fault::kMinBandwidth; });
        row("stall", [](auto& f) { f.stall = {1}; });
        row("reset", [](auto& f) { f.reset = true; });
        row("refuse", [](auto& f) { f.refuse = true; });
    }
    void everyFaultComesBackAlone()
    {
        QFETCH(fault::LinkFault, fault);
        DesiredState state;
        state.links = {{{NodeId{1}, NodeId{2}}, fault}};
        QCOMPARE(roundTrip(state), state);
    }

    void outOfRangeIsRefused_data()
    {
        QTest::addColumn<DesiredState>("state");
        const auto row = [](const char* name, auto spoil) {
            DesiredState state = someDesiredState();
            spoil(state, state.links[0].fault, state.clocks[0].fault);
            QTest::newRow(name) << state;
        };
        const fault::Share tooMuch{fault::Share::kAll + 1};
        row("pace", [](auto& s, auto&, auto&) { s.pace.factor = kMaxPaceFactor + 1; });
        row("no pace", [](auto& s, auto&, auto&) { s.pace.factor = 0; });
        row("base delay", [](auto& s, auto&, auto&) { s.pace.baseDelay = fault::kMaxLatency + 1us; });
        row("latency", [](auto&, auto& f, auto&) { f.latency = fault::kMaxLatency + 1us; });
        row("jitter", [](auto&, auto& f, auto&) { f.jitter = fault::kMaxLatency + 1us; });
        row("distribution", [](auto&, auto& f, auto&) { f.distribution = fault::Distribution(4); });
        row("loss", [=](auto&, auto& f, auto&) { f.loss = tooMuch; });
        row("duplicate", [=](auto&, auto& f, auto&) { f.duplicate = tooMuch; });
        row("corrupt", [=](auto&, auto& f, auto&) { f.corrupt = tooMuch; });
        row("reorder", [=](auto&, auto& f, auto&) { f.reorder = tooMuch; });
        row("stall", [=](auto&, auto& f, auto&) { f.stall = tooMuch; });
        row("too narrow", [](auto&, auto& f, auto&) { f.bandwidth = fault::kMinBandwidth - 1; });
        row("too wide", [](auto&, auto& f, auto&) { f.bandwidth = fault::kMaxBandwidth + 1; });
        row("too far ahead", [](auto&, auto&, auto& c) { c.offset = fault::kMaxOffset + 1us; });
        row("too far behind", [](auto&, auto&, auto& c) { c.offset = -fault::kMaxOffset - 1us; });
        row("too slow", [](auto&, auto&, auto& c) { c.rate = fault::kMinRate - 1; });
        row("too fast", [](auto&, auto&, auto& c) { c.rate = fault::kMaxRate + 1; });
        row("wrong for longer than time", [](auto&, auto&, auto& c) { c.since = std::chrono::microseconds::max(); });
        row("too many clocks", [](auto& s, auto&, auto&) { s.clocks.resize(65); });
        row("a disk too slow", [](auto& s, auto&, auto&) { s.disks[0].fault.latency = fault::kMaxSyncLatency + 1us; });
        row("a disk too unsteady",
            [](auto& s, auto&, auto&) { s.disks[0].fault.jitter = fault::kMaxSyncLatency + 1us; });
        row("more bits than all", [=](auto& s, auto&, auto&) { s.disks[0].fault.flip = tooMuch; });
        row("too many disks", [](auto& s, auto&, auto&) { s.disks.resize(65); });
    }
    void outOfRangeIsRefused()
    {
        QFETCH(DesiredState, state);
        QVERIFY(decodeControl(encodeControl(someDesiredState(), 1)));
        QVERIFY(!decodeControl(encodeControl(state, 1)));
    }

    void truncatedIsRefused()
    {
        for (const QByteArray& whole :
             {encodeControl(someStatus(), 1), encodeControl(someActivity(), 1), encodeControl(someDesiredState(), 1)})
            for (qsizetype length = 0; length < whole.size(); ++length)
                QVERIFY2(!decodeControl(whole.first(length)), qPrintable(QString::number(length)));
    }

    void damagedBytesNeverHarm()
    {
        std::mt19937 random(1);
        const std::vector<QByteArray> wholes{encodeControl(someStatus(), 1), encodeControl(someActivity(), 1),
                                             encodeControl(someDesiredState(), 1), encodeHello(Hello())};
        for (int round = 0; round < 20'000; ++round) {
            QByteArray bytes = wholes[random() % wholes.size()];
            for (unsigned i = 0; i <= random() % 4; ++i)
                bytes[qsizetype(random() % std::size_t(bytes.size()))] = char(random());
            decodeControl(bytes);
            decodeHello(bytes);
        }
    }
};

QTEST_APPLESS_MAIN(TestControl)
#include "tst_control.moc"
