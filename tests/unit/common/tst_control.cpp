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
    status.lamport = 55;
    status.stateHash = ~quint64(0);
    status.keys = 12;
    status.watchedValue = QByteArray("one\0two", 7);
    status.pendingValue = QByteArray();
    status.clientConnections = 4;
    status.residentBytes = quint64(1) << 40;
    status.cpuTime = 5s;
    status.longestStall = 3ms;
    status.links = {{NodeId{1}, true, 1, 2, 3, 4, 5, 6}, {NodeId{3}, false, 0, 0, 0, 0, 0, 0}};
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
    state.links = {{{NodeId{1}, NodeId{2}}, slow}, {{NodeId{2}, NodeId{1}}, cut}};
    state.watchedKey = "x";
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
        QCOMPARE(roundTrip(someStatus()), someStatus());
        QCOMPARE(roundTrip(someActivity()), someActivity());
        Histograms histograms;
        histograms.request.record(3ms, 5);
        histograms.sync.record(70s);
        const Histograms back = roundTrip(histograms);
        QCOMPARE(back.request.count(), quint64(5));
        QCOMPARE(back.request.percentileOfFew(0.5), histograms.request.percentileOfFew(0.5));
        QCOMPARE(back.sync.max(), histograms.sync.max());
    }

    void helloComesBackAsItWas()
    {
        const Hello hello{clusterIdOf("c"), NodeId{1}, NodeId{2}, 77, 1, 4, "token"};
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

    void outOfRangeIsRefused()
    {
        DesiredState tooFast = someDesiredState();
        tooFast.pace.factor = kMaxPaceFactor + 1;
        QVERIFY(!decodeControl(encodeControl(tooFast, 1)));
        DesiredState zero = someDesiredState();
        zero.pace.factor = 0;
        QVERIFY(!decodeControl(encodeControl(zero, 1)));
        DesiredState endless = someDesiredState();
        endless.links[0].fault.latency = fault::kMaxLatency + 1us;
        QVERIFY(!decodeControl(encodeControl(endless, 1)));
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
