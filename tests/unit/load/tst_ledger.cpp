// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/ledger.h"

#include <QHash>
#include <QSet>
#include <QTest>

#include <random>

using faultline::lab::Ledger;

namespace {

const QString kFrom = QStringLiteral("n1");
constexpr faultline::fault::Share kAll{faultline::fault::Share::kAll};

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

    // ---- the hot key

    /// Stories: "Wa" begins a write, "Ra" a read, "Va" a read where a write was wanted, each called a; "+a"
    /// acknowledges,
    /// "-a" refuses, "?a" leaves unknown, "a=3" and "a=none" say what a read showed; "*" reads all that is unread, and
    /// finds what was acknowledged last.
    void hotKeyIsJudgedSoundly_data()
    {
        QTest::addColumn<QString>("story");
        QTest::addColumn<quint64>("acknowledged");
        QTest::addColumn<quint64>("readBack");
        QTest::addColumn<quint64>("lost");
        const auto row = [](const char* name, const char* story, quint64 acknowledged, quint64 readBack, quint64 lost) {
            QTest::newRow(name) << QString::fromLatin1(story) << acknowledged << readBack << lost;
        };
        row("acknowledged, then read", "Wa +a Rb b=1", 1, 1, 0);
        row("nothing written yet", "Ra a=none", 0, 0, 0);
        row("many readers", "Wa +a Rb Rc Rd b=1 c=1 d=1", 1, 1, 0);
        row("one write at a time", "Wa Vb Vc +a b=none c=1 Wd +d", 2, 1, 0);
        row("a write under way may show", "Wa +a Wb Rc c=2 +b", 2, 1, 0);
        row("a write under way need not show", "Wa +a Wb Rc c=1 +b", 2, 1, 0);
        row("acknowledged after the read began: need not show", "Wa +a Rb Wc +c b=1", 2, 1, 0);
        row("acknowledged after the read began: may show", "Wa +a Rb Wc +c b=2", 2, 2, 0);
        row("begun after the read began: may show", "Rb Wa +a Wc b=2", 1, 1, 0);
        row("an old read ends behind a new one", "Wa +a Rb Wc +c Rd d=2 b=1", 2, 2, 0);
        row("older than acknowledged", "Wa +a Wb +b Rc c=1", 2, 1, 1);
        row("nothing", "Wa +a Wb +b Rc c=none", 2, 0, 2);
        row("read back, and then gone", "Wa +a Rb b=1 Rc c=none", 1, 0, 1);
        row("partly read back, and then gone", "Wa +a Wb +b Rc c=2 Wd +d Re e=1", 3, 1, 2);
        row("seen by two readers, counted once", "Wa +a Wb +b Rc Rd c=1 d=1", 2, 1, 1);
        row("worse for the second reader, counted once", "Wa +a Wb +b Rc Rd c=1 d=none", 2, 1, 1);
        row("there again for the second reader, still lost", "Wa +a Rb Rc b=none c=1", 1, 0, 1);
        row("beyond what may have been written", "Wa +a Rb b=2", 1, 0, 1);
        row("beyond, after it was read back", "Wa +a Rb b=1 Rc c=2", 1, 1, 1);
        row("a refused write shows", "Wa -a Rb b=1", 0, 0, 1);
        row("a refused write is tried again", "Wa -a Wb +b Rc c=1", 1, 1, 0);
        row("an unknown write shows", "Wa +a Rb Wc ?c b=2", 1, 1, 0);
        row("an unknown write does not show", "Wa +a Rb Wc ?c b=1", 1, 1, 0);
        row("lost beside an unknown write", "Wa +a Rb Wc ?c b=none", 1, 0, 1);
        row("an unknown read says nothing", "Wa +a Rb ?b", 1, 0, 0);
        row("a refused read says nothing", "Wa +a Rb -b", 1, 0, 0);
        row("a loss, and what came since is read back", "Wa +a Rb Wc +c Wd +d b=none *", 3, 2, 1);
        row("a loss while a write is under way", "Wa +a Rb Wc b=none +c Wd +d Re e=1 *", 3, 2, 1);
        row("the key before is read once more", "Wa +a Wb +b Wc +c Wd ?d We +e Rf f=1 *", 4, 4, 0);
    }
    void hotKeyIsJudgedSoundly()
    {
        QFETCH(QString, story);
        Ledger ledger;
        QHash<QChar, Ledger::Operation> named;
        QHash<QByteArray, QByteArray> store;
        for (const QString& step : story.split(' ')) {
            const QChar verb = step[0];
            const QChar name = step.size() > 1 ? step[1] : QChar();
            if (verb == 'W' || verb == 'R' || verb == 'V') {
                named[name] = ledger.begin(verb == 'R' ? 1 : 0, kAll);
                QVERIFY2(named[name].isRead == (verb != 'W'), qPrintable(step));
            } else if (verb == '+') {
                ledger.written(named[name]);
                store[named[name].key] = named[name].value;
            } else if (verb == '-') {
                ledger.refused(named[name]);
            } else if (verb == '?') {
                ledger.unknown(named[name]);
            } else if (verb == '*') {
                for (std::size_t i = 0; i < 2 * ledger.slotCount(); ++i) {
                    const auto r = ledger.begin(1);
                    ledger.read(r, store.contains(r.key) ? std::optional(store[r.key]) : std::nullopt, kFrom);
                }
            } else {
                const QString shown = step.mid(2);
                ledger.read(named[verb], shown == "none" ? std::nullopt : std::optional(shown.toLatin1()), kFrom);
            }
        }
        QTEST(ledger.acknowledged(), "acknowledged");
        QTEST(ledger.readBack(), "readBack");
        QTEST(ledger.lost(), "lost");
        QCOMPARE(ledger.firstLoss().isEmpty(), ledger.lost() == 0);
    }

