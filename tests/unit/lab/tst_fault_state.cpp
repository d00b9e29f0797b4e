// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "gui/lab/fault/fault_history.h"
#include "gui/lab/fault/fault_words.h"
#include "gui/lab/fault/partition.h"
#include "gui/lab/fault/ramp.h"

#include <random>

using namespace faultline;
using namespace faultline::lab;
using namespace std::chrono_literals;

namespace {

const std::vector<NodeId> kFive{{1}, {2}, {3}, {4}, {5}};

fault::LinkFault slow(std::chrono::microseconds latency)
{
    fault::LinkFault fault;
    fault.latency = latency;
    return fault;
}

/// One random deed, as a user may do it.
FaultState mutated(FaultState state, std::mt19937& random)
{
    const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
    const NodeId node = kFive[static_cast<std::size_t>(pick(5))];
    const auto all = linksAmong(kFive);
    const LinkId link = all[static_cast<std::size_t>(pick(20))];
    switch (pick(9)) {
    case 0:
        state.conditions[node] = static_cast<NodeCondition>(1 + pick(5));
        break;
    case 1:
        state.conditions.erase(node);
        break;
    case 2:
        state.setLink(link, slow(std::chrono::milliseconds(pick(3) * 100)));
        break;
    case 3:
        state.addCut({}, {link, all[static_cast<std::size_t>(pick(20))]});
        break;
    case 4:
        state.healLink(link);
        break;
    case 5:
        if (!state.isolated.erase(node))
            state.isolated.insert(node);
        break;
    case 6:
        state.clocks[node].offset = std::chrono::seconds(1 + pick(5));
        break;
    case 7:
        if (!state.disks.erase(node))
            state.disks[node].lies = true;
        break;
    default:
        state.surge = 1 + pick(4);
        break;
    }
    return state;
}

} // namespace

class TestFaultState : public QObject
{
    Q_OBJECT

private slots:
    void ownFaultAndCutsAddUp()
    {
        FaultState state;
        state.setLink({{1}, {2}}, slow(100ms));
        QCOMPARE(state.effective({{1}, {2}}), slow(100ms));
        QVERIFY(state.effective({{2}, {1}}).healthy());
        state.addCut(QStringLiteral("halves"), {{{1}, {2}}, {{2}, {1}}});
        QVERIFY(state.effective({{1}, {2}}).cut);
        QCOMPARE(state.effective({{1}, {2}}).latency, std::chrono::microseconds(100ms));
        state.cuts.clear();
        QCOMPARE(state.effective({{1}, {2}}), slow(100ms));
    }

    void healingALinkTakesItOutOfEveryCut()
    {
        FaultState state;
        state.addCut({}, {{{1}, {2}}, {{2}, {1}}});
        state.addCut({}, {{{1}, {2}}});
        QVERIFY(state.cuts[0].id != state.cuts[1].id);
        state.healLink({{1}, {2}});
        QCOMPARE(state.cuts.size(), std::size_t(1));
        QVERIFY(!state.effective({{1}, {2}}).cut && state.effective({{2}, {1}}).cut);
    }

    void healthyStateHasNothingInIt()
    {
        FaultState state;
        QVERIFY(state.healthy());
        state.setLink({{1}, {2}}, slow(1ms));
        QVERIFY(!state.healthy());
        state.setLink({{1}, {2}}, {});
        QVERIFY(state.healthy());
        state.addCut({}, {});
        QVERIFY(state.healthy());
    }

