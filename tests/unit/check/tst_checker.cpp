// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/checker.h"
#include "common/check/depth_first.h"
#include "common/check/event_order.h"
#include "common/check/history_file.h"

#include <QTest>

#include <map>

using namespace faultline::check;

namespace {

/// The same random numbers everywhere.
class Dice
{
public:
    explicit Dice(quint64 seed)
        : m_state(seed)
    {}
    int below(int end) { return static_cast<int>((m_state = Fingerprint::mixed(m_state)) >> 33) % end; }
    bool chance(int percent) { return below(100) < percent; }

private:
    quint64 m_state;
};

/// What the operation leads to, or nothing when it cannot happen with this result. Written without looking at how the
/// checker does it.
std::optional<Value> effectOf(const Operation& operation, const Value& value)
{
    using Next = std::optional<Value>;
    const bool known = operation.outcome == Outcome::Ok;
    const auto leadsIf = [](bool can, const Value& next) { return can ? Next(std::in_place, next) : Next(); };
    switch (operation.kind) {
    case Kind::Read:
        return leadsIf(!known || operation.result == value, value);
    case Kind::Write:
        return leadsIf(true, operation.argument);
    case Kind::CompareAndSet: {
        const bool matches = value == operation.expected;
        if (!known)
            return leadsIf(true, matches ? operation.argument : value);
        return leadsIf(matches == operation.swapped, matches ? operation.argument : value);
    }
    case Kind::Increment: {
        bool isNumber = true;
        const qint64 before = value ? value->toLongLong(&isNumber) : 0;
        const Value after = QByteArray::number(before + 1);
        return leadsIf(isNumber && (!known || operation.result == after), after);
    }
    case Kind::Append:
        return leadsIf(true, value.value_or(QByteArray()) + *operation.argument);
    }
    return Next();
}

/// Tries every order there is.
bool bruteForce(const History& history, std::vector<bool>& placed, const Value& value)
{
    bool isOver = true;
    for (std::size_t i = 0; i < history.size(); ++i)
        isOver = isOver && (placed[i] || history[i].outcome != Outcome::Ok);
    if (isOver)
        return true;
    for (std::size_t i = 0; i < history.size(); ++i) {
        if (placed[i] || history[i].outcome == Outcome::Failed)
            continue;
        bool mayBeNext = true;
        for (std::size_t other = 0; other < history.size(); ++other)
            mayBeNext = mayBeNext && (placed[other] || history[other].outcome != Outcome::Ok ||
                                      history[other].returned >= history[i].called);
        if (!mayBeNext)
            continue;
        if (const auto next = effectOf(history[i], value)) {
            placed[i] = true;
            if (bruteForce(history, placed, *next))
                return true;
            placed[i] = false;
        }
    }
    return false;
}

Value randomValue(Dice& dice, int values)
{
    const int value = dice.below(values + 1);
    return value == 0 ? Value() : Value(QByteArray::number(value));
}

/// A history of one key that was lived by a true copy, with outcomes that got lost, and now and then a lie.
History randomHistory(Dice& dice)
{
    const int operations = 2 + dice.below(7);
    const int clients = 1 + dice.below(5);
    const int values = 1 + dice.below(3);
    const bool texts = dice.chance(30);
    const bool counts = !texts && dice.chance(30);
    const int lostPercent = dice.below(3) * 25;
    const int liePercent = dice.below(3) * 25;
    History history;
    std::vector<std::size_t> waiting;
    std::vector<qint64> freeFrom(static_cast<std::size_t>(clients), 0);
    struct Moment
    {
        qint64 at;
        std::size_t operation;
    };
    std::vector<Moment> moments;
    for (int i = 0; i < operations; ++i) {
        Operation operation;
        operation.client = static_cast<quint64>(dice.below(clients));
        qint64& free = freeFrom[static_cast<std::size_t>(operation.client)];
        operation.called = free + dice.below(4);
        operation.returned = operation.called + dice.below(12);
        free = operation.returned + 1;
        const int kind = dice.below(texts || counts ? 4 : 3);
        operation.kind = kind == 0   ? Kind::Read
                         : kind == 1 ? Kind::Write
                         : kind == 2 ? Kind::CompareAndSet
                         : texts     ? Kind::Append
                                     : Kind::Increment;
        if (operation.kind == Kind::Write || operation.kind == Kind::CompareAndSet)
            operation.argument = randomValue(dice, values);
        if (operation.kind == Kind::CompareAndSet)
            operation.expected = randomValue(dice, values);
        if (operation.kind == Kind::Append)
            operation.argument = dice.chance(10) ? QByteArray() : QByteArray::number(dice.below(values));
        moments.push_back(
            {operation.called + dice.below(int(operation.returned - operation.called) + 1), history.size()});
        history.push_back(operation);
    }
    std::stable_sort(moments.begin(), moments.end(),
                     [](const Moment& one, const Moment& other) { return one.at < other.at; });
    Value value;
    for (const Moment& moment : moments) {
        Operation& operation = history[moment.operation];
        const bool isLost = dice.chance(lostPercent);
        if (isLost && dice.chance(50)) {
            operation.outcome = dice.chance(30) ? Outcome::Failed : Outcome::Unknown;
            continue;
        }
        const bool matched = value == operation.expected;
        Operation unknown = operation;
        unknown.outcome = Outcome::Unknown;
        value = *effectOf(unknown, value);
        operation.outcome = isLost ? Outcome::Unknown : Outcome::Ok;
        operation.swapped = matched || operation.outcome == Outcome::Unknown;
        if (operation.kind == Kind::Read || operation.kind == Kind::Increment)
            operation.result = value;
        if (dice.chance(liePercent)) {
            operation.swapped = dice.chance(50) || operation.outcome == Outcome::Unknown;
            if (operation.kind == Kind::Read)
                operation.result = randomValue(dice, values);
            else if (operation.kind == Kind::Increment)
                operation.result = QByteArray::number(1 + dice.below(4));
        }
    }
    return history;
}

/// What was known of the history at that moment: later calls are not there, later returns unknown.
History asSeenAt(qint64 moment, const History& history)
{
    History seen;
    for (const Operation& operation : history) {
        if (operation.called > moment)
            continue;
        seen.push_back(operation);
        if (operation.outcome == Outcome::Ok && operation.returned > moment)
            seen.back().outcome = Outcome::Unknown;
    }
    return seen;
}

// Lines of our format, on key x.
QByteArray line(int client, const QByteArray& rest, int call, int returned)
{
    return "{\"client\": " + QByteArray::number(client) + ", \"key\": \"x\", " + rest +
           "\"call\": " + QByteArray::number(call) +
           (returned > 0 ? ", \"return\": " + QByteArray::number(returned) : "") + "}\n";
}
QByteArray quoted(const char* text)
{
    return text ? QByteArray("\"") + text + "\"" : QByteArray("null");
}
QByteArray write(int client, const char* value, int call, int returned = 0)
{
    return line(client, "\"op\": \"write\", \"value\": " + quoted(value) + ", ", call, returned);
}
QByteArray failedWrite(int client, const char* value, int call, int returned)
{
    return line(client, "\"op\": \"write\", \"outcome\": \"failed\", \"value\": " + quoted(value) + ", ", call,
                returned);
}
QByteArray read(int client, const char* result, int call, int returned)
{
    return line(client, "\"op\": \"read\", \"result\": " + quoted(result) + ", ", call, returned);
}
QByteArray swap(int client, const char* from, const char* to, bool swapped, int call, int returned)
{
    return line(client,
                "\"op\": \"cas\", \"expected\": " + quoted(from) + ", \"value\": " + quoted(to) +
                    ", \"swapped\": " + (swapped ? "true" : "false") + ", ",
                call, returned);
}

std::optional<bool> answerOf(const PreparedKey& key, bool eventOrder)
{
    if (eventOrder)
        return EventOrder(key, 1'000'000).run(10'000'000);
    return DepthFirst(key, 1'000'000).run(10'000'000);
}

} // namespace

