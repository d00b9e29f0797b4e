// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/stats/histogram.h"

#include <QTest>

#include <cmath>

using faultline::stats::Histogram;
using namespace std::chrono_literals;

class TestHistogram : public QObject
{
    Q_OBJECT

private slots:
    void bucketsKeepRelativePrecision()
    {
        for (double us = 1; us < 6e7; us *= 1.003) {
            const auto duration = std::chrono::nanoseconds(std::llround(us * 1000));
            const auto edge = Histogram::upperEdge(Histogram::bucketOf(duration));
            QVERIFY(edge >= duration);
            QVERIFY(double(edge.count()) <= double(duration.count()) * 1.009 + 10);
        }
    }

    void layoutNeverChanges()
    {
        QCOMPARE(Histogram::kBucketCount, 3328);
        QCOMPARE(Histogram::bucketOf(0ns), 0);
        QCOMPARE(Histogram::bucketOf(1us), 0);
        QCOMPARE(Histogram::bucketOf(2us), 128);
        QCOMPARE(Histogram::bucketOf(1500ns), 64);
        QCOMPARE(Histogram::bucketOf(1024us), 1280);
        QCOMPARE(Histogram::bucketOf(1000s), Histogram::kBucketCount - 1);
    }

    void percentilesOfOneToThousand()
    {
        Histogram histogram;
        for (int ms = 1; ms <= 1000; ++ms)
            histogram.record(std::chrono::milliseconds(ms));
        const auto p50 = *histogram.percentile(0.5);
        QVERIFY(p50 >= 500ms && p50 <= 505ms);
        const auto p99 = *histogram.percentile(0.99);
        QVERIFY(p99 >= 990ms && p99 <= 999ms);
        QVERIFY(*histogram.max() >= 1000ms && *histogram.max() < 1010ms);
    }

    void percentileOfTooFewIsNothing()
    {
        Histogram histogram;
        QVERIFY(!histogram.percentile(0.5) && !histogram.percentileOfFew(0.5) && !histogram.max());
        histogram.record(1ms, 999);
        QVERIFY(histogram.percentile(0.5));
        QVERIFY(!histogram.percentile(0.99));
        histogram.record(1ms);
        QVERIFY(histogram.percentile(0.99));
        QVERIFY(!histogram.percentile(0.999));
        QVERIFY(histogram.percentileOfFew(0.999));
    }

    void mergesByAddition()
    {
        Histogram a;
        a.record(1ms, 3);
        Histogram b;
        b.record(5ms, 4);
        Histogram both = a;
        both.add(b);
        QCOMPARE(both.count(), quint64(7));
        const Histogram since = both.since(a);
        QCOMPARE(since.count(), quint64(4));
        QCOMPARE(since.bucket(Histogram::bucketOf(5ms)), quint64(4));
        QCOMPARE(since.bucket(Histogram::bucketOf(1ms)), quint64(0));
    }
};

QTEST_APPLESS_MAIN(TestHistogram)
#include "tst_histogram.moc"