    void undoGoesBackAndRedoForth()
    {
        std::mt19937 random(7);
        for (int round = 0; round < 50; ++round) {
            FaultHistory history;
            std::vector<FaultState> states{{}};
            for (int i = 0; i < 30; ++i) {
                const FaultState next = mutated(states.back(), random);
                if (next == states.back())
                    continue;
                history.did(QString::number(i), states.back(), next);
                states.push_back(next);
            }
            FaultState now = states.back();
            for (std::size_t i = states.size() - 1; i > 0; --i) {
                now = *history.undo(now);
                QCOMPARE(now, states[i - 1]);
            }
            QVERIFY(!history.undo(now) && history.undoSentence().isEmpty());
            for (std::size_t i = 1; i < states.size(); ++i) {
                now = *history.redo(now);
                QCOMPARE(now, states[i]);
            }
            QVERIFY(!history.redo(now) && history.redoSentence().isEmpty());
        }
    }

    void memberStepsWaitUntilTheyHaveComeAbout()
    {
        FaultHistory history;
        FaultState surge;
        surge.surge = 2;
        history.did(QStringLiteral("surge"), {}, surge);
        QVERIFY(!history.memberToUndo() && !history.memberToRedo());
        const MemberStep added{{6}, true};
        history.did(QStringLiteral("Add n6"), added);
        QCOMPARE(history.undoSentence(), QStringLiteral("Add n6"));
        QVERIFY(history.memberToUndo() == added && !history.wouldUndo(surge));
        history.undone({{5}, true}); // another one came about
        QCOMPARE(history.undoSentence(), QStringLiteral("Add n6"));
        history.undone(added);
        QCOMPARE(history.undoSentence(), QStringLiteral("surge"));
        QCOMPARE(history.redoSentence(), QStringLiteral("Add n6"));
        QVERIFY(history.memberToRedo() == added);
        history.redone(added);
        QCOMPARE(history.undoSentence(), QStringLiteral("Add n6"));
        QVERIFY(history.redoSentence().isEmpty());
    }

    void nothingIsSaidOfThoseThatLeft()
    {
        FaultState state;
        state.conditions[{2}] = NodeCondition::Killed;
        state.conditions[{3}] = NodeCondition::Frozen;
        state.clocks[{2}].offset = 5s;
        state.disks[{2}].full = true;
        state.disks[{1}].full = true;
        state.isolated = {{2}};
        state.setLink({{1}, {2}}, slow(10ms));
        state.setLink({kClients, {2}}, slow(10ms));
        state.setLink({kClients, {1}}, slow(10ms));
        state.addCut({}, {{{1}, {2}}, {{1}, {3}}});
        state.addCut({}, {{{2}, {3}}});
        state.keepOnly({{1}, {3}});
        FaultState left;
        left.conditions[{3}] = NodeCondition::Frozen;
        left.disks[{1}].full = true;
        left.setLink({kClients, {1}}, slow(10ms));
        left.addCut({}, {{{1}, {3}}});
        QCOMPARE(state, left);
    }

    void undoLeavesAloneWhatHappenedByItself()
    {
        FaultHistory history;
        FaultState cut;
        cut.addCut({}, {{{1}, {3}}});
        history.did(QStringLiteral("Cut n1 → n3"), {}, cut);
        QCOMPARE(history.undoSentence(), QStringLiteral("Cut n1 → n3"));
        FaultState died = cut;
        died.conditions[{2}] = NodeCondition::Killed;
        const FaultState back = *history.undo(died);
        QVERIFY(back.cuts.empty());
        QCOMPARE(back.conditionOf({2}), NodeCondition::Killed);
    }

    void whatUndoWouldDoIsKnownBefore()
    {
        FaultHistory history;
        QVERIFY(!history.wouldUndo({}) && !history.wouldRedo({}));
        FaultState off;
        off.conditions[{4}] = NodeCondition::PoweredOff;
        history.did(QStringLiteral("Power off n4"), {}, off);
        QCOMPARE(history.wouldUndo(off), std::optional(FaultState()));
        QCOMPARE(history.undoSentence(), QStringLiteral("Power off n4")); // still to be undone
        const FaultState back = *history.undo(off);
        QCOMPARE(history.wouldRedo(back), std::optional(off));
    }

