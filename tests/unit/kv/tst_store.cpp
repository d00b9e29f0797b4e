// SPDX-License-Identifier: GPL-3.0-or-later
#include "said.h"

#include <QTest>

#include <algorithm>
#include <array>

using namespace faultline::kv;
using faultline::test::encoded;

namespace {

std::optional<QByteArray> refusal(Verb verb, std::initializer_list<QByteArrayView> arguments)
{
    return refusalOf(verb, std::span(arguments.begin(), arguments.size()));
}

} // namespace

class TestStore : public QObject
{
    Q_OBJECT
private slots:
    void commandsDoWhatRedisDoes()
    {
        Store store;
        const auto apply = [&](Verb verb, std::initializer_list<QByteArrayView> arguments) {
            return store.apply(encoded(verb, arguments));
        };
        QCOMPARE(apply(Verb::Get, {"x"}), Result(Nil{}));
        QCOMPARE(apply(Verb::Set, {"x", "1"}), Result(Ok{}));
        QCOMPARE(apply(Verb::Get, {"x"}), Result(Value{"1"}));
        QCOMPARE(apply(Verb::Set, {"x", ""}), Result(Ok{}));
        QCOMPARE(apply(Verb::Get, {"x"}), Result(Value{""}));
        QCOMPARE(apply(Verb::Set, {"", QByteArrayView("\0b", 2)}), Result(Ok{}));
        QCOMPARE(store.peek(""), std::optional(QByteArray("\0b", 2)));
        QCOMPARE(store.keys(), quint64(2));
        QCOMPARE(apply(Verb::Exists, {"x", "x", "y"}), Result(Integer{2}));
        QCOMPARE(apply(Verb::Delete, {"x", "x", "y", ""}), Result(Integer{2}));
        QCOMPARE(store.keys(), quint64(0));
        QCOMPARE(store.stateHash(), quint64(0));
        QCOMPARE(apply(Verb::Increment, {"n"}), Result(Integer{1}));
        QCOMPARE(apply(Verb::Increment, {"n"}), Result(Integer{2}));
        QCOMPARE(store.peek("n"), std::optional(QByteArray("2")));
    }