class TestChecker : public QObject
{
    Q_OBJECT
private slots:
    void verdictsOfHandMadeHistories_data()
    {
        QTest::addColumn<QByteArray>("lines");
        QTest::addColumn<QString>("says"); // how the sentence begins, or a part of it
        const auto row = [](const char* name, const QByteArray& lines, const char* says) {
            QTest::newRow(name) << lines << QString::fromLatin1(says);
        };
        const QByteArray first = write(1, "a", 1, 2);
        row("read after write", first + read(2, "a", 3, 4), "Linearizable: 2 operations on 1 key.");
        row("read before any write", read(2, nullptr, 1, 2) + write(1, "a", 3, 4), "Linearizable");
        row("stale read", first + write(1, "b", 3, 4) + read(2, "a", 5, 6),
            "the read of a by client 2 (called at 5, returned at 6) cannot be placed; the longest order without it has "
            "2 operations, and the last to change the value was the write of b by client 1 (called at 3, returned at "
            "4).");
        row("overlapping reads may differ", first + write(1, "b", 3, 9) + read(2, "a", 4, 5) + read(3, "b", 6, 7),
            "Linearizable");
        row("reads may not go back", first + write(1, "b", 3, 9) + read(2, "b", 4, 5) + read(3, "a", 6, 7),
            "the read of a by client 3");
        row("lost write", first + read(2, nullptr, 3, 4), "the read of nothing by client 2");
        row("read from the future", read(2, "a", 1, 2) + write(1, "a", 3, 4),
            "the read of a by client 2 (called at 1, returned at 2) cannot be placed: no operation can come before "
            "it.");
        row("equal times overlap", read(2, "a", 1, 2) + write(1, "a", 2, 3), "Linearizable");
        row("unknown write seen later", first + write(3, "b", 3) + read(2, "a", 4, 5) + read(2, "b", 90, 91),
            "Linearizable: 4 operations on 1 key.");
        row("unknown write never seen", first + write(3, "b", 3) + read(2, "a", 90, 91), "Linearizable");
        row("unknown write seen and gone again", first + write(3, "b", 3) + read(2, "b", 4, 5) + read(2, "a", 6, 7),
            "the last to change the value was the write of b by client 3 (called at 3, outcome unknown).");
        row("unknown write seen before its call", first + read(2, "b", 3, 4) + write(3, "b", 5), "the read of b");
        row("two unknown writes of the same, seen twice",
            first + write(3, "b", 3) + write(4, "b", 3) + read(2, "b", 4, 5) + write(1, "a", 6, 7) + read(2, "b", 8, 9),
            "Linearizable");
        row("one unknown write, seen twice",
            first + write(3, "b", 3) + read(2, "b", 4, 5) + write(1, "a", 6, 7) + read(2, "b", 8, 9),
            "(called at 8, returned at 9) cannot be placed");
        row("failed write not seen", first + failedWrite(3, "b", 3, 4) + read(2, "a", 5, 6),
            "Linearizable: 2 operations on 1 key.");
        row("failed write seen", first + failedWrite(3, "b", 3, 4) + read(2, "b", 5, 6), "the read of b by client 2");
        row("removed", first + write(1, nullptr, 3, 4) + read(2, nullptr, 5, 6), "Linearizable");
        row("keys are apart", first + read(2, nullptr, 3, 4).replace("\"x\"", "\"y\""),
            "Linearizable: 2 operations on 2 keys.");
        row("swap", first + swap(2, "a", "b", true, 3, 4) + read(1, "b", 5, 6), "Linearizable");
        row("swap of what is not there", first + swap(2, "b", "c", true, 3, 4), "the swap of b to c by client 2");
        row("refused swap", first + swap(2, "b", "c", false, 3, 4), "Linearizable");
        row("refused swap of what is there", first + swap(2, "a", "c", false, 3, 4),
            "on key x, the refused swap of a to c by client 2");
        row("nothing", "", "Unknown: there is no operation to judge.");
    }
    void verdictsOfHandMadeHistories()
    {
        QFETCH(QByteArray, lines);
        QFETCH(QString, says);
        History history;
        if (!lines.isEmpty()) {
            auto file = readHistory(lines);
            QVERIFY2(file, file ? "" : qPrintable(file.error()));
            history = file->history;
        }
        const Judgement judgement = check(history);
        QVERIFY2(judgement.sentence.contains(says), qPrintable(judgement.sentence));
        QCOMPARE(judgement.verdict == Verdict::Linearizable, says.startsWith("Linearizable"));
        QCOMPARE(judgement.verdict == Verdict::Unknown, says.startsWith("Unknown"));
        QCOMPARE(judgement.misfit.has_value(), judgement.verdict == Verdict::NotLinearizable);
    }

