// SPDX-License-Identifier: GPL-3.0-or-later
#include "said.h"

#include <QRandomGenerator>
#include <QTest>

using namespace faultline::kv;
using faultline::test::encoded;
using faultline::test::encodedCall;
using faultline::test::inPieces;
using faultline::test::stampedAt;

namespace {

QByteArray bytesOf(const Store& store, qsizetype pieces = 1 << 20)
{
    QByteArray bytes;
    SnapshotWriter writer = store.snapshot();
    for (QByteArray piece = writer.next(pieces); !piece.isEmpty(); piece = writer.next(pieces))
        bytes += piece;
    return bytes;
}

/// Keys, sessions, replies of each kind, something acknowledged, something overwritten.
Store lived(int steps = 40)
{
    Store store;
    for (int i = 0; i < steps; ++i) {
        const QByteArray key = QByteArray::number(i * 7 % 13);
        store.apply(encoded(Verb::SessionOpen, {}));
        const auto id = static_cast<quint64>(i / 2 + 1);
        store.apply(encodedCall(id, 1, 0, encoded(Verb::Set, {key, QByteArray(i, 'v')})));
        store.apply(encodedCall(id, 2, 0, encoded(Verb::Increment, {key})));
        store.apply(encodedCall(id, 3, 0, encoded(Verb::Increment, {"n"})));
        store.apply(encodedCall(id, 4, id % 3, encoded(Verb::Get, {key})));
        store.apply(encodedCall(id, 5, 0, encoded(Verb::Get, {"none"})));
        store.apply(encodedCall(id, 6, 0, encoded(Verb::Delete, {QByteArray::number(i)})));
    }
    return store;
}

/// As the writer would have set it, so that what lies behind the hash is reached.
void setHash(QByteArray& bytes, quint64 hash)
{
    for (int i = 0; i < 8; ++i)
        bytes[8 + i] = static_cast<char>(hash >> (8 * i));
}

/// A session's call whose reply has several values, after the session is opened.
QByteArray encodedCallOfValues(Store& store)
{
    store.apply(encoded(Verb::SessionOpen, {}));
    return encodedCall(1, 1, 0, encoded(Verb::GetMany, {"stays", "none", "goes"}));
}

} // namespace

class TestStoreSnapshot : public QObject
{
    Q_OBJECT
private slots:
    void whatIsWrittenComesBack_data()
    {
        QTest::addColumn<int>("steps");
        for (const int steps : {0, 1, 2, 40, 3000})
            QTest::addRow("%d steps", steps) << steps;
    }
    void whatIsWrittenComesBack()
    {
        QFETCH(int, steps);
        const Store store = lived(steps);
        for (const qsizetype size : {1, 7, 1'000, 65'536}) {
            Store other = lived(5);
            const auto restored = other.restore(inPieces(bytesOf(store), size));
            QVERIFY2(restored, restored ? "" : qPrintable(restored.error()));
            QCOMPARE(other.stateHash(), store.stateHash());
            QCOMPARE(other.keys(), store.keys());
            QCOMPARE(other.sessions(), store.sessions());
            QCOMPARE(bytesOf(other), bytesOf(store));
        }
    }

    /// A reply of any size is taken as long as those before it were not too much, and in any order of the numbers.
    void repliesOfAnyLegalSizeComeBack_data()
    {
        QTest::addColumn<QByteArrayList>("calls");
        QTest::newRow("the first number last") << QByteArrayList{encodedCall(1, 2, 0, encoded(Verb::Get, {"small"})),
                                                                 encodedCall(1, 1, 0, encoded(Verb::Get, {"big"}))};
        // One session alone is never evicted.
        const std::vector<QByteArrayView> many((Sessions::kMaxBytes >> 6) - 100, "small");
        QTest::newRow("more than all sessions may keep")
            << QByteArrayList{encodedCall(1, 1, 0, encodeCommand(Verb::GetMany, many))};
    }
    void repliesOfAnyLegalSizeComeBack()
    {
        QFETCH(QByteArrayList, calls);
        Store store;
        store.apply(encoded(Verb::Set, {"small", "x"}));
        store.apply(encoded(Verb::Set, {"big", QByteArray(static_cast<qsizetype>(Sessions::kFullBytes), 'v')}));
        store.apply(encoded(Verb::SessionOpen, {}));
        for (const QByteArray& call : calls)
            QVERIFY(!std::holds_alternative<Failure>(store.apply(call)));
        Store other;
        const auto restored = other.restore(inPieces(bytesOf(store)));
        QVERIFY2(restored, restored ? "" : qPrintable(restored.error()));
        QCOMPARE(other.stateHash(), store.stateHash());
    }

