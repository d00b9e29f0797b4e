// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "common/fault/link_fault_text.h"
#include "fed_timeline.h"
#include "gui/views/faults/link_menu.h"
#include "gui/views/faults/link_words.h"

#include <QMenu>
#include <QSignalSpy>

using namespace faultline;
using namespace faultline::views;
using namespace std::chrono_literals;

using Links = std::vector<LinkId>;

namespace {

constexpr LinkId kThere{{1}, {3}};
constexpr LinkId kBack{{3}, {1}};

fault::LinkFault faultOf(const char* line)
{
    const auto parsed = fault::parseLinkFault(QString::fromUtf8(line));
    if (!parsed)
        qFatal("%s", qPrintable(parsed.error()));
    return *parsed;
}

/// The entry under that text, in a submenu after "Submenu/".
QAction* entry(const QMenu& menu, const QString& path)
{
    const QMenu* in = &menu;
    const QStringList steps = path.split(QLatin1Char('/'));
    for (const QString& step : steps) {
        QAction* found = nullptr;
        for (QAction* action : in->actions()) {
            if (action->text() == step)
                found = action;
        }
        if (!found || &step == &steps.back())
            return found;
        in = found->menu();
    }
    return nullptr;
}

} // namespace

/// Three nodes that report, and what is counted of n1 → n3.
struct Counted
{
    tests::FedTimeline fed;
    LinkCounts counts;
    Counted()
    {
        fed.begin(3);
        fed.timeline.append(lab::PaceRecord{tests::kBegan, wire::Pace::real()});
        counts.follow(fed.timeline);
    }
    void report(double seconds)
    {
        fed.report({1}, wire::Role::Leader, 1, seconds);
        fed.report({3}, wire::Role::Follower, 1, seconds);
        counts.follow(fed.timeline);
    }
    QString words() const { return spokenCounts(fed.timeline, counts, kThere); }
};

class LinkWordsTest : public QObject
{
    Q_OBJECT

private slots:
    void factsAreShortAndWorstFirst_data();
    void factsAreShortAndWorstFirst();
    void stateIsOneSentence_data();
    void stateIsOneSentence();
    void cutSaysByWhat_data();
    void cutSaysByWhat();
    void countsComeFromBothEnds();
    void countsAreOfTheLastSeconds();
    void countsSayWhatIsMissing();
    void tooltipHasStateReasonAndCounts();
    void menuOfOneDirectionOffersTheOthersToo();
    void menuOfAPairOffersEachWayAndOneWay();
    void menuOfManyLinksIsForAllOfThem();
    void menuRefusesFaultsOfMessagesOnLinksOfClients();
    void menuSaysWhyItCannotHeal();
    void everyChoiceOfTheMenuIsASignal();
};

void LinkWordsTest::factsAreShortAndWorstFirst_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("facts");
    const auto row = [](const char* line, const char* facts) {
        QTest::newRow(line) << QString::fromUtf8(line) << QString::fromUtf8(facts);
    };
    row("healthy", "");
    row("cut", "cut");
    row("latency: 200ms", "200 ms");
    row("latency: 200ms, jitter: 50ms", "200 ± 50 ms");
    row("latency: 1.5s, jitter: 200ms", "1.5 s ± 200 ms");
    row("latency: 5ms, jitter: 10ms, distribution: exponential", "5 + ~10 ms");
    row("jitter: 50ms", "0 ± 50 ms");
    row("loss: 5%", "5%");
    row("bandwidth: 1mbit", "1mbit");
    row("refuse", "refuse");
    row("stall: 5%, duplicate: 1%, corrupt: 2%, reorder: 3%", "stall 5%|corrupt 2%|twice 1%|reorder 3%");
    row("latency: 20ms, loss: 20%, bandwidth: 64kbit, cut, reset", "cut|reset|20 ms|20%|64kbit");
}

void LinkWordsTest::factsAreShortAndWorstFirst()
{
    QFETCH(QString, line);
    QFETCH(QString, facts);
    QCOMPARE(shortFacts(faultOf(line.toUtf8().constData())).join(QLatin1Char('|')), facts);
}

