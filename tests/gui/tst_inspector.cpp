// SPDX-License-Identifier: GPL-3.0-or-later
#include "fed_timeline.h"
#include "gui/views/inspector/details.h"
#include "gui/views/inspector/inspector.h"

#include <QTableWidget>
#include <QTest>

using namespace faultline;
using namespace faultline::views;

class InspectorTest : public QObject
{
    Q_OBJECT

private slots:
    void detailsAreWhatTheNodeReported();
    void longestStallIsThatOfItsWholeLife();
    void whereARequestsTimeGoesIsShown();
    void membersAndDiskAreNamed();
    void whoJoinsIsWaitedForByName();
    void deadNodeSaysHowItEnded();
    void deadLeaderLeadsNoMore();
    void unknownNodeHasNoDetails();
    void tableFollowsTheNode();

private:
    static QString valueOf(const std::vector<Detail>& details, const char* name)
    {
        for (const Detail& detail : details) {
            if (detail.name == QLatin1String(name))
                return detail.value;
        }
        return QStringLiteral("(no such line)");
    }
};

void InspectorTest::detailsAreWhatTheNodeReported()
{
    tests::FedTimeline fed;
    fed.begin(3, {2});
    wire::Status& status = fed.status({2});
    status.residentBytes = 21'400'000;
    status.links.push_back({.peer = {1},
                            .connected = true,
                            .sentFrames = 10,
                            .sentBytes = 2'000,
                            .lostFrames = 3,
                            .receivedBytes = 1'500});
    status.pendingValue = QByteArray("42\n");
    fed.report({2}, wire::Role::Leader, 7, 5);
    const auto details = detailsOf(fed.timeline, {2});
    QCOMPARE(valueOf(details, "State"), QStringLiteral("running"));
    QCOMPARE(valueOf(details, "Role"), QStringLiteral("leader"));
    QCOMPARE(valueOf(details, "Term"), QStringLiteral("7"));
    QCOMPARE(valueOf(details, "Commit index"), QStringLiteral("1,204"));
    QCOMPARE(valueOf(details, "Memory"), QStringLiteral("21.4 MB"));
    QCOMPARE(valueOf(details, "x"), QStringLiteral("41"));
    QCOMPARE(valueOf(details, "x, not committed"), QStringLiteral("42·"));
    QCOMPARE(valueOf(details, "n1"), QStringLiteral("connected · sent 2.00 KB · received 1.50 KB · 3 lost"));
}

void InspectorTest::longestStallIsThatOfItsWholeLife()
{
    using namespace std::chrono_literals;
    tests::FedTimeline fed;
    fed.begin(3, {2});
    for (const auto stall : {3ms, 120ms, 0ms}) {
        fed.status({2}).longestStall = stall;
        fed.report({2}, wire::Role::Leader, 7, 5);
    }
    QCOMPARE(valueOf(detailsOf(fed.timeline, {2}), "Longest stall"), QStringLiteral("120 ms"));
    fed.life({2}, lab::NodeLife::Dead);
    fed.life({2}, lab::NodeLife::Starting);
    fed.status({2}).longestStall = 4ms;
    fed.report({2}, wire::Role::Follower, 8, 6);
    QCOMPARE(valueOf(detailsOf(fed.timeline, {2}), "Longest stall"), QStringLiteral("4.00 ms"));
}

void InspectorTest::whereARequestsTimeGoesIsShown()
{
    using namespace std::chrono_literals;
    tests::FedTimeline fed;
    fed.begin(3, {2});
    fed.report({2}, wire::Role::Leader, 7, 5);
    QCOMPARE(valueOf(detailsOf(fed.timeline, {2}), "Sync"), QStringLiteral("(no such line)"));
    wire::Histograms histograms;
    histograms.request.record(3ms, 2'000);
    histograms.sync.record(2ms, 30);
    histograms.stages[wire::Stage::Parse].record(4us, 3);
    histograms.stages[wire::Stage::Apply]; // nothing applied yet
    fed.timeline.append(lab::HistogramsRecord{{2}, histograms});
    const auto details = detailsOf(fed.timeline, {2});
    QVERIFY(valueOf(details, "Request").startsWith(QStringLiteral("p50 3.0")));
    QVERIFY(valueOf(details, "Request").contains(QStringLiteral(" · p99 3.0")));
    QVERIFY(valueOf(details, "Request").endsWith(QStringLiteral("of 2,000")));
    QVERIFY(valueOf(details, "Sync").startsWith(QStringLiteral("p50 2.0")));
    QVERIFY(!valueOf(details, "Sync").contains(QStringLiteral("p99")));           // of 30 there is none
    QVERIFY(valueOf(details, "Parse").startsWith(QStringLiteral("max 4.03 µs"))); // nor a median of three
    QCOMPARE(valueOf(details, "Apply"), QStringLiteral("none yet"));
    QCOMPARE(valueOf(details, "Reply"), QStringLiteral("(no such line)"));
}

void InspectorTest::membersAndDiskAreNamed()
{
    tests::FedTimeline fed;
    fed.begin(3, {2});
    QCOMPARE(valueOf(detailsOf(fed.timeline, {2}), "Disk"), QStringLiteral("(no such line)"));
    fed.faults([](lab::FaultState& state) { state.disks[{2}].lies = true; });
    wire::Status& status = fed.status({2});
    status.voters = {{3}, {1}, {2}};
    status.learners = {{4}};
    status.snapshotIndex = 1'000;
    fed.report({2}, wire::Role::Leader, 7, 5);
    const auto details = detailsOf(fed.timeline, {2});
    QCOMPARE(valueOf(details, "Disk"), QStringLiteral("lies about sync"));
    QCOMPARE(valueOf(details, "Voters"), QStringLiteral("n1, n2 and n3"));
    QCOMPARE(valueOf(details, "Learners"), QStringLiteral("n4"));
    QCOMPARE(valueOf(details, "Snapshot"), QStringLiteral("of everything up to 1,000"));
}

void InspectorTest::whoJoinsIsWaitedForByName()
{
    tests::FedTimeline fed;
    fed.begin(4, {2});
    wire::Status& status = fed.status({2});
    status.voters = {{1}, {2}, {3}};
    status.learners = {{4}, {5}};
    status.joining = {{{4}, 1'100}, {{5}, 0}};
    status.links.push_back({.peer = {4}, .connected = true});
    fed.report({2}, wire::Role::Leader, 7, 5);
    const QString last = QLocale(QLocale::English).toString(fed.status({2}).lastIndex);
    QCOMPARE(valueOf(detailsOf(fed.timeline, {2}), "Waits for"),
             QStringLiteral("n4, which has 1,100 of %1 entries; n5, which has 0 of %1 entries and is not reached")
                 .arg(last));
    QCOMPARE(valueOf(detailsOf(fed.timeline, {4}), "Joins"),
             QStringLiteral("votes once it has caught up: it has 1,100 of %1 entries").arg(last));
    QCOMPARE(valueOf(detailsOf(fed.timeline, {1}), "Waits for"), QStringLiteral("(no such line)"));
    QCOMPARE(valueOf(detailsOf(fed.timeline, {1}), "Joins"), QStringLiteral("(no such line)"));
}

void InspectorTest::deadLeaderLeadsNoMore()
{
    tests::FedTimeline fed;
    fed.begin(3, {2});
    fed.report({2}, wire::Role::Leader, 7, 5);
    fed.life({2}, lab::NodeLife::Dead, QStringLiteral("killed by SIGKILL"));
    const auto details = detailsOf(fed.timeline, {2});
    QCOMPARE(valueOf(details, "Role"), QStringLiteral("none, it has ended; it was leader"));
    QCOMPARE(valueOf(details, "Leader it knew"), QStringLiteral("n2"));
    QCOMPARE(valueOf(details, "Leader it knows"), QStringLiteral("(no such line)"));
}

void InspectorTest::deadNodeSaysHowItEnded()
{
    tests::FedTimeline fed;
    fed.begin(3, {2});
    fed.life({3}, lab::NodeLife::Dead, QStringLiteral("killed by SIGKILL"));
    const auto details = detailsOf(fed.timeline, {3});
    QCOMPARE(valueOf(details, "State"), QStringLiteral("dead"));
    QCOMPARE(valueOf(details, "How it ended"), QStringLiteral("killed by SIGKILL"));
}

void InspectorTest::unknownNodeHasNoDetails()
{
    tests::FedTimeline fed;
    fed.begin(3, {2});
    QVERIFY(detailsOf(fed.timeline, {8}).empty());
}

void InspectorTest::tableFollowsTheNode()
{
    tests::FedTimeline fed;
    fed.begin(3, {2});
    Inspector inspector;
    inspector.setTimeline(&fed.timeline);
    inspector.show();
    QVERIFY(!inspector.table()->isVisible());
    inspector.setNode({2});
    QVERIFY(inspector.table()->isVisible());
    fed.report({2}, wire::Role::Leader, 9, 5);
    const auto term = [&inspector] {
        const auto items = inspector.table()->findItems(QStringLiteral("Term"), Qt::MatchExactly);
        return items.isEmpty() ? QString() : inspector.table()->item(items.first()->row(), 1)->text();
    };
    QTRY_COMPARE(term(), QStringLiteral("9"));
}

QTEST_MAIN(InspectorTest)
#include "tst_inspector.moc"