    void theRestoredStoreGoesOnAlike()
    {
        Store store = lived();
        Store other;
        QVERIFY(other.restore(inPieces(bytesOf(store))));
        for (quint64 i = 0; i < 3000; ++i) {
            const QByteArray said = i % 3 == 0 ? encoded(Verb::SessionOpen, {})
                                               : encodedCall(i % 50, i % 9, i % 4, encoded(Verb::Increment, {"n"}));
            QCOMPARE(other.apply(said), store.apply(said));
            QCOMPARE(other.stateHash(), store.stateHash());
        }
    }

    void equalStatesGiveEqualBytes()
    {
        Store forward;
        Store backward;
        for (int i = 0; i < 300; ++i) {
            forward.apply(encoded(Verb::Set, {QByteArray::number(i), "x"}));
            backward.apply(encoded(Verb::Set, {QByteArray::number(299 - i), "x"}));
        }
        QCOMPARE(bytesOf(forward), bytesOf(backward));
    }

    void piecesAreAsLargeAsAsked()
    {
        const Store store = lived();
        const QByteArray whole = bytesOf(store);
        for (const qsizetype size : {1, 7, 100}) {
            QCOMPARE(bytesOf(store, size), whole);
            SnapshotWriter writer = store.snapshot();
            QCOMPARE(writer.next(size).size(), size);
        }
    }

    void theSnapshotIsOfItsMoment()
    {
        Store store = lived();
        const QByteArray before = bytesOf(store);
        SnapshotWriter writer = store.snapshot();
        QByteArray bytes = writer.next(100);
        store.apply(encoded(Verb::Set, {"later", "1"}));
        store.apply(encoded(Verb::Delete, {"n"}));
        store.apply(encodedCall(20, 9, 9, encoded(Verb::Get, {"n"})));
        bytes += writer.next(1 << 20);
        QCOMPARE(bytes, before);
    }

    void everyCutIsRefusedAndChangesNothing()
    {
        const QByteArray whole = bytesOf(lived(6));
        Store store = lived(3);
        const quint64 before = store.stateHash();
        for (qsizetype length = 0; length < whole.size(); ++length) {
            const auto restored = store.restore(inPieces(whole.first(length), 1 + length % 9));
            QVERIFY(!restored);
            QVERIFY(restored.error().contains("snapshot of the store") && restored.error().endsWith('.'));
            QCOMPARE(store.stateHash(), before);
        }
        QVERIFY(store.restore(inPieces(whole + 'x')).error().contains("nothing should follow"));
    }

    void whoHandsOverThePiecesIsHeard()
    {
        const QByteArray whole = bytesOf(lived(6));
        for (qsizetype before = 0; before < whole.size(); before += 5) {
            Store store = lived(3);
            const quint64 hash = store.stateHash();
            const auto restored =
                store.restore([next = inPieces(whole.first(before), 5), &before,
                               given = qsizetype(0)]() mutable -> faultline::Result<std::optional<QByteArray>> {
                    if (given >= before)
                        return faultline::Error{QStringLiteral("The disk failed.")};
                    given += 5;
                    return next();
                });
            QVERIFY(!restored);
            QCOMPARE(restored.error(), QStringLiteral("The disk failed."));
            QCOMPARE(store.stateHash(), hash);
        }
    }

