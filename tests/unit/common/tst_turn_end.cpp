// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/net/turn_end.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <memory>
#include <vector>

using namespace faultline::net;

class TestTurnEnd : public QObject
{
    Q_OBJECT

    /// A loop that waits, for one turn.
    static void waitForSomething()
    {
        QTimer::singleShot(0, [] {});
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }

public:
    static void initMain() { qputenv("QT_NO_GLIB", "1"); } // as a node does

private slots:
    void isDoneOnceHoweverOftenItIsAsked()
    {
        int done = 0;
        TurnEnd end([&] { ++done; });
        end.ask();
        end.ask();
        QCOMPARE(done, 0);
        waitForSomething();
        QCOMPARE(done, 1);
        waitForSomething();
        QCOMPARE(done, 1);
        end.ask();
        waitForSomething();
        QCOMPARE(done, 2);
    }

    void whatPostedEventsAskForIsDoneInTheSameTurnBehindThem()
    {
        std::vector<int> order;
        TurnEnd end([&] { order.push_back(2); });
        for (int i = 0; i < 2; ++i) {
            QMetaObject::invokeMethod(
                this,
                [&] {
                    order.push_back(1);
                    end.ask();
                },
                Qt::QueuedConnection);
        }
        waitForSomething();
        QCOMPARE(order, (std::vector<int>{1, 1, 2}));
    }

    void oneMayAskAnotherOfTheSameTurn()
    {
        int second = 0;
        TurnEnd other([&] { ++second; });
        TurnEnd one([&] { other.ask(); });
        one.ask();
        waitForSomething();
        QCOMPARE(second, 1);
    }

    void whoAsksInTheWorkItselfKeepsNobodyElseFromTheLoop()
    {
        int done = 0;
        TurnEnd end([&] {
            ++done;
            end.ask();
        });
        end.ask();
        bool timed = false;
        QTimer::singleShot(1, [&] { timed = true; });
        for (int turn = 0; turn < 1'000'000 && !timed; ++turn)
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        QVERIFY(timed);
        const int before = done;
        QVERIFY(before > 1);
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents); // there is nothing to wait for
        QCOMPARE(done, before + 1);
    }

    void aLoopThatIsOnlyPolledEndsItsTurnsToo()
    {
        int done = 0;
        TurnEnd end([&] { ++done; });
        end.ask();
        for (int turn = 0; turn < 2; ++turn)
            QCoreApplication::processEvents();
        QCOMPARE(done, 1);
    }

    void whatIsGoneIsNotDone()
    {
        int done = 0;
        auto end = std::make_unique<TurnEnd>([&] { ++done; });
        end->ask();
        end.reset();
        waitForSomething();
        QCOMPARE(done, 0);
    }
};

QTEST_GUILESS_MAIN(TestTurnEnd)
#include "tst_turn_end.moc"
