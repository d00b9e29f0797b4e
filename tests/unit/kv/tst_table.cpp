// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/table.h"

#include <QHash>
#include <QTest>

#include <random>
#include <thread>

using namespace faultline::kv;

namespace {

void put(Table& table, QByteArrayView key, QByteArrayView value)
{
    const quint64 hash = Table::hashOf(key);
    if (RecordPointer* there = table.toChange(key, hash))
        there->setValue(value);
    else
        table.insert(RecordPointer::of(key, value), hash);
}

std::optional<QByteArray> get(const Table& table, QByteArrayView key)
{
    const Record* record = table.find(key, Table::hashOf(key));
    return record ? std::optional(record->value().toByteArray()) : std::nullopt;
}

QHash<QByteArray, QByteArray> contentOf(const Table& table)
{
    QHash<QByteArray, QByteArray> content;
    for (const Record* record : table.records())
        content.insert(record->key().toByteArray(), record->value().toByteArray());
    return content;
}

} // namespace

class TestTable : public QObject
{
    Q_OBJECT

private slots:
    void emptyHasNothing()
    {
        Table table;
        QVERIFY(table.isEmpty());
        QVERIFY(!get(table, "a"));
        QVERIFY(!table.remove("a", Table::hashOf("a")));
        QVERIFY(table.records().empty());
        table.prefetch();
        put(table, "", ""); // neither key nor value needs a byte
        QCOMPARE(get(table, ""), std::optional(QByteArray("")));
        QVERIFY(table.remove("", Table::hashOf("")));
        QVERIFY(table.isEmpty());
    }

    void doesWhatAHashDoes_data()
    {
        QTest::addColumn<int>("keys");
        QTest::addColumn<int>("steps");
        QTest::newRow("a few") << 7 << 20'000;
        QTest::newRow("about a full one") << 15 << 20'000;
        QTest::newRow("many") << 3'000 << 100'000;
    }

    void doesWhatAHashDoes()
    {
        QFETCH(int, keys);
        QFETCH(int, steps);
        std::mt19937 random(static_cast<unsigned>(keys));
        const auto below = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
        Table table;
        QHash<QByteArray, QByteArray> model;
        std::vector<std::pair<Table, QHash<QByteArray, QByteArray>>> copies;
        for (int step = 0; step < steps; ++step) {
            const QByteArray key = QByteArray::number(below(keys));
            // It grows in some stretches and shrinks in others.
            const bool grows = (step / (2 * keys)) % 2 == 0;
            if (below(4) < (grows ? 3 : 1)) {
                const QByteArray value(below(300), static_cast<char>('a' + below(26)));
                put(table, key, value);
                model.insert(key, value);
            } else {
                QCOMPARE(table.remove(key, Table::hashOf(key)), model.remove(key) == 1);
            }
            QCOMPARE(table.size(), model.size());
            QCOMPARE(get(table, key).value_or("-"), model.value(key, "-"));
            if (below(200) == 0)
                copies.emplace_back(table, model);
            if (copies.size() > 4)
                copies.erase(copies.begin() + below(4));
            if (step % 997 == 0)
                QCOMPARE(contentOf(table), model);
        }
        QCOMPARE(contentOf(table), model);
        QVERIFY(!copies.empty());
        for (const auto& [copy, content] : copies)
            QCOMPARE(contentOf(copy), content);
    }

    void aValueIsReplacedWhereItLiesOnlyWhenNobodyElseHoldsIt()
    {
        Table table;
        put(table, "k", QByteArray(100, 'a'));
        const Record* first = table.find("k", Table::hashOf("k"));
        put(table, "k", QByteArray(90, 'b'));
        QCOMPARE(table.find("k", Table::hashOf("k")), first);
        const Table copy = table;
        put(table, "k", QByteArray(90, 'c'));
        QVERIFY(table.find("k", Table::hashOf("k")) != first);
        QCOMPARE(get(copy, "k"), std::optional(QByteArray(90, 'b')));
        QCOMPARE(get(table, "k"), std::optional(QByteArray(90, 'c')));
    }

    void aSmallValueDoesNotKeepTheMemoryOfALargeOne()
    {
        RecordPointer record = RecordPointer::of("k", QByteArray(100'000, 'a'));
        record->deadline = 7;
        const Record* large = record.get();
        record.setValue("b");
        QVERIFY(record.get() != large);
        QCOMPARE(record->key(), QByteArrayView("k"));
        QCOMPARE(record->value(), QByteArrayView("b"));
        QCOMPARE(record->deadline, qint64(7));
    }

    void aValueMayBeSetToAPartOfItself()
    {
        RecordPointer record = RecordPointer::of("k", "0123456789");
        record.setValue(record->value().sliced(3));
        QCOMPARE(record->value(), QByteArrayView("3456789"));
        const RecordPointer shared = record;
        record.setValue(record->value().first(2));
        QCOMPARE(record->value(), QByteArrayView("34"));
        QCOMPARE(shared->value(), QByteArrayView("3456789"));
    }

    void copiesAreReadAndDroppedOnOtherThreads()
    {
        Table table;
        for (int i = 0; i < 500; ++i)
            put(table, QByteArray::number(i), "0");
        for (int round = 1; round <= 20; ++round) {
            std::atomic<bool> isSame = true;
            std::thread reader([copy = table, before = QByteArray::number(round - 1), &isSame]() mutable {
                for (const Record* record : copy.records())
                    isSame = isSame && record->value() == before;
                copy = Table();
            });
            for (int i = 0; i < 500; ++i)
                put(table, QByteArray::number(i), QByteArray::number(round));
            reader.join();
            QVERIFY(isSame);
        }
        QCOMPARE(table.size(), 500);
    }
};

QTEST_GUILESS_MAIN(TestTable)
#include "tst_table.moc"