    void everyFlippedBitIsRefused()
    {
        const Store store = lived(6);
        const QByteArray whole = bytesOf(store);
        Store other;
        for (qsizetype bit = 0; bit < whole.size() * 8; ++bit) {
            QByteArray flipped = whole;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
            QVERIFY2(!other.restore(inPieces(flipped, 1 + bit % 20)), qPrintable(QString::number(bit)));
        }
        QCOMPARE(other.stateHash(), quint64(0));
    }

    void errorsSayWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("part");
        const auto row = [](const char* part, std::initializer_list<int> body) {
            QByteArray bytes;
            for (const int byte : body)
                bytes.append(static_cast<char>(byte));
            QTest::addRow("%s (%d bytes)", part, int(bytes.size())) << bytes << QString::fromUtf8(part);
        };
        // Numbers of keys, of sessions ever opened, of uses, of open ones; time and lag; then these.
        const int large = 0xff;
        row("the number of keys is cut off", {});
        row("the number of open sessions is cut off", {0, 0, 0});
        row("the time is cut off", {0, 0, 0, 0});
        row("the lag is cut off", {0, 0, 0, 0, 9});
        row("such a time cannot be", {0, 0, 0, 0, large, large, large, large, large, large, large, large, large, 1, 0});
        row("a key is cut off", {large, large, large, large, large, large, large, large, large, 1, 0, 0, 0, 0, 0});
        row("a value is cut off", {1, 0, 0, 0, 0, 0, 1, 'k', 9, 'v'});
        row("a deadline is cut off", {1, 0, 0, 0, 0, 0, 1, 'k', 1, 'v'});
        row("such a deadline cannot be",
            {1, 0, 0, 0, 0, 0, 1, 'k', 0, large, large, large, large, large, large, large, large, large, 1});
        // 'b' is in slot 3300, 'k' in 7629, 'a' in 15495.
        row("the keys are out of order", {2, 0, 0, 0, 0, 0, 1, 'a', 0, 0, 1, 'k', 0, 0});
        row("the keys are out of order", {2, 0, 0, 0, 0, 0, 1, 'k', 0, 0, 1, 'k', 0, 0});
        row("sessions were used less often than opened", {0, 2, 1, 0, 0, 0});
        row("a session is cut off", {0, 1, 1, 1, 0, 0, 1, 1});
        row("such a session cannot be", {0, 1, 1, 1, 0, 0, 2, 1, 0, 0});
        row("such a session cannot be", {0, 1, 1, 1, 0, 0, 1, 2, 0, 0});
        row("such a session cannot be", {0, 2, 2, 2, 0, 0, 1, 1, 0, 0, 2, 1, 0, 0});
        row("the sessions are out of order", {0, 2, 2, 2, 0, 0, 2, 1, 0, 0, 1, 2, 0, 0});
        row("a reply is cut off", {0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 5});
        row("a reply is cut off", {0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 5, 9});
        row("a reply is cut off", {0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 5, 6, 2, 0});
        row("a reply is cut off", {0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 5, 6, 1, 2});
        row("such a reply cannot be", {0, 1, 1, 1, 0, 0, 1, 1, 3, 1, 2, 0});
        row("such a reply cannot be", {0, 1, 1, 1, 0, 0, 1, 1, 0, 2, 2, 0, 2, 0});
        row("nothing should follow", {0, 0, 0, 0, 0, 0, 0});
        row("does not come to its hash", {1, 0, 0, 0, 0, 0, 1, 'k', 1, 'v', 0});
        row("does not come to its hash", {0, 0, 0, 0, 7, 0});
    }
    void errorsSayWhatIsWrong()
    {
        QFETCH(QByteArray, body);
        QFETCH(QString, part);
        Store store;
        const auto restored = store.restore(inPieces(bytesOf(Store()).first(16) + body));
        QVERIFY(!restored);
        QVERIFY2(restored.error().contains(part), qPrintable(restored.error()));
    }

    void anotherVersionIsNamed()
    {
        QByteArray bytes = bytesOf(lived(2));
        bytes[7] = 3;
        QVERIFY(
            Store().restore(inPieces(bytes)).error().contains("has version 3, this program reads versions 1 and 2"));
    }

    void versionOneIsStillRead()
    {
        // As the program before this one wrote it: a = 1 and k = 2, one session that was used once more.
        Store store;
        for (const auto& [key, value] : {std::pair("k", "2"), std::pair("a", "1")})
            store.apply(encoded(Verb::Set, {key, value}));
        store.apply(encoded(Verb::SessionOpen, {}));
        store.apply(encodedCall(1, 1, 0, encoded(Verb::Exists, {"a"})));
        QByteArray bytes("FLSTATE\1\0\0\0\0\0\0\0\0", 16);
        setHash(bytes, store.stateHash());
        bytes += QByteArray("\2\1\2\1\1a\0011\1k\0012\1\2\0\1\1\3\1", 19);
        Store restored;
        const auto done = restored.restore(inPieces(bytes));
        QVERIFY2(done, done ? "" : qPrintable(done.error()));
        QCOMPARE(restored.peek("k"), std::optional(QByteArray("2")));
        QCOMPARE(restored.stateHash(), store.stateHash());
        QCOMPARE(bytesOf(restored), bytesOf(store));
    }

    void deadlinesAndTimeComeBack()
    {
        Store store;
        store.apply(stampedAt(1'000, encoded(Verb::Set, {"stays", "1"})));
        store.apply(stampedAt(1'000, encoded(Verb::SetWith, {"goes", "2", "16", "500"})));
        store.apply(stampedAt(1'100, encoded(Verb::Time, {"70"})));
        store.apply(encodedCallOfValues(store));
        Store restored;
        QVERIFY(restored.restore(inPieces(bytesOf(store))));
        QCOMPARE(restored.stateHash(), store.stateHash());
        QCOMPARE(restored.time(), 1'100);
        QCOMPARE(restored.lag(), 70);
        QCOMPARE(restored.earliestDeadline(), std::optional<qint64>(1'500));
        for (Store* each : {&store, &restored})
            each->apply(stampedAt(1'500, encoded(Verb::Time, {"0"})));
        QCOMPARE(restored.keys(), quint64(1));
        QCOMPARE(bytesOf(restored), bytesOf(store));
    }

    void manyKeysAreHeldWithoutACopy()
    {
        Store store;
        for (int i = 0; i < 50'000; ++i)
            store.apply(encoded(Verb::Set, {"key:" + QByteArray::number(i), "value"}));
        const QByteArray before = bytesOf(store);
        SnapshotWriter writer = store.snapshot();
        for (int i = 0; i < 50'000; i += 7)
            store.apply(encoded(Verb::Delete, {"key:" + QByteArray::number(i)}));
        QByteArray bytes;
        for (QByteArray piece = writer.next(100'000); !piece.isEmpty(); piece = writer.next(100'000))
            bytes += piece;
        QVERIFY(bytes == before);
    }

    void randomBytesNeverCrash()
    {
        QRandomGenerator random(20);
        const QByteArray whole = bytesOf(lived(8));
        for (int round = 0; round < 20'000; ++round) {
            QByteArray bytes = whole;
            for (quint32 changes = random.bounded(1U, 6U); changes > 0; --changes) {
                const auto at = static_cast<qsizetype>(random.bounded(16, int(bytes.size())));
                switch (random.bounded(3)) {
                case 0:
                    bytes[at] = static_cast<char>(random.bounded(256));
                    break;
                case 1:
                    bytes.remove(at, random.bounded(1, 20));
                    break;
                default:
                    bytes.insert(at, QByteArray(random.bounded(1, 12), static_cast<char>(random.bounded(256))));
                }
            }
            setHash(bytes, random.generate64());
            Store store;
            if (const auto restored = store.restore(inPieces(bytes, random.bounded(1, 50))); !restored)
                QVERIFY(restored.error().endsWith('.'));
        }
    }
};

QTEST_APPLESS_MAIN(TestStoreSnapshot)
#include "tst_store_snapshot.moc"
