// SPDX-License-Identifier: GPL-3.0-or-later
#include "said.h"

#include <QTest>

using namespace faultline::kv;
using faultline::test::encoded;
using faultline::test::encodedCall;

namespace {

const QByteArray kIncrement = encoded(Verb::Increment, {"n"});

/// The code of an error, or nothing when it is none.
QByteArray codeOf(const Result& result)
{
    const auto* failure = std::get_if<Failure>(&result);
    return failure ? failure->text.left(failure->text.indexOf(' ')) : QByteArray();
}

bool says(const Result& result, const char* part)
{
    const auto* failure = std::get_if<Failure>(&result);
    return failure && failure->text.contains(part);
}

} // namespace

class TestSessions : public QObject
{
    Q_OBJECT
private slots:
    void theLogGivesTheIds()
    {
        Store store;
        QCOMPARE(store.apply(encoded(Verb::SessionOpen, {})), Result(Integer{1}));
        QCOMPARE(store.apply(encoded(Verb::SessionOpen, {})), Result(Integer{2}));
        QCOMPARE(store.sessions(), std::size_t(2));
        QCOMPARE(store.keys(), quint64(0));
    }

    void whatIsSaidAgainIsDoneOnce()
    {
        Store store;
        store.apply(encoded(Verb::SessionOpen, {}));
        QCOMPARE(store.apply(encodedCall(1, 1, 0, kIncrement)), Result(Integer{1}));
        QCOMPARE(store.apply(encodedCall(1, 2, 0, kIncrement)), Result(Integer{2}));
        QCOMPARE(store.apply(encodedCall(1, 1, 0, kIncrement)), Result(Integer{1}));
        QCOMPARE(store.apply(encodedCall(1, 2, 2, kIncrement)), Result(Integer{2}));
        QCOMPARE(store.peek("n"), std::optional(QByteArray("2")));
    }

    void everyKindOfReplyComesBack_data()
    {
        QTest::addColumn<QByteArray>("command");
        QTest::newRow("ok") << encoded(Verb::Set, {"x", "2"});
        QTest::newRow("nil") << encoded(Verb::Get, {"none"});
        QTest::newRow("value") << encoded(Verb::Get, {"x"});
        QTest::newRow("integer") << encoded(Verb::Delete, {"x"});
        QTest::newRow("error") << encoded(Verb::Increment, {"word"});
    }
    void everyKindOfReplyComesBack()
    {
        QFETCH(QByteArray, command);
        Store store;
        for (const QByteArray& said :
             {encoded(Verb::Set, {"x", "1"}), encoded(Verb::Set, {"word", "a"}), encoded(Verb::SessionOpen, {})})
            store.apply(said);
        const Result first = store.apply(encodedCall(1, 5, 0, command));
        for (const QByteArray& said : {encoded(Verb::Set, {"x", "other"}), encoded(Verb::Set, {"none", "some"}),
                                       encoded(Verb::Set, {"word", "7"})})
            store.apply(said);
        QCOMPARE(store.apply(encodedCall(1, 5, 0, command)), first);
        QCOMPARE(store.peek("x"), std::optional(QByteArray("other")));
        QCOMPARE(store.peek("word"), std::optional(QByteArray("7")));
    }

    void eachSessionHasItsOwnNumbers()
    {
        Store store;
        store.apply(encoded(Verb::SessionOpen, {}));
        store.apply(encoded(Verb::SessionOpen, {}));
        QCOMPARE(store.apply(encodedCall(1, 1, 0, kIncrement)), Result(Integer{1}));
        QCOMPARE(store.apply(encodedCall(2, 1, 0, kIncrement)), Result(Integer{2}));
    }

    void whatWasAcknowledgedIsNotDoneAgain()
    {
        Store store;
        store.apply(encoded(Verb::SessionOpen, {}));
        store.apply(encodedCall(1, 1, 0, kIncrement));
        store.apply(encodedCall(1, 3, 2, kIncrement));
        // 1 was acknowledged; 2 never came, and may still.
        QVERIFY(says(store.apply(encodedCall(1, 1, 0, kIncrement)), "was acknowledged, as all below 2 are"));
        QCOMPARE(store.apply(encodedCall(1, 2, 0, kIncrement)), Result(Integer{3}));
        // What is acknowledged does not come back, even where a late call says less.
        QVERIFY(says(store.apply(encodedCall(1, 1, 1, kIncrement)), "below 2"));
        QVERIFY(says(store.apply(encodedCall(1, 4, 9, kIncrement)), "below 9"));
        QCOMPARE(store.peek("n"), std::optional(QByteArray("3")));
    }

