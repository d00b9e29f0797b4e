// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/theme/figures.h"

#include <QTest>

using namespace faultline::views;

class FiguresTest : public QObject
{
    Q_OBJECT

private slots:
    void numbersAreGrouped_data();
    void numbersAreGrouped();
    void latencyHasThreeFiguresAndItsUnit_data();
    void latencyHasThreeFiguresAndItsUnit();
    void bytesHaveTheirUnit_data();
    void bytesHaveTheirUnit();
};

void FiguresTest::numbersAreGrouped_data()
{
    QTest::addColumn<quint64>("number");
    QTest::addColumn<QString>("text");
    QTest::newRow("0") << quint64(0) << QStringLiteral("0");
    QTest::newRow("999") << quint64(999) << QStringLiteral("999");
    QTest::newRow("1000") << quint64(1000) << QStringLiteral("1,000");
    QTest::newRow("1234567") << quint64(1234567) << QStringLiteral("1,234,567");
}

void FiguresTest::numbersAreGrouped()
{
    QFETCH(quint64, number);
    QFETCH(QString, text);
    QCOMPARE(grouped(number), text);
}

void FiguresTest::latencyHasThreeFiguresAndItsUnit_data()
{
    QTest::addColumn<qint64>("microseconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("42.0 µs") << 42LL << QStringLiteral("42.0 µs");
    QTest::newRow("0.412 ms") << 412LL << QStringLiteral("0.412 ms");
    QTest::newRow("8.40 ms") << 8'400LL << QStringLiteral("8.40 ms");
    QTest::newRow("84.0 ms") << 84'000LL << QStringLiteral("84.0 ms");
    QTest::newRow("840 ms") << 840'000LL << QStringLiteral("840 ms");
    QTest::newRow("1,250 ms") << 1'250'000LL << QStringLiteral("1,250 ms");
}

void FiguresTest::latencyHasThreeFiguresAndItsUnit()
{
    QFETCH(qint64, microseconds);
    QFETCH(QString, text);
    QCOMPARE(spokenLatency(std::chrono::microseconds(microseconds)), text);
}

void FiguresTest::bytesHaveTheirUnit_data()
{
    QTest::addColumn<quint64>("bytes");
    QTest::addColumn<QString>("text");
    QTest::newRow("B") << quint64(640) << QStringLiteral("640 B");
    QTest::newRow("KB") << quint64(64'000) << QStringLiteral("64.0 KB");
    QTest::newRow("MB") << quint64(12'300'000) << QStringLiteral("12.3 MB");
    QTest::newRow("GB") << quint64(2'000'000'000) << QStringLiteral("2.00 GB");
}

void FiguresTest::bytesHaveTheirUnit()
{
    QFETCH(quint64, bytes);
    QFETCH(QString, text);
    QCOMPARE(spokenBytes(bytes), text);
}

QTEST_GUILESS_MAIN(FiguresTest)
#include "tst_figures.moc"