    void undoOfWhatIsOverChangesNothing()
    {
        FaultHistory history;
        FaultState over;
        over.surge = 2;
        FaultState rolling = over;
        rolling.rolling = true;
        history.did(QStringLiteral("Surge"), {}, over);
        history.did(QStringLiteral("Rolling restart"), over, rolling);
        QCOMPARE(history.wouldUndo(over), std::optional(over));
        QCOMPARE(*history.undo(rolling), over); // while it runs
        QCOMPARE(history.undoSentence(), QStringLiteral("Surge"));
    }

    void newDeedForgetsWhatWasUndone()
    {
        FaultHistory history;
        FaultState a;
        a.surge = 2;
        history.did(QStringLiteral("a"), {}, a);
        const FaultState back = *history.undo(a);
        history.did(QStringLiteral("nothing"), back, back);
        QCOMPARE(history.redoSentence(), QStringLiteral("a"));
        FaultState b;
        b.surge = 3;
        history.did(QStringLiteral("b"), back, b);
        QVERIFY(history.redoSentence().isEmpty());
    }

    void historyIsBounded()
    {
        FaultHistory history;
        FaultState state;
        for (std::size_t i = 0; i < FaultHistory::kMaxSteps + 10; ++i) {
            FaultState next = state;
            next.surge = double(i) + 2;
            history.did(QString::number(i), state, next);
            state = next;
        }
        std::size_t steps = 0;
        while (const auto before = history.undo(state)) {
            state = *before;
            ++steps;
        }
        QCOMPARE(steps, FaultHistory::kMaxSteps);
    }

    void rampsMoveInAStraightLineAndArrive()
    {
        Ramp ramp(10s);
        QCOMPARE(ramp.between(0, 100), 0.0);
        ramp.advance(2500ms);
        QCOMPARE(ramp.between(0, 100), 25.0);
        QCOMPARE(ramp.between(slow(0ms), slow(200ms)), slow(50ms));
        fault::LinkFault narrow = slow(0ms);
        narrow.bandwidth = 1'000'000;
        QCOMPARE(ramp.between({}, narrow).bandwidth, quint64(1'000'000)); // from unlimited there is no straight line
        ramp.advance(8s);
        QVERIFY(ramp.done());
        QCOMPARE(ramp.between(slow(0ms), narrow), narrow);
    }

    void whatIsBrokenIsSaid_data()
    {
        QTest::addColumn<FaultState>("state");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, const FaultState& state, const QString& sentence) {
            QTest::newRow(name) << state << sentence;
        };
        FaultState state;
        row("healthy", state, {});
        state.addCut({}, cutsBetween({{1}, {2}}, {{3}, {4}, {5}}));
        row("partition", state, QStringLiteral("n1 n2 cannot hear n3 n4 n5"));
        state = {};
        state.addCut({}, {{{1}, {3}}});
        row("one way", state, QStringLiteral("n3 cannot hear n1 (n1 hears n3)"));
        state.addCut({}, {{{3}, {1}}});
        row("both ways, cut one after the other", state, QStringLiteral("n1 cannot hear n3"));
        state = {};
        state.addCut({}, {{{1}, {2}}, {{1}, {3}}, {{1}, {4}}, {{1}, {5}}});
        row("nobody hears n1", state, QStringLiteral("n2 n3 n4 n5 cannot hear n1 (n1 hears n2 n3 n4 n5)"));
        state = {};
        state.isolated.insert({2});
        row("an isolation is said elsewhere", state, {});
        state = {};
        state.conditions[{2}] = NodeCondition::PoweredOff;
        row("so is a missing power supply", state, {});
        state = {};
        state.addCut({}, {{{1}, {2}}, {{2}, {3}}, {{3}, {4}}, {{4}, {5}}, {{5}, {1}}});
        row("too much to name", state, QStringLiteral("5 links are cut"));
        state = {};
        state.setLink({{1}, {2}}, slow(200ms));
        state.setLink({{2}, {1}}, slow(200ms));
        row("slow", state, QStringLiteral("n1 ↔ n2 slow: 200 ms"));

