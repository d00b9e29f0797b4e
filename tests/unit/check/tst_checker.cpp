// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/checker.h"
#include "common/check/depth_first.h"
#include "common/check/event_order.h"

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
    void agreesWithTryingEveryOrder()
    {
        std::map<bool, int> verdicts;
        for (quint64 seed = 0; seed < 40'000; ++seed) {
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
        QVERIFY2(verdicts[true] > 8'000 && verdicts[false] > 8'000,
                 qPrintable(QStringLiteral("%1 and %2").arg(verdicts[true]).arg(verdicts[false])));
    }
};

QTEST_APPLESS_MAIN(TestChecker)
#include "tst_checker.moc"