    void unknownSessionsAreToldSo_data()
    {
        QTest::addColumn<quint64>("id");
        for (const quint64 id : {quint64(0), quint64(2), quint64(1) << 62})
            QTest::addRow("%llu", qulonglong(id)) << id;
    }
    void unknownSessionsAreToldSo()
    {
        QFETCH(quint64, id);
        Store store;
        store.apply(encoded(Verb::SessionOpen, {}));
        const quint64 before = store.stateHash();
        const Result result = store.apply(encodedCall(id, 1, 0, kIncrement));
        QCOMPARE(codeOf(result), "NOSESSION");
        QVERIFY(says(result, "was ever opened"));
        QCOMPARE(store.stateHash(), before);
    }

    void theOneLeastRecentlyUsedGoes()
    {
        Store store;
        for (std::size_t i = 0; i < Sessions::kMaxSessions; ++i)
            store.apply(encoded(Verb::SessionOpen, {}));
        QCOMPARE(store.apply(encodedCall(1, 1, 0, kIncrement)), Result(Integer{1}));
        store.apply(encoded(Verb::SessionOpen, {}));
        QCOMPARE(store.sessions(), Sessions::kMaxSessions);
        QCOMPARE(store.apply(encodedCall(1, 1, 0, kIncrement)), Result(Integer{1}));
        const Result gone = store.apply(encodedCall(2, 1, 0, kIncrement));
        QCOMPARE(codeOf(gone), "NOSESSION");
        QVERIFY(says(gone, "evicted"));
        QCOMPARE(store.apply(encodedCall(3, 1, 0, kIncrement)), Result(Integer{2}));
    }

    void repeatsCountAsUse()
    {
        Store store;
        for (std::size_t i = 0; i < Sessions::kMaxSessions; ++i)
            store.apply(encoded(Verb::SessionOpen, {}));
        for (quint64 id = 1; id <= Sessions::kMaxSessions; ++id)
            store.apply(encodedCall(id, 1, 0, kIncrement));
        store.apply(encodedCall(1, 1, 0, kIncrement));
        store.apply(encoded(Verb::SessionOpen, {}));
        QCOMPARE(store.apply(encodedCall(1, 1, 0, kIncrement)), Result(Integer{1}));
        QCOMPARE(codeOf(store.apply(encodedCall(2, 1, 0, kIncrement))), "NOSESSION");
    }

    void unacknowledgedRepliesAreBounded()
    {
        Store store;
        store.apply(encoded(Verb::SessionOpen, {}));
        for (quint64 sequence = 1; sequence <= Sessions::kMaxReplies; ++sequence)
            store.apply(encodedCall(1, sequence, 0, kIncrement));
        const quint64 next = Sessions::kMaxReplies + 1;
        QVERIFY(says(store.apply(encodedCall(1, next, 0, kIncrement)), "keeps 256 replies"));
        QCOMPARE(store.peek("n"), std::optional(QByteArray("256")));
        QCOMPARE(store.apply(encodedCall(1, 1, 0, kIncrement)), Result(Integer{1}));
        QCOMPARE(store.apply(encodedCall(1, next, 2, kIncrement)), Result(Integer{257}));
    }

    void largeRepliesAreBoundedByTheirBytes()
    {
        Store store;
        store.apply(encoded(Verb::Set, {"x", QByteArray(kMaxValue, 'v')}));
        const QByteArray get = encoded(Verb::Get, {"x"});
        store.apply(encoded(Verb::SessionOpen, {}));
        QVERIFY(std::holds_alternative<Value>(store.apply(encodedCall(1, 1, 0, get))));
        QVERIFY(says(store.apply(encodedCall(1, 2, 0, kIncrement)), "were not acknowledged, nothing was done"));
        QVERIFY(std::holds_alternative<Value>(store.apply(encodedCall(1, 2, 2, get))));

        // All sessions together too: the eighth of them leaves no room for the first.
        for (quint64 id = 2; id <= 8; ++id) {
            QCOMPARE(store.apply(encodedCall(1, 2, 2, get)), Result(Value{QByteArray(kMaxValue, 'v')}));
            store.apply(encoded(Verb::SessionOpen, {}));
            store.apply(encodedCall(id, 1, 0, get));
        }
        QCOMPARE(codeOf(store.apply(encodedCall(1, 2, 2, get))), QByteArray());
        QCOMPARE(codeOf(store.apply(encodedCall(2, 1, 0, get))), "NOSESSION");
        QCOMPARE(store.sessions(), std::size_t(7));
    }

