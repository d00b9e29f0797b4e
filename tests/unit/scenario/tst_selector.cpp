// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/selector.h"

#include "gui/lab/timeline/timeline.h"

#include <QtTest>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

QString names(const std::vector<NodeId>& nodes)
{
    QStringList all;
    for (const NodeId node : nodes)
        all << node.name();
    return all.join(QLatin1Char(' '));
}

QString names(const std::vector<LinkId>& links)
{
    QStringList all;
    for (const LinkId link : links)
        all << link.name();
    return all.join(QLatin1Char(' '));
}

void setLife(Timeline& timeline, quint32 node, NodeLife life)
{
    timeline.append(NodeRecord{1s, NodeId{node}, life, 100, {}});
}

void setRole(Timeline& timeline, quint32 node, wire::Role role)
{
    StatusRecord record;
    record.node = NodeId{node};
    record.status.at = 1s;
    record.status.incarnation = 1;
    record.status.term = 1;
    record.status.role = role;
    timeline.append(record);
}

/// n2 leads; n4 is dead, n5 frozen.
void fill(Timeline& timeline)
{
    ClusterRecord cluster;
    for (quint32 node = 1; node <= 5; ++node)
        cluster.members.push_back({NodeId{node}, 1, 2, 3});
    timeline.append(cluster);
    for (quint32 node = 1; node <= 5; ++node) {
        setLife(timeline, node, NodeLife::Running);
        setRole(timeline, node, node == 2 ? wire::Role::Leader : wire::Role::Follower);
    }
    setLife(timeline, 4, NodeLife::Dead);
    setLife(timeline, 5, NodeLife::Frozen);
}

std::vector<LinkSelector> selectors(const QString& text)
{
    std::vector<LinkSelector> all;
    for (const QString& each : splitLinkSelectors(text))
        all.push_back(*parseLinkSelector(each, 5));
    return all;
}

} // namespace

class TestSelector : public QObject
{
    Q_OBJECT

private slots:
    void targetsAreReadByName_data();
    void targetsAreReadByName();
    void linksAreReadByName_data();
    void linksAreReadByName();
    void badLinksSayWhatWouldBeRight_data();
    void badLinksSayWhatWouldBeRight();
    void nodesAreChosenWhenTheStepActs_data();
    void nodesAreChosenWhenTheStepActs();
    void linksAreChosenWhenTheStepActs_data();
    void linksAreChosenWhenTheStepActs();
    void withoutALeaderNobodyLeadsOrFollows();
    void randomIsOneThatRunsAndTheSameBySeed();
    void anHeirIsARunningFollowerWithAVote();
    void twoRandomEndsAreTwoNodes();
};

void TestSelector::targetsAreReadByName_data()
{
    QTest::addColumn<QStringList>("names");
    QTest::addColumn<QString>("read"); // empty: refused
    QTest::newRow("leader") << QStringList{"leader"} << "leader";
    QTest::newRow("followers") << QStringList{"followers"} << "followers";
    QTest::newRow("random") << QStringList{"random"} << "random";
    QTest::newRow("all") << QStringList{"all"} << "all";
    QTest::newRow("dead") << QStringList{"dead"} << "dead";
    QTest::newRow("frozen") << QStringList{"frozen"} << "frozen";
    QTest::newRow("isolated") << QStringList{"isolated"} << "isolated";
    QTest::newRow("names") << QStringList{"n3", "n1"} << "n3 n1";
    QTest::newRow("one name twice") << QStringList{"n3", "n3"} << "n3";
    QTest::newRow("the last node") << QStringList{"n5"} << "n5";
    QTest::newRow("one too many") << QStringList{"n6"} << "";
    QTest::newRow("none") << QStringList{"n0"} << "";
    QTest::newRow("a sign") << QStringList{"n+1"} << "";
    QTest::newRow("a zero before") << QStringList{"n01"} << "";
    QTest::newRow("a number") << QStringList{"1"} << "";
    QTest::newRow("clients are no nodes") << QStringList{"clients"} << "";
    QTest::newRow("a selector among names") << QStringList{"n1", "leader"} << "";
    QTest::newRow("nothing") << QStringList{} << "";
}

