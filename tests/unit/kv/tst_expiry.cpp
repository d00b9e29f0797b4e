// SPDX-License-Identifier: GPL-3.0-or-later
#include "said.h"

#include <QTest>

using namespace faultline::kv;
using faultline::test::encoded;
using faultline::test::encodedCall;
using faultline::test::stampedAt;

namespace {

/// A store to which commands are said at times.
struct Timed
{
    Store store;
    Result at(qint64 time, Verb verb, std::initializer_list<QByteArrayView> arguments)
    {
        return store.apply(stampedAt(time, encoded(verb, arguments)));
    }
};

QByteArray flags(quint64 sum)
{
    return QByteArray::number(sum);
}

} // namespace

/// Keys with a time to live: by the stamps of the entries, and by nothing else.
class TestExpiry : public QObject
{
    Q_OBJECT
private slots:
    void keyIsThereUntilAStampReachesItsDeadline()
    {
        Timed timed;
        timed.at(1'000, Verb::SetWith, {"k", "v", flags(SetFlag::kAfter), "500"});
        QCOMPARE(timed.at(1'499, Verb::Get, {"k"}), Result(Value{"v"}));
        QCOMPARE(timed.store.peek("k"), std::optional(QByteArray("v")));
        QCOMPARE(timed.at(1'500, Verb::Get, {"k"}), Result(Nil{}));
        QCOMPARE(timed.store.keys(), quint64(0));
        QCOMPARE(timed.store.expired(), quint64(1));
    }

    void timeNeverGoesBack()
    {
        Timed timed;
        timed.at(1'000, Verb::SetWith, {"k", "v", flags(SetFlag::kAfter), "500"});
        timed.at(2'000, Verb::Time, {"0"});
        QCOMPARE(timed.at(900, Verb::Get, {"k"}), Result(Nil{}));
        QCOMPARE(timed.store.time(), 2'000);
        // What a leader with a slow clock sets lives as long as was asked, counted from the state's time.
        timed.at(900, Verb::SetWith, {"k", "v", flags(SetFlag::kAfter), "500"});
        QCOMPARE(timed.store.earliestDeadline(), std::optional<qint64>(2'500));
    }

    void replicasAgreeWheneverTheyApply()
    {
        Timed one;
        Timed other;
        for (int i = 0; i < 3'000; ++i) {
            const QByteArray key = QByteArray::number(i % 100);
            const QByteArray lives = QByteArray::number(i % 37);
            for (Timed* each : {&one, &other})
                each->at(1'000 + i - i % 5, Verb::SetWith, {key, "v", flags(SetFlag::kAfter), lives});
            QCOMPARE(one.store.stateHash(), other.store.stateHash());
        }
    }

    void manyThatExpireAtOnceReadAsAbsentAtOnce()
    {
        Timed timed;
        const int many = 3 * Store::kExpiredByTime;
        for (int i = 0; i < many; ++i)
            timed.at(1'000, Verb::SetWith, {QByteArray::number(i), "v", flags(SetFlag::kAfter), "10"});
        timed.at(2'000, Verb::Time, {"0"});
        QCOMPARE(timed.store.keys(), quint64(2 * Store::kExpiredByTime));
        for (int i = 0; i < many; ++i)
            QCOMPARE(timed.store.read(encoded(Verb::Exists, {QByteArray::number(i)})), Result(Integer{0}));
        QCOMPARE(timed.at(2'000, Verb::Delete, {"0", "1"}), Result(Integer{0}));
        QCOMPARE(timed.store.keys(), quint64(2 * Store::kExpiredByTime - Store::kExpiredByOther));
        timed.at(2'000, Verb::Time, {"0"});
        timed.at(2'000, Verb::Time, {"0"});
        QCOMPARE(timed.store.keys(), quint64(0));
    }

    void whatKeepsAndWhatTakesTheDeadline_data()
    {
        QTest::addColumn<int>("verb");
        QTest::addColumn<QByteArrayList>("arguments");
        QTest::addColumn<bool>("keeps");
        const auto row = [](const char* name, Verb verb, QByteArrayList arguments, bool keeps) {
            QTest::newRow(name) << static_cast<int>(verb) << arguments << keeps;
        };
        row("SET", Verb::Set, {"k", "2"}, false);
        row("SET KEEPTTL", Verb::SetWith, {"k", "2", flags(SetFlag::kKeepDeadline), "0"}, true);
        row("SET XX", Verb::SetWith, {"k", "2", flags(SetFlag::kIfPresent), "0"}, false);
        row("SET NX", Verb::SetWith, {"k", "2", flags(SetFlag::kIfAbsent), "0"}, true);
        row("MSET", Verb::SetMany, {"k", "2"}, false);
        row("APPEND", Verb::Append, {"k", "2"}, true);
        row("INCR", Verb::Increment, {"k"}, true);
        row("INCRBY", Verb::IncrementBy, {"k", "5"}, true);
        row("PERSIST", Verb::Persist, {"k"}, false);
        row("GET", Verb::Get, {"k"}, true);
    }
    void whatKeepsAndWhatTakesTheDeadline()
    {
        QFETCH(int, verb);
        QFETCH(QByteArrayList, arguments);
        QFETCH(bool, keeps);
        Timed timed;
        timed.at(1'000, Verb::SetWith, {"k", "1", flags(SetFlag::kAfter), "500"});
        const std::vector<QByteArrayView> views(arguments.begin(), arguments.end());
        timed.store.apply(stampedAt(1'100, encodeCommand(static_cast<Verb>(verb), views)));
        QCOMPARE(timed.store.earliestDeadline().has_value(), keeps);
        QCOMPARE(timed.at(1'600, Verb::Exists, {"k"}), Result(Integer{keeps ? 0 : 1}));
    }

    void expireWithConditions_data()
    {
        QTest::addColumn<qint64>("before"); // lives for; 0: without end
        QTest::addColumn<quint64>("condition");
        QTest::addColumn<qint64>("after");
        QTest::addColumn<qint64>("result");
        QTest::newRow("NX, none") << 0LL << ExpireFlag::kIfNone << 100LL << 1LL;
        QTest::newRow("NX, some") << 50LL << ExpireFlag::kIfNone << 100LL << 0LL;
        QTest::newRow("XX, none") << 0LL << ExpireFlag::kIfSome << 100LL << 0LL;
        QTest::newRow("XX, some") << 50LL << ExpireFlag::kIfSome << 100LL << 1LL;
        QTest::newRow("GT, none") << 0LL << ExpireFlag::kIfLater << 100LL << 0LL;
        QTest::newRow("GT, same") << 100LL << ExpireFlag::kIfLater << 100LL << 0LL;
        QTest::newRow("GT, less") << 99LL << ExpireFlag::kIfLater << 100LL << 1LL;
        QTest::newRow("LT, none") << 0LL << ExpireFlag::kIfEarlier << 100LL << 1LL;
        QTest::newRow("LT, same") << 100LL << ExpireFlag::kIfEarlier << 100LL << 0LL;
        QTest::newRow("LT, more") << 101LL << ExpireFlag::kIfEarlier << 100LL << 1LL;
    }
    void expireWithConditions()
    {
        QFETCH(qint64, before);
        QFETCH(quint64, condition);
        QFETCH(qint64, after);
        QFETCH(qint64, result);
        Timed timed;
        const quint64 how = before == 0 ? 0 : SetFlag::kAfter;
        timed.at(1'000, Verb::SetWith, {"k", "1", flags(how), QByteArray::number(before)});
        QCOMPARE(timed.at(1'000, Verb::Expire, {"k", flags(condition), QByteArray::number(after)}),
                 Result(Integer{result}));
        const auto expected = result == 1   ? std::optional<qint64>(1'000 + after)
                              : before != 0 ? std::optional<qint64>(1'000 + before)
                                            : std::nullopt;
        QCOMPARE(timed.store.earliestDeadline(), expected);
    }

    void aDeadlineThatHasPassedDeletes()
    {
        Timed timed;
        timed.at(1'000, Verb::Set, {"k", "1"});
        QCOMPARE(timed.at(1'000, Verb::Expire, {"k", "0", "-1"}), Result(Integer{1}));
        QCOMPARE(timed.at(1'000, Verb::Exists, {"k"}), Result(Integer{0}));
        QCOMPARE(timed.at(1'000, Verb::SetWith, {"k", "1", flags(SetFlag::kAt), "999"}), Result(Ok{}));
        QCOMPARE(timed.store.keys(), quint64(0));
        QCOMPARE(timed.at(1'000, Verb::Expire, {"none", "0", "10"}), Result(Integer{0}));
    }

    void timeToLiveIsCountedFromTheReadersTime()
    {
        Timed timed;
        timed.at(1'000, Verb::SetWith, {"k", "1", flags(SetFlag::kAfter), "5000"});
        timed.at(1'000, Verb::Set, {"stays", "1"});
        const auto ttl = [&](const char* key, quint64 how, qint64 now) {
            return timed.store.read(encoded(Verb::TimeToLive, {key, flags(how)}), now);
        };
        QCOMPARE(ttl("k", TtlFlag::kMilliseconds, 0), Result(Integer{5'000}));
        QCOMPARE(ttl("k", TtlFlag::kMilliseconds, 3'000), Result(Integer{3'000}));
        QCOMPARE(ttl("k", 0, 1'501), Result(Integer{4}));
        QCOMPARE(ttl("k", 0, 1'500), Result(Integer{5}));
        QCOMPARE(ttl("k", TtlFlag::kMilliseconds, 9'000), Result(Integer{0})); // there until the state's time says so
        QCOMPARE(ttl("k", TtlFlag::kMilliseconds | TtlFlag::kAt, 3'000), Result(Integer{6'000}));
        QCOMPARE(ttl("stays", 0, 0), Result(Integer{-1}));
        QCOMPARE(ttl("none", 0, 0), Result(Integer{-2}));
    }

    void deadlineOfACallInASessionCountsFromTheCall()
    {
        Timed timed;
        timed.store.apply(stampedAt(1'000, encoded(Verb::SessionOpen, {})));
        const QByteArray set = encoded(Verb::SetWith, {"k", "1", flags(SetFlag::kAfter), "50"});
        for (const qint64 time : {2'000, 2'040}) // said again, it is not done again
            QCOMPARE(timed.store.apply(stampedAt(time, encodedCall(1, 1, 0, set))), Result(Ok{}));
        QCOMPARE(timed.store.earliestDeadline(), std::optional<qint64>(2'050));
    }

    void entriesOfTheVersionBeforeHaveNoTime()
    {
        Store store;
        store.apply(stampedAt(1'000, encoded(Verb::Set, {"a", "1"})));
        QCOMPARE(store.apply(QByteArray("\x01\x01\x02\x01"
                                        "a\x01"
                                        "2",
                                        7)),
                 Result(Ok{}));
        QCOMPARE(store.peek("a"), std::optional(QByteArray("2")));
        QCOMPARE(store.time(), 1'000);
    }

    void strangeNumbersChangeNothing()
    {
        Timed timed;
        timed.at(1'000, Verb::Set, {"k", "1"});
        const quint64 before = timed.store.stateHash();
        QVERIFY(std::holds_alternative<Failure>(timed.at(0, Verb::SetWith, {"k", "2", "128", "0"})));
        QVERIFY(std::holds_alternative<Failure>(timed.at(0, Verb::SetWith, {"k", "2", "x", "0"})));
        QVERIFY(std::holds_alternative<Failure>(timed.at(0, Verb::Expire, {"k", "16", "5"})));
        QVERIFY(std::holds_alternative<Failure>(timed.at(0, Verb::IncrementBy, {"k", "1x"})));
        QVERIFY(std::holds_alternative<Failure>(timed.at(0, Verb::Time, {"x"})));
        QCOMPARE(timed.store.stateHash(), before);
    }
};

QTEST_APPLESS_MAIN(TestExpiry)
#include "tst_expiry.moc"