    void sessionsAndTheirRepliesAreInTheHash()
    {
        Store store;
        QSet<quint64> hashes{store.stateHash()};
        for (const QByteArray& said :
             {encoded(Verb::SessionOpen, {}), encoded(Verb::SessionOpen, {}),
              encodedCall(1, 1, 0, encoded(Verb::Get, {"x"})), encodedCall(1, 1, 0, encoded(Verb::Get, {"x"})),
              encodedCall(2, 1, 0, encoded(Verb::Get, {"x"})), encodedCall(2, 3, 2, encoded(Verb::Get, {"x"}))}) {
            store.apply(said);
            QVERIFY(!hashes.contains(store.stateHash()));
            hashes.insert(store.stateHash());
        }
    }

    void strangeCallsAreNoCommands_data()
    {
        QTest::addColumn<QByteArray>("payload");
        const QByteArray call = encodedCall(1, 2, 0, kIncrement);
        QTest::newRow("a call in a call") << encodedCall(1, 1, 0, call);
        QTest::newRow("open in a call") << encodedCall(1, 1, 0, encoded(Verb::SessionOpen, {}));
        QTest::newRow("no command") << encodedCall(1, 1, 0, "garbage");
        QTest::newRow("empty") << encodedCall(1, 1, 0, "");
        QTest::newRow("no number") << encoded(Verb::SessionCall, {"x", "1", "0", kIncrement});
        QTest::newRow("below nought") << encoded(Verb::SessionCall, {"1", "-1", "0", kIncrement});
        QTest::newRow("too large") << encoded(Verb::SessionCall, {"1", "1", "9223372036854775808", kIncrement});
        QTest::newRow("too few") << encoded(Verb::SessionCall, {"1", "1", kIncrement});
        QTest::newRow("open of something") << encoded(Verb::SessionOpen, {"x"});
    }
    void strangeCallsAreNoCommands()
    {
        QFETCH(QByteArray, payload);
        Store store;
        store.apply(encoded(Verb::SessionOpen, {}));
        const quint64 before = store.stateHash();
        QVERIFY(says(store.apply(payload), "is not a command this version knows"));
        QCOMPARE(store.stateHash(), before);
    }

    void withoutItsMemoryACommandIsDoneTwice()
    {
        Store store(StoreRules{.sessionsRemember = false});
        store.apply(encoded(Verb::SessionOpen, {}));
        QCOMPARE(store.apply(encodedCall(1, 1, 0, kIncrement)), Result(Integer{1}));
        QCOMPARE(store.apply(encodedCall(1, 1, 0, kIncrement)), Result(Integer{2}));
        QVERIFY(says(store.apply(encodedCall(1, 1, 2, kIncrement)), "acknowledged"));
    }

    void onlyLookingNeedsNoLog()
    {
        Store store;
        store.apply(encoded(Verb::Set, {"x", "1"}));
        store.apply(encoded(Verb::SessionOpen, {}));
        const quint64 before = store.stateHash();
        for (const auto& [payload, result] : {std::pair(encoded(Verb::Get, {"x"}), Result(Value{"1"})),
                                              std::pair(encoded(Verb::Get, {"y"}), Result(Nil{})),
                                              std::pair(encoded(Verb::Exists, {"x", "y", "x"}), Result(Integer{2}))}) {
            QVERIFY(isRead(payload));
            QCOMPARE(store.read(payload), result);
        }
        for (const QByteArray& payload :
             {encoded(Verb::Set, {"x", "2"}), encoded(Verb::Delete, {"x"}), encoded(Verb::Increment, {"x"}),
              encoded(Verb::SessionOpen, {}), encodedCall(1, 1, 0, encoded(Verb::Get, {"x"})), QByteArray("garbage")}) {
            QVERIFY(!isRead(payload));
            QVERIFY(says(store.read(payload), "more than read"));
        }
        QCOMPARE(store.stateHash(), before);
    }
};

QTEST_APPLESS_MAIN(TestSessions)
#include "tst_sessions.moc"