void TestSelector::targetsAreReadByName()
{
    QFETCH(QStringList, names);
    QFETCH(QString, read);
    const std::optional<Target> target = parseTarget(names, 5);
    QCOMPARE(target ? nameOf(*target) : QString(), read);
}

void TestSelector::linksAreReadByName_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("read");
    QTest::newRow("one way") << "n1->n3"
                             << "n1->n3";
    QTest::newRow("both ways") << "n1<->n3"
                               << "n1<->n3";
    QTest::newRow("selectors") << "leader<->followers"
                               << "leader<->followers";
    QTest::newRow("clients") << "clients->all"
                             << "clients->all";
    QTest::newRow("to the clients") << "leader->clients"
                                    << "leader->clients";
    QTest::newRow("all among themselves") << "all<->all"
                                          << "all<->all";
    QTest::newRow("spaces around the arrow") << "leader -> followers"
                                             << "leader->followers";
    QTest::newRow("as the window prints it") << "n1 \u2192 n3"
                                             << "n1->n3";
    QTest::newRow("both ways as the window prints it") << "n1 \u2194 n3, n2 \u2192 n4"
                                                       << "n1<->n3 n2->n4";
    QTest::newRow("several") << "n1->n2 n2<->n3"
                             << "n1->n2 n2<->n3";
}

void TestSelector::linksAreReadByName()
{
    QFETCH(QString, text);
    QFETCH(QString, read);
    QStringList all;
    for (const QString& each : splitLinkSelectors(text)) {
        const Result<LinkSelector> selector = parseLinkSelector(each, 5);
        QVERIFY2(selector, selector ? "" : qPrintable(selector.error()));
        all << nameOf(*selector);
    }
    QCOMPARE(all.join(QLatin1Char(' ')), read);
}

void TestSelector::badLinksSayWhatWouldBeRight_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("holds");
    for (const char* text : {"n1", "n1->", "->n1", "n1->n2->n3", "n1-n2", "n1>n2", "n1<-n2", "n1->n6", "n0->n1",
                             "boss->n1", "n1->everybody", "clients->clients", "clients<->clients", "", "->", "<->"})
        QTest::newRow(text) << QString::fromLatin1(text)
                            << "it must be FROM->TO or A<->B, where each is leader, followers, random, all, clients, "
                               "or a node, n1 to n5";
    QTest::newRow("itself") << "n2->n2"
                            << "a node has no link to itself";
    QTest::newRow("the leader itself") << "leader<->leader"
                                       << "a node has no link to itself";
}

void TestSelector::badLinksSayWhatWouldBeRight()
{
    QFETCH(QString, text);
    QFETCH(QString, holds);
    const Result<LinkSelector> selector = parseLinkSelector(text, 5);
    QVERIFY(!selector);
    QVERIFY2(selector.error().startsWith(QStringLiteral("\"%1\"").arg(text)) && selector.error().contains(holds),
             qPrintable(selector.error()));
}

void TestSelector::nodesAreChosenWhenTheStepActs_data()
{
    QTest::addColumn<QStringList>("target");
    QTest::addColumn<QString>("chosen");
    QTest::newRow("leader") << QStringList{"leader"} << "n2";
    QTest::newRow("followers that run") << QStringList{"followers"} << "n1 n3";
    QTest::newRow("all") << QStringList{"all"} << "n1 n2 n3 n4 n5";
    QTest::newRow("dead") << QStringList{"dead"} << "n4";
    QTest::newRow("frozen") << QStringList{"frozen"} << "n5";
    QTest::newRow("isolated") << QStringList{"isolated"} << "";
    QTest::newRow("named") << QStringList{"n5", "n1"} << "n5 n1";
}

void TestSelector::nodesAreChosenWhenTheStepActs()
{
    QFETCH(QStringList, target);
    QFETCH(QString, chosen);
    Timeline timeline;
    fill(timeline);
    fault::Random random(1);
    QCOMPARE(names(chosenNodes(*parseTarget(target, 5), timeline, random)), chosen);
}