    void unknownWriteMovesTheHotKeyOn()
    {
        Ledger ledger;
        const std::size_t before = ledger.slotCount();
        QSet<QByteArray> retired;
        for (int i = 0; i < 1000; ++i) {
            const auto w = ledger.begin(0, kAll);
            QVERIFY(!w.isRead && !retired.contains(w.key));
            retired.insert(w.key);
            ledger.unknown(w);
            const auto r = ledger.begin(1);
            QVERIFY(!r.onHotKey);
            ledger.read(r, std::nullopt, kFrom);
        }
        QVERIFY2(ledger.slotCount() < before + 200, qPrintable(QString::number(ledger.slotCount())));
        QCOMPARE(ledger.lost(), quint64(0));
    }

    void hotWritesThatGoUnansweredForHoursTakeNoMoreKeysThanThat()
    {
        Ledger ledger;
        for (std::size_t i = 0; i < 3 * Ledger::kMostHotSlots; ++i) {
            const auto acknowledged = ledger.begin(0, kAll);
            if (!acknowledged.isRead)
                ledger.written(acknowledged);
            else
                ledger.unknown(acknowledged);
            ledger.unknown(ledger.begin(0, kAll));
        }
        QCOMPARE(ledger.slotCount(), Ledger::kMostHotSlots);
        // It is read what may not be written again, and then it is written.
        const auto read = ledger.begin(0, kAll);
        QVERIFY(read.isRead && !read.onHotKey);
        ledger.read(read, QByteArray::number(read.acknowledged), kFrom);
        QVERIFY(!ledger.begin(0, kAll).isRead);
        QCOMPARE(ledger.lost(), quint64(0));
    }

    void itsShareOfOperationsIsHot_data()
    {
        QTest::addColumn<quint32>("percent");
        for (const quint32 percent : {0u, 1u, 25u, 100u})
            QTest::addRow("%u%%", percent) << percent;
    }
    void itsShareOfOperationsIsHot()
    {
        QFETCH(quint32, percent);
        Ledger ledger;
        int hot = 0;
        for (int i = 0; i < 20'000; ++i) {
            const auto operation = ledger.begin(0.5, faultline::fault::Share::ofPercent(percent));
            hot += operation.onHotKey ? 1 : 0;
            ledger.refused(operation);
        }
        QVERIFY2(std::abs(hot - 200 * int(percent)) <= 250, qPrintable(QString::number(hot)));
    }

