// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/admission.h"

#include <QTest>

using namespace faultline::client;
using namespace std::chrono_literals;

/// Queues of commands that come at times, of which some end.
class TestAdmission : public QObject
{
    Q_OBJECT
private slots:
    void limitsHoldEachByItself_data()
    {
        QTest::addColumn<quint64>("pending");
        QTest::addColumn<qint64>("bytes");
        QTest::addColumn<bool>("admits");
        QTest::addColumn<bool>("admitsWhenOff");
        const Admission::Limits limits;
        QTest::newRow("nothing") << quint64(0) << qint64(0) << true << true;
        QTest::newRow("few but large") << limits.small - 1 << limits.bytes << true << true;
        QTest::newRow("many") << limits.pending << qint64(0) << false << true;
        QTest::newRow("fewer") << limits.pending - 1 << qint64(0) << true << true;
        QTest::newRow("bytes") << limits.small << limits.bytes << false << true;
        QTest::newRow("last bound") << Admission::kLastPending << qint64(0) << false << false;
        QTest::newRow("last bytes") << quint64(1) << Admission::kLastBytes << false << false;
    }
    void limitsHoldEachByItself()
    {
        QFETCH(quint64, pending);
        QFETCH(qint64, bytes);
        QFETCH(bool, admits);
        QFETCH(bool, admitsWhenOff);
        Admission admission;
        for (quint64 i = 0; i < pending; ++i)
            admission.submitted(i, 0us);
        QCOMPARE(admission.admits(pending, bytes, 0us), admits);
        admission.limits().isOn = false;
        QCOMPARE(admission.admits(pending, bytes, 0us), admitsWhenOff);
    }

    void aLongQueueThatMovesIsAdmitted()
    {
        Admission admission;
        quint64 pending = 0;
        for (std::chrono::milliseconds now = 0ms; now < 60s; now += 1ms) {
            QVERIFY(admission.admits(pending, 0, now));
            for (int i = 0; i < 10; ++i)
                admission.submitted(pending++, now);
            if (now >= 400ms) // each waits for 400 ms
                pending -= 10;
        }
    }

    void aQueueThatStandsIsNot()
    {
        Admission admission;
        quint64 pending = 0;
        for (std::chrono::milliseconds now = 0ms; now < 2s; now += 1ms) {
            const bool stands = pending >= admission.limits().small && now > admission.limits().delay;
            QCOMPARE(admission.admits(pending, 0, now), !stands);
            if (pending < 1'000)
                admission.submitted(pending++, now);
        }
        // The oldest half ends, and what is left is young enough.
        QVERIFY(admission.admits(400, 0, 1'050ms));
        QVERIFY(!admission.admits(400, 0, 1'150ms));
    }
};

QTEST_APPLESS_MAIN(TestAdmission)
#include "tst_admission.moc"