    void incrementRefusesWhatIsNoNumber_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("error");
        const QByteArray noInteger("ERR value is not an integer or out of range");
        for (const char* value : {"", "a", "1.5", " 1", "1 ", "01", "+1", "9223372036854775808"})
            QTest::newRow(value) << QByteArray(value) << noInteger;
        QTest::newRow("largest") << QByteArray("9223372036854775807")
                                 << QByteArray("ERR increment or decrement would overflow");
        QTest::newRow("smallest") << QByteArray("-9223372036854775808") << QByteArray();
    }
    void incrementRefusesWhatIsNoNumber()
    {
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, error);
        Store store;
        store.apply(encoded(Verb::Set, {"n", value}));
        const quint64 before = store.stateHash();
        const Result result = store.apply(encoded(Verb::Increment, {"n"}));
        if (error.isEmpty()) {
            QVERIFY(std::holds_alternative<Integer>(result));
            return;
        }
        QCOMPARE(result, Result(Failure{error}));
        QCOMPARE(store.peek("n"), std::optional(value));
        QCOMPARE(store.stateHash(), before);
    }

    void equalStatesHaveEqualHashes()
    {
        Store forward;
        Store backward;
        for (int i = 0; i < 500; ++i) {
            forward.apply(encoded(Verb::Set, {QByteArray::number(i), QByteArray::number(i * i)}));
            const int j = 499 - i;
            backward.apply(encoded(Verb::Set, {QByteArray::number(j), "something else"}));
            backward.apply(encoded(Verb::Set, {QByteArray::number(j), QByteArray::number(j * j)}));
            backward.apply(encoded(Verb::Set, {"gone", QByteArray::number(j)}));
        }
        backward.apply(encoded(Verb::Delete, {"gone"}));
        QCOMPARE(forward.stateHash(), backward.stateHash());
        QVERIFY(forward.stateHash() != 0);
        backward.apply(encoded(Verb::Set, {"7", "50"}));
        QVERIFY(forward.stateHash() != backward.stateHash());
    }

    void swappedValuesAreAnotherState()
    {
        Store one;
        one.apply(encoded(Verb::Set, {"a", "1"}));
        one.apply(encoded(Verb::Set, {"b", "2"}));
        Store other;
        other.apply(encoded(Verb::Set, {"a", "2"}));
        other.apply(encoded(Verb::Set, {"b", "1"}));
        QVERIFY(one.stateHash() != other.stateHash());
    }

    void everyCommandComesBackFromItsBytes()
    {
        const QByteArray large(300'000, 'v');
        const QByteArray payload = encoded(Verb::Set, {"key", large});
        const auto command = decodeCommand(payload);
        QVERIFY(command);
        QCOMPARE(command->verb, Verb::Set);
        QVERIFY(std::ranges::equal(command->arguments, std::array<QByteArrayView, 2>{"key", large}));
        QVERIFY(payload.size() < large.size() + 24);
    }

    void theFirstKeyIsKnownWithoutTheRest()
    {
        QCOMPARE(firstKeyOf(encoded(Verb::Set, {"key", "value"})).value_or("-"), QByteArrayView("key"));
        QCOMPARE(firstKeyOf(encoded(Verb::SetMany, {"a", "1", "b", "2"})).value_or("-"), QByteArrayView("a"));
        QCOMPARE(firstKeyOf(QByteArray("\1\2\1\1k", 5)).value_or("-"), QByteArrayView("k")); // version 1
        QVERIFY(!firstKeyOf(encoded(Verb::SessionOpen, {})));
        QVERIFY(!firstKeyOf(encoded(Verb::Scan, {"0", "10", ""})));
        QVERIFY(!firstKeyOf(QByteArray()));
    }

    void cutOrChangedBytesNeverCrash()
    {
        const QByteArray payload = encoded(Verb::Delete, {"a", "bc", ""});
        for (qsizetype length = 0; length < payload.size(); ++length)
            QVERIFY(!decodeCommand(payload.first(length)));
        QVERIFY(!decodeCommand(payload + 'x'));
        Store store;
        for (qsizetype i = 0; i < payload.size(); ++i) {
            for (int bit = 0; bit < 8; ++bit) {
                QByteArray flipped = payload;
                flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
                const QByteArrayView seen(flipped);
                store.expect({&seen, 1});
                store.apply(flipped);
            }
        }
    }

    void strangePayloadChangesNothing()
    {
        Store store;
        store.apply(encoded(Verb::Set, {"a", "1"}));
        const quint64 before = store.stateHash();
        for (const QByteArray& payload :
             {QByteArray(), QByteArray("\x02\x01\x00", 3), QByteArray("\x01\x09\x01\x00", 4),
              QByteArray("\x01\x03\xff\xff\xff\xff\x0f", 7)}) {
            QVERIFY(std::holds_alternative<Failure>(store.apply(payload)));
            QCOMPARE(store.stateHash(), before);
        }
    }

    void pendingValueIsThatOfASetOfTheKey()
    {
        QCOMPARE(pendingValueOf(encoded(Verb::Set, {"x", "1"}), "x"), std::optional(QByteArray("1")));
        QCOMPARE(pendingValueOf(encoded(Verb::Set, {"y", "1"}), "x"), std::nullopt);
        QCOMPARE(pendingValueOf(encoded(Verb::Delete, {"x"}), "x"), std::nullopt);
        QCOMPARE(pendingValueOf("garbage", "x"), std::nullopt);
    }

    void whatWouldNotFitIsRefused()
    {
        const QByteArray key(kMaxKey, 'k');
        const QByteArray value(kMaxValue, 'v');
        QCOMPARE(refusal(Verb::Set, {key, value}), std::nullopt);
        QVERIFY(refusal(Verb::Set, {key + 'k', value}));
        QVERIFY(refusal(Verb::Set, {key, value + 'v'})->contains("8388609"));
        QVERIFY(refusal(Verb::Get, {key + 'k'}));
        QVERIFY(refusal(Verb::Get, {"a", "b"}));
        QVERIFY(refusal(Verb::Delete, {}));
        const std::vector<QByteArrayView> many(200, key);
        QVERIFY(refusalOf(Verb::Delete, many));
        const std::vector<QByteArrayView> fewer(100, key);
        QVERIFY(!refusalOf(Verb::Delete, fewer));
        QVERIFY(encodeCommand(Verb::Delete, fewer).size() <= kMaxCommand);
    }
};

QTEST_APPLESS_MAIN(TestStore)
#include "tst_store.moc"