    /// A file that says so is refused by its line already.
    void whatReturnedBeforeItWasCalledIsNotJudged()
    {
        Operation impossible;
        impossible.key = "x";
        impossible.client = 1;
        impossible.kind = Kind::Write;
        impossible.argument = "a";
        impossible.outcome = Outcome::Ok;
        impossible.called = 5;
        impossible.returned = 4;
        const Judgement judgement = check(History{impossible});
        QCOMPARE(judgement.verdict, Verdict::Unknown);
        QCOMPARE(judgement.sentence,
                 QStringLiteral("Unknown: on key x, the write of a by client 1 returned before it was called."));
    }

    void theMisfitIsTheFirstToReturnThatCannotBePlaced()
    {
        int seen = 0;
        for (quint64 seed = 0; seed < 10'000; ++seed) {
            Dice dice(seed);
            const History history = randomHistory(dice);
            // The result of a count or a swap would have to be forgotten below.
            if (std::any_of(history.begin(), history.end(), [](const Operation& operation) {
                    return operation.kind == Kind::Increment || operation.kind == Kind::CompareAndSet;
                }))
                continue;
            const Judgement judgement = check(history);
            if (judgement.verdict != Verdict::NotLinearizable)
                continue;
            ++seen;
            const qint64 end = history[*judgement.misfit].returned;
            QVERIFY2(check(asSeenAt(end, history)).verdict == Verdict::NotLinearizable,
                     qPrintable(QString::number(seed)));
            const History before = asSeenAt(end - 1, history);
            QVERIFY2(before.empty() || check(before).verdict == Verdict::Linearizable,
                     qPrintable(QString::number(seed)));
            for (const std::size_t place : judgement.order)
                QVERIFY(history[place].called <= end);
        }
        QVERIFY2(seen > 200, qPrintable(QString::number(seen)));
    }

