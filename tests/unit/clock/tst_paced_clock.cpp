// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/clock/paced_clock.h"

#include <QTest>

using faultline::node::PacedClock;
using namespace faultline;
using namespace std::chrono_literals;

class TestPacedClock : public QObject
{
    Q_OBJECT

    std::chrono::microseconds m_wall{0};

private slots:
    void init() { m_wall = 1000s; }

    void realPaceIsWallTime()
    {
        PacedClock clock([this] { return m_wall; });
        QCOMPARE(clock.now(), PacedClock::Instant(0));
        m_wall += 3s;
        QCOMPARE(clock.now(), PacedClock::Instant(3s));
        QCOMPARE(*clock.wallUntil(4s), std::chrono::microseconds(1s));
        QCOMPARE(*clock.wallUntil(2s), std::chrono::microseconds(0));
    }

    void watchPaceIsTenTimesSlower()
    {
        PacedClock clock([this] { return m_wall; });
        m_wall += 1s;
        clock.setPace(wire::Pace::watch());
        m_wall += 10s;
        QCOMPARE(clock.now(), PacedClock::Instant(2s));
        QCOMPARE(*clock.wallUntil(2s + 50ms), std::chrono::microseconds(500ms));
    }

    void heldStandsStillAndNothingIsCaughtUp()
    {
        PacedClock clock([this] { return m_wall; });
        int told = 0;
        clock.whenPaceChanges([&] { ++told; });
        m_wall += 1s;
        clock.setPace({1, true, 0us});
        m_wall += 1h;
        QCOMPARE(clock.now(), PacedClock::Instant(1s));
        QVERIFY(!clock.wallUntil(2s));
        QCOMPARE(*clock.wallUntil(1s), std::chrono::microseconds(0));
        clock.setPace(wire::Pace::real());
        QCOMPARE(clock.now(), PacedClock::Instant(1s));
        m_wall += 1s;
        QCOMPARE(clock.now(), PacedClock::Instant(2s));
        QCOMPARE(told, 2);
        clock.setPace(wire::Pace::real());
        QCOMPARE(told, 2);
    }

    void standingStillHoldsWhateverThePace()
    {
        PacedClock clock([this] { return m_wall; });
        QVERIFY(!clock.isHeld() && !clock.standsStill());
        clock.setPace({1, true, 0us});
        QVERIFY(clock.isHeld() && !clock.standsStill());
        bool still = true;
        clock.standStillWhile([&] { return still; });
        QVERIFY(clock.isHeld() && clock.standsStill());
        clock.setPace(wire::Pace::real());
        QVERIFY(clock.isHeld());
        QVERIFY(!clock.wallUntil(1s));
        int told = 0;
        clock.whenPaceChanges([&] { ++told; });
        still = false;
        QVERIFY(!clock.isHeld());
        clock.goOn();
        QCOMPARE(told, 1);
        QCOMPARE(*clock.wallUntil(1s), std::chrono::microseconds(1s));
    }
};

QTEST_APPLESS_MAIN(TestPacedClock)
#include "tst_paced_clock.moc"