void LinkWordsTest::stateIsOneSentence_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("healthy") << "healthy" << QStringLiteral("n1 → n3: healthy");
    QTest::newRow("cut") << "cut" << QStringLiteral("n1 → n3: cut");
    QTest::newRow("slow and lossy") << "latency: 200ms, jitter: 50ms, loss: 5%"
                                    << QStringLiteral("n1 → n3: slow, 200 ms ± 50 ms, loses 5%");
    QTest::newRow("narrow") << "bandwidth: 1mbit" << QStringLiteral("n1 → n3: narrow, 1 mbit");
}

void LinkWordsTest::stateIsOneSentence()
{
    QFETCH(QString, line);
    QFETCH(QString, sentence);
    lab::FaultState state;
    state.setLink(kThere, faultOf(line.toUtf8().constData()));
    QCOMPARE(spokenLinkState(state, kThere), sentence);
    QCOMPARE(spokenLinkState(state, kBack), QStringLiteral("n3 → n1: healthy"));
}

void LinkWordsTest::cutSaysByWhat_data()
{
    QTest::addColumn<lab::FaultState>("state");
    QTest::addColumn<LinkId>("link");
    QTest::addColumn<QString>("sentence");
    QTest::addColumn<QString>("word");
    lab::FaultState state;
    QTest::newRow("healthy") << state << kThere << QString() << QString();
    state.setLink(kThere, faultOf("cut"));
    QTest::newRow("its own setting") << state << kThere << QString() << QString();
    lab::FaultState alone;
    alone.addCut({}, {kThere});
    QTest::newRow("a cut of it alone") << alone << kThere << QString() << QString();
    lab::FaultState many;
    many.addCut({}, {kThere, kBack});
    QTest::newRow("a cut of several") << many << kThere << "Cut by a cut of 2 links"
                                      << "2 links";
    lab::FaultState named;
    named.addCut(QStringLiteral("minority"), {kThere, kBack});
    QTest::newRow("a partition") << named << kThere << "Cut by the partition minority"
                                 << "minority";
    named.setLink(kThere, faultOf("cut"));
    named.isolated.insert({3});
    QTest::newRow("several") << named << kThere
                             << "Cut by the partition minority, the isolation of n3 and a cut of this link alone"
                             << "minority";
    lab::FaultState isolated;
    isolated.isolated.insert({1});
    QTest::newRow("an isolation") << isolated << kThere << "Cut by the isolation of n1"
                                  << "isolated";
    QTest::newRow("an isolation spares clients") << isolated << LinkId{{1}, kClients} << QString() << QString();
    lab::FaultState dark;
    dark.conditions[{3}] = lab::NodeCondition::PoweredOff;
    QTest::newRow("no power") << dark << kThere << "Cut by the missing power of n3"
                              << "no power";
    QTest::newRow("no power, clients") << dark << LinkId{kClients, {3}} << "Cut by the missing power of n3"
                                       << "no power";
    lab::FaultState killed;
    killed.conditions[{3}] = lab::NodeCondition::Killed;
    QTest::newRow("killed is not cut") << killed << kThere << QString() << QString();
}

void LinkWordsTest::cutSaysByWhat()
{
    QFETCH(lab::FaultState, state);
    QFETCH(LinkId, link);
    QFETCH(QString, sentence);
    QFETCH(QString, word);
    QCOMPARE(spokenCutReason(state, link), sentence);
    QCOMPARE(shortCutReason(state, link), word);
    if (!sentence.isEmpty())
        QVERIFY(state.effective(link).cut);
}