    void aLostWriteIsAlwaysReported()
    {
        std::mt19937 random(11);
        for (int trial = 0; trial < 2'000; ++trial) {
            Ledger ledger(quint64(trial) + 1);
            QByteArray value; // empty: nothing
            const auto shown = [&value] { return value.isEmpty() ? std::nullopt : std::optional(value); };
            std::vector<Ledger::Operation> reads;
            quint64 acknowledged = 0;
            for (auto steps = random() % 12; steps > 0; --steps) {
                const auto operation = ledger.begin(0.5, kAll);
                if (operation.isRead) {
                    reads.push_back(operation);
                } else {
                    value = operation.value;
                    ledger.written(operation);
                    ++acknowledged;
                }
                if (!reads.empty() && random() % 2 == 0) {
                    ledger.read(reads.back(), shown(), kFrom);
                    reads.pop_back();
                }
            }
            QCOMPARE(ledger.lost(), quint64(0));
            if (acknowledged == 0)
                continue;
            const quint64 kept = random() % acknowledged;
            const auto late = ledger.begin(1, kAll);
            value = kept == 0 ? QByteArray() : QByteArray::number(kept);
            ledger.read(late, shown(), kFrom);
            QCOMPARE(ledger.lost(), acknowledged - kept);
            QCOMPARE(ledger.readBack(), kept);
        }
    }

    void honestStoreUnderEveryOutcomeLosesNothing_data()
    {
        QTest::addColumn<quint32>("hotPercent");
        for (const quint32 percent : {0u, 10u, 100u})
            QTest::addRow("%u%% on the hot key", percent) << percent;
    }
    void honestStoreUnderEveryOutcomeLosesNothing()
    {
        QFETCH(quint32, hotPercent);
        struct Underway
        {
            Ledger::Operation operation;
            std::optional<QByteArray> atBegin; ///< of a read: what it would have shown then
            bool done = false;                 ///< of a write: it happened already
        };
        auto hot = faultline::fault::Share::ofPercent(hotPercent);
        std::mt19937 random(7);
        Ledger ledger(7);
        QHash<QByteArray, QByteArray> store;
        const auto shown = [&store](const QByteArray& key) {
            return store.contains(key) ? std::optional(store[key]) : std::nullopt;
        };
        std::vector<Underway> underway;
        std::vector<Ledger::Operation> late; // unknown writes that happen much later
        const auto end = [&](const Underway& ending) {
            const auto& [operation, atBegin, done] = ending;
            const auto fate = random() % 10;
            if (fate == 0 && !done) {
                ledger.refused(operation);
            } else if (fate == 1) {
                if (!operation.isRead && !done)
                    late.push_back(operation);
                ledger.unknown(operation);
            } else if (operation.isRead) {
                ledger.read(operation, random() % 2 == 0 ? atBegin : shown(operation.key), kFrom);
            } else {
                store[operation.key] = operation.value;
                ledger.written(operation);
            }
        };
        const auto readAll = [&] {
            for (int i = 0; i < 20'000; ++i) {
                const auto r = ledger.begin(1);
                ledger.read(r, shown(r.key), kFrom);
            }
        };
        for (int i = 0; i < 50'000; ++i) {
            const auto operation = ledger.begin(0.4, hot);
            underway.push_back({operation, shown(operation.key)});
            if (!operation.isRead && random() % 3 == 0) {
                store[operation.key] = operation.value;
                underway.back().done = true;
            }
            while (underway.size() > random() % 40) {
                std::swap(underway[random() % underway.size()], underway.back());
                const auto ending = underway.back();
                underway.pop_back();
                end(ending);
            }
            if (!late.empty() && random() % 3 == 0) {
                store[late.back().key] = late.back().value;
                late.pop_back();
            }
        }
        QVERIFY2(ledger.lost() == 0, qPrintable(ledger.firstLoss()));
        readAll();
        QVERIFY2(ledger.lost() == 0, qPrintable(ledger.firstLoss()));
        QVERIFY2(ledger.acknowledged() > (hotPercent == 100 ? 500 : 10'000),
                 qPrintable(QString::number(ledger.acknowledged())));
        for (const auto& last : underway) {
            if (last.done)
                ledger.unknown(last.operation);
            else
                ledger.refused(last.operation);
        }
        readAll();
        QVERIFY2(ledger.lost() == 0, qPrintable(ledger.firstLoss()));
        QCOMPARE(ledger.readBack(), ledger.acknowledged());
    }
};

QTEST_APPLESS_MAIN(TestLedger)
#include "tst_ledger.moc"
