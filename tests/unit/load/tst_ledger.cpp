// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/ledger.h"

#include <QHash>
#include <QSet>
#include <QTest>

#include <random>

using faultline::lab::Ledger;

namespace {

const QString kFrom = QStringLiteral("n1");

Ledger::Operation write(Ledger& ledger)
{
    return ledger.begin(0);
}
Ledger::Operation readFirstUnread(Ledger& ledger)
{
    return ledger.begin(1);
}

} // namespace

class TestLedger : public QObject
{
    Q_OBJECT

private slots:
    void acknowledgedThenReadBack()
    {
        Ledger ledger;
        const auto w = write(ledger);
        QVERIFY(!w.isRead);
        ledger.written(w);
        QCOMPARE(ledger.acknowledged(), quint64(1));
        QCOMPARE(ledger.readBack(), quint64(0));
        const auto r = readFirstUnread(ledger);
        QVERIFY(r.isRead);
        QCOMPARE(r.key, w.key);
        ledger.read(r, w.value, kFrom);
        QCOMPARE(ledger.readBack(), quint64(1));
        QCOMPARE(ledger.lost(), quint64(0));
    }

    void oneOperationAKeyAtATime()
    {
        Ledger ledger;
        QSet<QByteArray> keys;
        for (int i = 0; i < 500; ++i)
            keys.insert(ledger.begin(0.5).key);
        QCOMPARE(keys.size(), 500);
    }

    void theLastWriteCoversThoseBefore()
    {
        Ledger ledger(3);
        QHash<QByteArray, QByteArray> store;
        for (int i = 0; i < 1000; ++i) {
            const auto w = write(ledger);
            store[w.key] = w.value;
            ledger.written(w);
        }
        for (std::size_t i = 0; i < ledger.slotCount(); ++i) {
            const auto r = readFirstUnread(ledger);
            ledger.read(r, store.value(r.key), kFrom);
        }
        QCOMPARE(ledger.readBack(), quint64(1000));
        QCOMPARE(ledger.lost(), quint64(0));
    }

    void anOlderValueIsALossCountedOnce()
    {
        Ledger ledger;
        Ledger::Operation last;
        QHash<QByteArray, int> writes;
        do {
            last = write(ledger);
            ledger.written(last);
        } while (++writes[last.key] < 3);
        auto r = readFirstUnread(ledger);
        while (r.key != last.key) {
            ledger.read(r, QByteArray::number(writes[r.key]), kFrom);
            r = readFirstUnread(ledger);
        }
        const quint64 before = ledger.readBack();
        ledger.read(r, "1", kFrom);
        QCOMPARE(ledger.lost(), quint64(2));
        QCOMPARE(ledger.readBack(), before + 1);
        QVERIFY(ledger.firstLoss().contains(QStringLiteral("wrote 3, read 1 from n1")));
    }

    void nothingIsALossToo()
    {
        Ledger ledger;
        ledger.written(write(ledger));
        ledger.read(readFirstUnread(ledger), std::nullopt, kFrom);
        QCOMPARE(ledger.lost(), quint64(1));
    }

    void aValueNobodyWroteIsALoss()
    {
        for (const QByteArray& forged : {QByteArray("2"), QByteArray("x"), QByteArray("")}) {
            Ledger ledger;
            ledger.written(write(ledger));
            ledger.read(readFirstUnread(ledger), forged, kFrom);
            QCOMPARE(ledger.lost(), quint64(1));
        }
    }

    void unknownWriteMayHaveHappenedOrNot_data()
    {
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("not") << QByteArray("1");
        QTest::newRow("done") << QByteArray("2");
    }
    void unknownWriteMayHaveHappenedOrNot()
    {
        QFETCH(QByteArray, shown);
        Ledger ledger;
        const auto first = write(ledger);
        ledger.written(first);
        Ledger::Operation second = write(ledger);
        while (second.key != first.key) {
            ledger.refused(second);
            second = write(ledger);
        }
        QCOMPARE(second.value, QByteArray("2"));
        ledger.unknown(second);
        const auto r = readFirstUnread(ledger);
        QCOMPARE(r.key, first.key);
        ledger.read(r, shown, kFrom);
        QCOMPARE(ledger.readBack(), quint64(1));
        QCOMPARE(ledger.lost(), quint64(0));
        // The key is used no more: what the late write does to it would prove nothing.
        for (int i = 0; i < 200; ++i) {
            const auto next = write(ledger);
            QVERIFY(next.key != first.key);
            ledger.refused(next);
        }
    }

    void refusedWriteIsTriedAgainUnderTheSameNumber()
    {
        Ledger ledger;
        const auto w = write(ledger);
        ledger.refused(w);
        Ledger::Operation again = write(ledger);
        while (again.key != w.key) {
            ledger.refused(again);
            again = write(ledger);
        }
        QCOMPARE(again.value, QByteArray("1"));
    }

    void honestStoreUnderEveryOutcomeLosesNothing()
    {
        std::mt19937 random(7);
        Ledger ledger(7);
        QHash<QByteArray, QByteArray> store;
        std::vector<Ledger::Operation> underway;
        std::vector<Ledger::Operation> late; // unknown writes that happen much later
        for (int i = 0; i < 50'000; ++i) {
            underway.push_back(ledger.begin(0.4));
            while (underway.size() > random() % 40) {
                std::swap(underway[random() % underway.size()], underway.back());
                const auto operation = underway.back();
                underway.pop_back();
                const auto fate = random() % 10;
                if (fate == 0) {
                    ledger.refused(operation);
                } else if (fate == 1) {
                    if (!operation.isRead)
                        late.push_back(operation);
                    ledger.unknown(operation);
                } else if (operation.isRead) {
                    ledger.read(operation,
                                store.contains(operation.key) ? std::optional(store[operation.key]) : std::nullopt,
                                kFrom);
                } else {
                    store[operation.key] = operation.value;
                    ledger.written(operation);
                }
            }
            if (!late.empty() && random() % 3 == 0) {
                store[late.back().key] = late.back().value;
                late.pop_back();
            }
        }
        QVERIFY2(ledger.lost() == 0, qPrintable(ledger.firstLoss()));
        for (int i = 0; i < 20'000; ++i) {
            const auto r = ledger.begin(1);
            ledger.read(r, store.contains(r.key) ? std::optional(store[r.key]) : std::nullopt, kFrom);
        }
        QVERIFY2(ledger.lost() == 0, qPrintable(ledger.firstLoss()));
        QVERIFY(ledger.acknowledged() > 10'000);
        for (const auto& operation : underway)
            ledger.refused(operation);
        for (int i = 0; i < 20'000; ++i) {
            const auto r = ledger.begin(1);
            ledger.read(r, store.contains(r.key) ? std::optional(store[r.key]) : std::nullopt, kFrom);
        }
        QCOMPARE(ledger.readBack(), ledger.acknowledged());
    }
};

QTEST_APPLESS_MAIN(TestLedger)
#include "tst_ledger.moc"