void LinkWordsTest::countsComeFromBothEnds()
{
    Counted on;
    wire::LinkCounters other;
    other.peer = {2};
    other.sentFrames = 9;
    other.lostFrames = 9;
    on.fed.status({1}).links = {other, {.peer = {3}, .sentFrames = 100, .lostFrames = 5}};
    on.fed.status({3}).links = {{.peer = {1}, .receivedFrames = 50}};
    on.report(10);
    wire::LinkCounters& sender = on.fed.status({1}).links.back();
    sender.sentFrames += 1'200;
    sender.sentBytes += 123'400;
    sender.lostFrames += 1'010;
    sender.duplicatedFrames += 7;
    sender.corruptedFrames += 4;
    sender.delayed += std::chrono::microseconds(1'200) * 204'000;
    wire::LinkCounters& receiver = on.fed.status({3}).links.back();
    receiver.receivedFrames += 1'195;
    receiver.rejectedFrames += 4;
    receiver.receivedLostFrames += 2;
    on.report(15);
    QCOMPARE(on.words(), QStringLiteral("in the last 5 s: 1,189 delivered · 1,012 lost · 7 duplicated · 4 corrupted · "
                                        "4 rejected\ndelayed by 204 ms on average · 123 KB sent"));
    on.fed.timeline.append(lab::PaceRecord{tests::kBegan, wire::Pace::watch()});
    QVERIFY(on.words().contains(QStringLiteral("204 ms of cluster time on average")));
    on.fed.life({3}, lab::NodeLife::Dead, QStringLiteral("killed"));
    QVERIFY2(on.words().endsWith(QStringLiteral("n3 has ended and counts nothing")), qPrintable(on.words()));
}

/// Averaged since the start, 200 ms set a moment ago are hardly seen, and seen long after they are gone.
void LinkWordsTest::countsAreOfTheLastSeconds()
{
    Counted on;
    const auto pass = [&](double from, double to, std::chrono::milliseconds delay) {
        for (double seconds = from; seconds < to - 0.01; seconds += 0.5) {
            wire::LinkCounters& sender = on.fed.status({1}).links.front();
            sender.sentFrames += 10;
            sender.sentBytes += 1'000;
            sender.delayed += delay * 10;
            on.fed.status({3}).links.front().receivedFrames += 10;
            on.report(seconds + 0.5);
        }
    };
    on.fed.status({1}).links = {{.peer = {3}}};
    on.fed.status({3}).links = {{.peer = {1}}};
    on.report(1);
    pass(1, 60, 0ms);
    QCOMPARE(on.words(),
             QStringLiteral("in the last 10 s: 200 delivered · 0 lost · 0 duplicated · 0 corrupted\n20.0 KB sent"));
    on.fed.faults([](lab::FaultState& state) { state.setLink(kThere, faultOf("latency: 200ms")); }, 60);
    on.report(60);
    QCOMPARE(on.words(), QStringLiteral("counted from now on"));
    pass(60, 62, 200ms);
    QVERIFY2(on.words().startsWith(QStringLiteral("in the last 2 s: ")), qPrintable(on.words()));
    QVERIFY2(on.words().contains(QStringLiteral("delayed by 200 ms on average")), qPrintable(on.words()));
    on.fed.faults([](lab::FaultState& state) { state.setLink(kThere, {}); }, 62);
    on.report(62);
    pass(62, 65, 0ms);
    QVERIFY2(!on.words().contains(QStringLiteral("delayed")), qPrintable(on.words()));
    pass(65, 90, 0ms);
    QVERIFY2(on.words().startsWith(QStringLiteral("in the last 10 s: 200 delivered")), qPrintable(on.words()));

    // The sender starts anew: both count from then on.
    on.fed.status({1}).incarnation = 2;
    on.fed.status({1}).links = {{.peer = {3}}};
    on.report(90.5);
    pass(90.5, 93.5, 0ms);
    QCOMPARE(on.words(),
             QStringLiteral("in the last 3 s: 60 delivered · 0 lost · 0 duplicated · 0 corrupted\n6.00 KB sent"));
}

void LinkWordsTest::countsSayWhatIsMissing()
{
    Counted on;
    QCOMPARE(on.words(), QStringLiteral("no report yet"));
    on.fed.status({3}).links = {{.peer = {1}}};
    on.report(2);
    on.fed.status({3}).links.front().receivedFrames = 12;
    on.report(3);
    QCOMPARE(on.words(), QStringLiteral("in the last 1 s: 12 delivered · 0 lost\nn1: no report yet"));
    QCOMPARE(spokenCounts(on.fed.timeline, on.counts, kBack),
             QStringLiteral("in the last 1 s: 0 lost · 0 duplicated · 0 corrupted\n0 B sent\nn1: no report yet"));
    QVERIFY(spokenCounts(on.fed.timeline, on.counts, {{1}, kClients}).contains(QStringLiteral("between nodes only")));
}

void LinkWordsTest::tooltipHasStateReasonAndCounts()
{
    tests::FedTimeline fed;
    fed.begin(3);
    lab::FaultState state;
    state.setLink(kThere, faultOf("latency: 200ms"));
    state.isolated.insert({3});
    fed.timeline.append(lab::FaultStateRecord{tests::kBegan, state, {}, {}});
    QCOMPARE(spokenLink(fed.timeline, LinkCounts(), kThere),
             QStringLiteral("n1 → n3: cut, slow, 200 ms\nCut by the isolation of n3\nno report yet"));
}

void LinkWordsTest::menuOfOneDirectionOffersTheOthersToo()
{
    LinkMenu links;
    QSignalSpy chosen(&links, &LinkMenu::faultChosen);
    QSignalSpy cut(&links, &LinkMenu::cutWanted);
    QMenu menu;
    links.fill(&menu, {}, {kThere});
    QCOMPARE(menu.actions().front()->text(), QStringLiteral("n1 → n3"));
    QVERIFY(!menu.actions().front()->isEnabled());
    entry(menu, QStringLiteral("200 ms"))->trigger();
    entry(menu, QStringLiteral("Each way: n1 ↔ n3/200 ms each way"))->trigger();
    QCOMPARE(chosen.size(), 2);
    QCOMPARE(chosen[0][0].value<Links>(), Links{kThere});
    QCOMPARE(chosen[0][1].value<fault::LinkFault>(), faultOf("latency: 200ms"));
    QCOMPARE(chosen[0][3].toString(), QStringLiteral("200 ms"));
    QCOMPARE(chosen[1][0].value<Links>(), (Links{kThere, kBack}));
    QCOMPARE(chosen[1][3].toString(), QStringLiteral("200 ms each way"));
    entry(menu, QStringLiteral("Cut"))->trigger();
    entry(menu, QStringLiteral("Cut each way: n1 ↔ n3"))->trigger();
    QCOMPARE(cut[0][0].value<Links>(), Links{kThere});
    QCOMPARE(cut[1][0].value<Links>(), (Links{kThere, kBack}));
}

void LinkWordsTest::menuOfAPairOffersEachWayAndOneWay()
{
    LinkMenu links;
    QSignalSpy chosen(&links, &LinkMenu::faultChosen);
    QSignalSpy cut(&links, &LinkMenu::cutWanted);
    QMenu menu;
    links.fill(&menu, {}, {kBack, kThere});
    QCOMPARE(menu.actions().front()->text(), QStringLiteral("n1 ↔ n3"));
    entry(menu, QStringLiteral("Each way/transatlantic"))->trigger();
    entry(menu, QStringLiteral("n3 → n1 only/200 ms"))->trigger();
    QCOMPARE(chosen[0][0].value<Links>(), (Links{kThere, kBack}));
    QCOMPARE(chosen[0][3].toString(), QStringLiteral("transatlantic"));
    QCOMPARE(chosen[1][0].value<Links>(), Links{kBack});
    entry(menu, QStringLiteral("Cut"))->trigger();
    entry(menu, QStringLiteral("Cut one way: n1 → n3"))->trigger();
    entry(menu, QStringLiteral("Cut one way: n3 → n1"))->trigger();
    QCOMPARE(cut[0][0].value<Links>().size(), std::size_t(2));
    QCOMPARE(cut[1][0].value<Links>(), Links{kThere});
    QCOMPARE(cut[2][0].value<Links>(), Links{kBack});
}

void LinkWordsTest::menuOfManyLinksIsForAllOfThem()
{
    const Links all{{{1}, {2}}, {{1}, {3}}, {{2}, {1}}, {{4}, {5}}, {{5}, {1}}};
    LinkMenu links;
    QSignalSpy chosen(&links, &LinkMenu::faultChosen);
    QMenu menu;
    links.fill(&menu, {}, all);
    QCOMPARE(menu.actions().front()->text(), QStringLiteral("5 links"));
    entry(menu, QStringLiteral("flaky"))->trigger();
    QCOMPARE(chosen[0][0].value<Links>(), all);
    QMenu empty;
    links.fill(&empty, {}, {});
    QVERIFY(empty.isEmpty());
}

void LinkWordsTest::menuRefusesFaultsOfMessagesOnLinksOfClients()
{
    LinkMenu links;
    QMenu menu;
    links.fill(&menu, {}, {{kClients, {1}}});
    QVERIFY(entry(menu, QStringLiteral("200 ms"))->isEnabled());
    QAction* lossy = entry(menu, QStringLiteral("lossy Wi-Fi"));
    QVERIFY(!lossy->isEnabled());
    QVERIFY2(lossy->toolTip().contains(QStringLiteral("stream of bytes")), qPrintable(lossy->toolTip()));
}

void LinkWordsTest::menuSaysWhyItCannotHeal()
{
    LinkMenu links;
    const auto heal = [&links](const lab::FaultState& state, QMenu& menu) {
        links.fill(&menu, state, {kThere});
        return entry(menu, QStringLiteral("Heal"));
    };
    lab::FaultState state;
    QMenu healthy;
    QVERIFY(!heal(state, healthy)->isEnabled());
    state.isolated.insert({1});
    QMenu isolated;
    QVERIFY(!heal(state, isolated)->isEnabled());
    QVERIFY(entry(isolated, QStringLiteral("Heal"))->toolTip().contains(QStringLiteral("the isolation of n1; rejoin")));
    QVERIFY(!entry(isolated, QStringLiteral("Cut"))->isEnabled());
    state.addCut(QStringLiteral("minority"), {kThere});
    QMenu partitioned;
    QVERIFY(heal(state, partitioned)->isEnabled());
    lab::FaultState slow;
    slow.setLink(kThere, faultOf("latency: 5ms"));
    QMenu slowed;
    QVERIFY(heal(slow, slowed)->isEnabled());
    QVERIFY(entry(slowed, QStringLiteral("Cut"))->isEnabled());
}

void LinkWordsTest::everyChoiceOfTheMenuIsASignal()
{
    LinkMenu links;
    lab::FaultState state;
    state.setLink(kThere, faultOf("latency: 5ms"));
    QMenu menu;
    links.fill(&menu, state, {kThere});
    QSignalSpy heal(&links, &LinkMenu::healWanted);
    QSignalSpy edit(&links, &LinkMenu::editWanted);
    QSignalSpy chosen(&links, &LinkMenu::faultChosen);
    entry(menu, QStringLiteral("Heal"))->trigger();
    entry(menu, QStringLiteral("Edit..."))->trigger();
    QCOMPARE(heal[0][0].value<Links>(), Links{kThere});
    QCOMPARE(edit[0][0].value<Links>(), Links{kThere});
    for (const fault::Preset& preset : fault::presets()) {
        if (preset.fault == faultOf("cut"))
            continue;
        QAction* action = entry(menu, QString(preset.name).remove(QStringLiteral(" each way")));
        QVERIFY2(action, qPrintable(preset.name));
        QCOMPARE(action->toolTip(), preset.explanation);
        action->trigger();
        QCOMPARE(chosen.back()[1].value<fault::LinkFault>(), preset.fault);
    }
}

QTEST_MAIN(LinkWordsTest)
#include "tst_link_words.moc"