    void bothSearchesLeadToTheSameMisfit()
    {
        int seen = 0;
        for (quint64 seed = 0; seed < 10'000; ++seed) {
            Dice dice(seed);
            const History history = randomHistory(dice);
            std::vector<std::size_t> places(history.size());
            std::iota(places.begin(), places.end(), 0);
            const PreparedKey key(history, places, Value());
            EventOrder search(key, 1'000'000);
            const Judgement judgement = check(history);
            if (search.run(1'000'000) != std::optional(false))
                continue;
            ++seen;
            const quint32 misfit = key.events()[search.stuckAt()].step;
            QCOMPARE(judgement.misfit, std::optional(key.steps()[misfit].origin));
        }
        QVERIFY(seen > 1'000);
    }

    void aBoundThatIsReachedIsSaid()
    {
        // Forty clients increment at once.
        History history;
        for (int i = 0; i < 40; ++i) {
            Operation operation;
            operation.client = static_cast<quint64>(i);
            operation.kind = Kind::Increment;
            operation.result = QByteArray::number(40 - i);
            operation.called = i;
            operation.returned = 100 + i;
            operation.outcome = Outcome::Ok;
            history.push_back(operation);
        }
        QCOMPARE(check(history).verdict, Verdict::Linearizable);
        const Judgement steps = check(history, {.initial = {}, .maxSteps = 20});
        QCOMPARE(steps.verdict, Verdict::Unknown);
        QVERIFY2(steps.sentence.startsWith("Unknown: the search stopped after "), qPrintable(steps.sentence));
        const Judgement memory = check(history, {.initial = {}, .maxConfigurations = 10});
        QCOMPARE(memory.verdict, Verdict::Unknown);
        QVERIFY(memory.steps < 1'000);
    }

    void agreesWithTryingEveryOrder()
    {
        std::map<bool, int> verdicts;
        for (quint64 seed = 0; seed < 20'000; ++seed) {
            Dice dice(seed);
            const History history = randomHistory(dice);
            std::vector<bool> placed(history.size());
            const bool expected = bruteForce(history, placed, Value());
            const auto where = [&] { return QStringLiteral("seed %1").arg(seed); };
            ++verdicts[expected];
            const Judgement judgement = check(history);
            QVERIFY2(judgement.verdict == (expected ? Verdict::Linearizable : Verdict::NotLinearizable),
                     qPrintable(where() + QLatin1String(": ") + judgement.sentence));
            std::vector<std::size_t> places(history.size());
            std::iota(places.begin(), places.end(), 0);
            const PreparedKey key(history, places, Value());
            QVERIFY2(answerOf(key, false) == expected, qPrintable(where()));
            QVERIFY2(answerOf(key, true) == expected, qPrintable(where()));
        }
        QVERIFY2(verdicts[true] > 4'000 && verdicts[false] > 4'000,
                 qPrintable(QStringLiteral("%1 and %2").arg(verdicts[true]).arg(verdicts[false])));
    }
};

QTEST_APPLESS_MAIN(TestChecker)
#include "tst_checker.moc"