        const auto bothWays = [](std::set<LinkId> links) {
            for (const LinkId link : std::set<LinkId>(links))
                links.insert(link.reversed());
            return links;
        };
        state = {};
        state.addCut({}, bothWays({{{1}, {2}}, {{2}, {3}}, {{3}, {4}}, {{4}, {5}}}));
        row("a line through four links", state, QStringLiteral("4 links are cut both ways"));
        state.addCut({}, {{{5}, {1}}});
        row("and one way through another", state, QStringLiteral("4 links are cut both ways, 1 one way"));
        state = {};
        state.addCut({}, cutsBetween({{1}}, {{2}, {3}, {4}, {5}}));
        state.addCut({}, cutsBetween({{2}}, {{3}, {4}, {5}}));
        state.addCut({}, cutsBetween({{3}}, {{4}, {5}}));
        row("in many parts", state, QStringLiteral("n1 | n2 | n3 | n4 n5"));

        const auto clientCut = [](std::set<LinkId> links) {
            FaultState cut;
            cut.addCut({}, std::move(links));
            return cut;
        };
        row("clients, both ways", clientCut({{kClients, {1}}, {{1}, kClients}}),
            QStringLiteral("clients cannot reach n1"));
        row("clients of two nodes", clientCut(bothWays({{kClients, {1}}, {kClients, {4}}})),
            QStringLiteral("clients cannot reach n1 and n4"));
        const std::vector<LinkId> ofAll = linksOfClients(kFive);
        row("clients of all", clientCut({ofAll.begin(), ofAll.end()}), QStringLiteral("clients cannot reach any node"));
        row("what clients send", clientCut({{kClients, {2}}}),
            QStringLiteral("n2 cannot hear clients (clients hear n2)"));
        row("what clients are told", clientCut({{{2}, kClients}}),
            QStringLiteral("clients cannot hear n2 (n2 hears clients)"));
        state = {};
        fault::LinkFault cutAndSlow = slow(200ms);
        cutAndSlow.cut = true;
        state.setLink({kClients, {3}}, cutAndSlow);
        state.setLink({{3}, kClients}, cutAndSlow);
        row("set for the link, with more", state, QStringLiteral("clients cannot reach n3, n3 ↔ clients slow: 200 ms"));
        state = clientCut({{kClients, {1}}, {{1}, kClients}});
        state.conditions[{1}] = NodeCondition::PoweredOff;
        row("clients of one without power", state, {});
    }

    void whatIsBrokenIsSaid()
    {
        QFETCH(FaultState, state);
        QFETCH(QString, sentence);
        QCOMPARE(spokenBroken(state, kFive).join(QStringLiteral(", ")), sentence);
    }

    void linksAreNamedShortly()
    {
        QCOMPARE(spokenLinks({{{1}, {3}}}), QStringLiteral("n1 → n3"));
        QCOMPARE(spokenLinks({{{1}, {3}}, {{3}, {1}}}), QStringLiteral("n1 ↔ n3"));
        QCOMPARE(spokenLinks({{kClients, {3}}, {{3}, kClients}}), QStringLiteral("n3 ↔ clients"));
        QCOMPARE(spokenLinks(linksAmong({{1}, {2}, {3}, {4}})), QStringLiteral("12 links"));
    }

    void clocksAreReadAloud()
    {
        fault::ClockFault clock;
        QCOMPARE(spokenClock(clock, 0us), QStringLiteral("right"));
        clock.offset = -200ms;
        QCOMPARE(spokenClock(clock, 0us), QStringLiteral("0.2 s behind"));
        clock.rate = 1'100'000;
        QCOMPARE(spokenClock(clock, 12s), QStringLiteral("1 s ahead, runs 10% fast"));
    }

    void wrongClockIsASentenceThatDoesNotFlicker()
    {
        fault::ClockFault clock;
        clock.offset = 5s;
        QCOMPARE(spokenWrongClock({2}, clock, 0us), QStringLiteral("n2's clock is 5 s ahead"));
        clock.offset = -200ms;
        QCOMPARE(spokenWrongClock({2}, clock, 0us), QStringLiteral("n2's clock is 0.2 s behind"));
        clock = {};
        clock.rate = 1'100'000;
        QCOMPARE(spokenWrongClock({2}, clock, 100ms), QStringLiteral("n2's clock runs 10% fast"));
        QCOMPARE(spokenWrongClock({2}, clock, 31s), QStringLiteral("n2's clock is 3 s ahead, runs 10% fast"));
    }

    void faultsOfTheLoadAreReadAloud()
    {
        FaultState state;
        QVERIFY(spokenLoadFaults(state).isEmpty());
        state.surge = 3;
        state.hotKey = fault::Share::ofPercent(80);
        QCOMPARE(spokenLoadFaults(state),
                 QStringList({QStringLiteral("load surge ×3"), QStringLiteral("hot key 80%")}));
        state.surge = 3.71234; // on its way
        QCOMPARE(spokenLoadFaults(state).front(), QStringLiteral("load surge ×3.71"));
    }

    void disksAreReadAloud_data()
    {
        QTest::addColumn<FaultState>("state");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* sentence, auto set) {
            FaultState state;
            set(state.disks);
            QTest::newRow(sentence) << state << QString::fromUtf8(sentence);
        };
        row("n2's disk lies about sync", [](auto& disks) { disks[{2}].lies = true; });
        row("n3's disk is full", [](auto& disks) { disks[{3}].full = true; });
        row("n1's disk slowed by 20 ms", [](auto& disks) { disks[{1}].latency = 20ms; });
        row("n1's disk slowed by 200 ms ± 100 ms",
            [](auto& disks) { disks[{1}] = {.latency = 200ms, .jitter = 100ms}; });
        row("n1's disk flips a bit in 1% of writes", [](auto& disks) { disks[{1}].flip = fault::Share::ofPercent(1); });
        row("n1's disk slowed by 20 ms, is full and lies about sync",
            [](auto& disks) { disks[{1}] = {.latency = 20ms, .full = true, .lies = true}; });
        row("the disks of n1, n2 and n4 lie about sync, n3's disk is full", [](auto& disks) {
            disks[{1}].lies = disks[{2}].lies = disks[{4}].lies = true;
            disks[{3}].full = true;
        });
        row("the disks of n1 and n2 are full and flip a bit in 5% of writes", [](auto& disks) {
            disks[{1}].full = disks[{2}].full = true;
            disks[{1}].flip = disks[{2}].flip = fault::Share::ofPercent(5);
        });
        row("", [](auto&) {});
    }

    void disksAreReadAloud()
    {
        QFETCH(FaultState, state);
        QFETCH(QString, sentence);
        QCOMPARE(spokenDisks(state.disks).join(QStringLiteral(", ")), sentence);
        QCOMPARE(spokenDisk({}), QStringLiteral("is healthy"));
    }

    void priceOfGoingBackIsSaid()
    {
        FaultState killed;
        killed.conditions[{3}] = NodeCondition::PoweredOff;
        QCOMPARE(spokenPrice(killed, {}), QStringLiteral("restarts n3; what it had not synced stays lost"));
        QCOMPARE(spokenPrice({}, killed), QStringLiteral("n3 without power again"));
        FaultState cut;
        cut.addCut({}, {{{1}, {2}}});
        QVERIFY(spokenPrice(cut, {}).isEmpty());
        FaultState rolling;
        rolling.rolling = true;
        QCOMPARE(spokenPrice(rolling, {}), QStringLiteral("no more nodes restart"));
        QCOMPARE(spokenPrice({}, rolling), QStringLiteral("restarts every running node in turn"));
    }
};

QTEST_APPLESS_MAIN(TestFaultState)
#include "tst_fault_state.moc"