void TestSelector::linksAreChosenWhenTheStepActs_data()
{
    QTest::addColumn<QString>("links");
    QTest::addColumn<QString>("chosen");
    QTest::newRow("one") << "n1->n3"
                         << "n1->n3";
    QTest::newRow("pair") << "n3<->n1"
                          << "n1->n3 n3->n1";
    QTest::newRow("leader to followers, also those that do not run") << "leader->followers"
                                                                     << "n2->n1 n2->n3 n2->n4 n2->n5";
    QTest::newRow("followers to leader") << "followers->leader"
                                         << "n1->n2 n3->n2 n4->n2 n5->n2";
    QTest::newRow("one to all others") << "n1->all"
                                       << "n1->n2 n1->n3 n1->n4 n1->n5";
    QTest::newRow("clients to the leader") << "clients->leader"
                                           << "clients->n2";
    QTest::newRow("clients and a node") << "clients<->n1"
                                        << "n1->clients clients->n1";
    QTest::newRow("each once") << "n1->n2 n1<->n2 n1->n2"
                               << "n1->n2 n2->n1";
    QTest::newRow("dead nodes") << "dead->frozen"
                                << "n4->n5";
    QTest::newRow("nobody is isolated") << "isolated<->all"
                                        << "";
    QTest::newRow("names of the same node") << "leader->n2"
                                            << "";
}

void TestSelector::linksAreChosenWhenTheStepActs()
{
    QFETCH(QString, links);
    QFETCH(QString, chosen);
    Timeline timeline;
    fill(timeline);
    fault::Random random(1);
    QCOMPARE(names(chosenLinks(selectors(links), timeline, random)), chosen);
}

void TestSelector::withoutALeaderNobodyLeadsOrFollows()
{
    Timeline timeline;
    fill(timeline);
    setRole(timeline, 2, wire::Role::Follower);
    fault::Random random(1);
    QCOMPARE(names(chosenNodes({Target::Kind::Leader, {}}, timeline, random)), QString());
    QCOMPARE(names(chosenLinks(selectors(QStringLiteral("leader->followers")), timeline, random)), QString());
    QCOMPARE(names(chosenLinks(selectors(QStringLiteral("followers->n1")), timeline, random)), QString());
}

void TestSelector::randomIsOneThatRunsAndTheSameBySeed()
{
    Timeline timeline;
    fill(timeline);
    QSet<QString> seen;
    for (quint64 seed = 1; seed <= 100; ++seed) {
        fault::Random first(seed);
        fault::Random second(seed);
        const QString chosen = names(chosenNodes({Target::Kind::Random, {}}, timeline, first));
        QCOMPARE(names(chosenNodes({Target::Kind::Random, {}}, timeline, second)), chosen);
        seen.insert(chosen);
    }
    QCOMPARE(seen, QSet<QString>({QStringLiteral("n1"), QStringLiteral("n2"), QStringLiteral("n3")}));
}

void TestSelector::anHeirIsARunningFollowerWithAVote()
{
    Timeline timeline;
    fill(timeline);
    QSet<QString> seen;
    for (quint64 seed = 1; seed <= 100; ++seed) {
        fault::Random random(seed);
        seen.insert(names(chosenHeir(timeline, random)));
    }
    QCOMPARE(seen, QSet<QString>({QStringLiteral("n1"), QStringLiteral("n3")}));
    wire::Status status;
    status.role = wire::Role::Leader;
    status.term = 9;
    status.voters = {{2}, {3}};
    status.learners = {{1}};
    timeline.append(StatusRecord{{2}, status});
    for (quint64 seed = 1; seed <= 20; ++seed) {
        fault::Random random(seed);
        QCOMPARE(names(chosenHeir(timeline, random)), QStringLiteral("n3"));
    }
}

void TestSelector::twoRandomEndsAreTwoNodes()
{
    Timeline timeline;
    fill(timeline);
    QSet<QString> seen;
    for (quint64 seed = 1; seed <= 200; ++seed) {
        fault::Random random(seed);
        const auto links = chosenLinks(selectors(QStringLiteral("random->random")), timeline, random);
        QCOMPARE(links.size(), std::size_t(1));
        seen.insert(links[0].name());
    }
    QCOMPARE(seen.size(), 6); // every ordered pair of n1, n2, n3
}

QTEST_GUILESS_MAIN(TestSelector)
#include "tst_selector.moc"
