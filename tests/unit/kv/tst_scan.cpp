// SPDX-License-Identifier: GPL-3.0-or-later
#include "said.h"

#include "node/kv/glob.h"

#include <QSet>
#include <QTest>

using namespace faultline::kv;
using faultline::test::encoded;

class TestScan : public QObject
{
    Q_OBJECT

    static Page page(const Store& store, quint64 cursor, int count, const QByteArray& pattern = {})
    {
        return std::get<Page>(
            store.read(encoded(Verb::Scan, {QByteArray::number(cursor), QByteArray::number(count), pattern})));
    }

private slots:
    void everyKeyThatStaysIsSeen_data()
    {
        QTest::addColumn<QByteArray>("tag");
        QTest::newRow("spread") << QByteArray();
        QTest::newRow("in one slot") << QByteArray("{tag}");
    }
    void everyKeyThatStaysIsSeen()
    {
        QFETCH(QByteArray, tag);
        Store store;
        for (int i = 0; i < 5'000; ++i)
            store.apply(encoded(Verb::Set, {tag + QByteArray::number(i), "v"}));
        QSet<QByteArray> seen;
        quint64 cursor = 0;
        int pages = 0;
        do {
            const Page some = page(store, cursor, 100);
            QVERIFY(some.keys.size() <= 400);
            for (const QByteArray& key : some.keys)
                seen.insert(key);
            cursor = some.cursor;
            // Others come and go meanwhile.
            store.apply(encoded(Verb::Set, {tag + "new" + QByteArray::number(pages), "v"}));
            store.apply(encoded(Verb::Delete, {tag + QByteArray::number(pages)}));
            ++pages;
        } while (cursor != 0);
        QVERIFY(pages > 10);
        for (int i = pages; i < 5'000; ++i)
            QVERIFY(seen.contains(tag + QByteArray::number(i)));
    }

    void anEmptyStoreHasOnePage() { QCOMPARE(page(Store(), 0, 10), Page()); }

    void aCursorFromNowhereIsTaken()
    {
        Store store;
        store.apply(encoded(Verb::Set, {"k", "v"}));
        QCOMPARE(page(store, 0xffff'ffff'ffff, 10), Page());
    }

    void onlyWhatMatchesIsReturned()
    {
        Store store;
        for (const char* key : {"one", "two", "three"})
            store.apply(encoded(Verb::Set, {key, "v"}));
        QCOMPARE(page(store, 0, 10, "t*e"), (Page{0, {"three"}, 3}));
    }

    void globs_data()
    {
        QTest::addColumn<QByteArray>("pattern");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("matches");
        const auto row = [](const char* pattern, const char* text, bool matches) {
            QTest::addRow("%s %s", pattern, text) << QByteArray(pattern) << QByteArray(text) << matches;
        };
        row("", "", true);
        row("", "a", false);
        row("*", "", true);
        row("*", "anything", true);
        row("a*", "abc", true);
        row("*c", "abc", true);
        row("a**c", "abbc", true);
        row("a*b*c", "aXbYc", true);
        row("a*b*c", "aXbY", false);
        row("a?c", "abc", true);
        row("a?c", "ac", false);
        row("[ab]c", "bc", true);
        row("[^ab]c", "bc", false);
        row("[^ab]c", "xc", true);
        row("[a-c]x", "bx", true);
        row("[c-a]x", "bx", true);
        row("[a-c]x", "dx", false);
        row("[\\]]", "]", true);
        row("[ab", "b", true);
        row("\\*", "*", true);
        row("\\*", "a", false);
        row("a\\", "a\\", true);
        row("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false);
    }
    void globs()
    {
        QFETCH(QByteArray, pattern);
        QFETCH(QByteArray, text);
        QFETCH(bool, matches);
        QCOMPARE(matchesGlob(pattern, text), matches);
    }
};

QTEST_APPLESS_MAIN(TestScan)
#include "tst_scan.moc"
