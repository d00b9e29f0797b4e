// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/storage_thread.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QSemaphore>
#include <QTest>
#include <QThread>

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

using namespace faultline;
using namespace faultline::node;
using namespace std::chrono_literals;

class TestStorageThread : public QObject
{
    Q_OBJECT
private slots:
    void workGoesOnElsewhereInItsOrderAndIsToldHere()
    {
        StorageThread storage;
        std::vector<int> worked;
        std::vector<int> told;
        bool elsewhere = true;
        bool here = true;
        for (int i = 0; i < 100; ++i) {
            storage.run(
                [&, i, home = QThread::currentThread()]() -> Result<void> {
                    elsewhere = elsewhere && QThread::currentThread() != home;
                    worked.push_back(i);
                    return {};
                },
                [&, i, home = QThread::currentThread()](const Result<void>& done) {
                    here = here && QThread::currentThread() == home && done;
                    told.push_back(i);
                });
        }
        QVERIFY(told.empty());
        QTRY_COMPARE(told.size(), std::size_t(100));
        QVERIFY(elsewhere);
        QVERIFY(here);
        QCOMPARE(told, worked);
        QVERIFY(std::ranges::is_sorted(told));
    }

    void anErrorIsToldAsItCame()
    {
        StorageThread storage;
        QString error;
        storage.run([]() -> Result<void> { return Error{QStringLiteral("the disk is gone")}; },
                    [&](const Result<void>& done) { error = done.error(); });
        QTRY_COMPARE(error, QStringLiteral("the disk is gone"));
    }

    void theEventLoopGoesOnWhileTheDiskWorks()
    {
        StorageThread storage;
        QSemaphore mayEnd;
        bool told = false;
        storage.run(
            [&]() -> Result<void> {
                mayEnd.acquire();
                return {};
            },
            [&](const Result<void>&) { told = true; });
        QCoreApplication::processEvents();
        QVERIFY(!told);
        mayEnd.release();
        QTRY_VERIFY(told);
    }

    void anEndWaitsForWhatIsUnderWayAndDropsTheRest()
    {
        std::atomic<int> worked = 0;
        bool told = false;
        QSemaphore begun;
        auto held = std::make_shared<int>();
        {
            StorageThread storage;
            for (int i = 0; i < 3; ++i)
                storage.run(
                    [&, held]() -> Result<void> {
                        begun.release();
                        storage.pause(1h);
                        ++worked;
                        return {};
                    },
                    [&, held](const Result<void>&) { told = true; });
            QTRY_COMPARE(begun.available(), 1);
        }
        QCoreApplication::processEvents();
        QCOMPARE(worked.load(), 1);
        QVERIFY(!told);
        QCOMPARE(held.use_count(), 1L);
    }

    void aPauseLastsUnlessTheThreadIsToEnd()
    {
        StorageThread storage;
        QElapsedTimer timer;
        timer.start();
        storage.pause(20ms);
        QVERIFY(timer.elapsed() >= 20);
    }
};

QTEST_GUILESS_MAIN(TestStorageThread)
#include "tst_storage_thread.moc"
