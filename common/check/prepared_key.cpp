// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/prepared_key.h"

#include "common/check/operation_text.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>
#include <unordered_map>

namespace faultline::check {

namespace {

constexpr State kMissing = 0;

// Registers: 0 is missing; even, above 0: none; odd: two more bits say what.
constexpr qint64 kLargest = (qint64(1) << 61) - 1;
constexpr State kNumber = 1;
constexpr State kText = 3;

State wordOf(qint64 number)
{
    return (static_cast<State>(number) << 2) | kNumber;
}

bool isNumber(State state)
{
    return (state & 3) == kNumber;
}

qint64 numberOf(State state)
{
    return static_cast<qint64>(state) >> 2;
}

// Texts: modulo the prime 2^61-1. The empty one is 1, so that it differs from missing and every byte counts.
constexpr State kPrime = (State(1) << 61) - 1;
constexpr State kBase = 0x1479'3c5b'a6d1'e047ULL % kPrime;
constexpr State kEmpty = 1;
constexpr State kNeverRead = ~State(0);

State times(State a, State b)
{
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    const State sum = (static_cast<State>(product) & kPrime) + static_cast<State>(product >> 61);
    return sum >= kPrime ? sum - kPrime : sum;
}

State plus(State a, State b)
{
    const State sum = a + b;
    return sum >= kPrime ? sum - kPrime : sum;
}

/// The hash of what is appended, and what the text before it is multiplied with.
struct Tail
{
    State hash = 0;
    State factor = 1;
};

State oneMore(State text, char byte)
{
    return plus(times(text, kBase), State(static_cast<unsigned char>(byte)) + 1);
}

Tail tailOf(QByteArrayView text)
{
    Tail tail;
    for (const char byte : text) {
        tail.hash = oneMore(tail.hash, byte);
        tail.factor = times(tail.factor, kBase);
    }
    return tail;
}

/// Values that are only written, compared and counted.
class Registers
{
public:
    State operator()(const Value& value, bool)
    {
        if (!value)
            return kMissing;
        qint64 number = 0;
        const auto [end, failure] = std::from_chars(value->begin(), value->end(), number);
        if (failure == std::errc() && end == value->end() && number >= -kLargest && number <= kLargest &&
            QByteArray::number(number) == *value)
            return wordOf(number);
        return m_numbers.try_emplace(*value, (State(m_numbers.size()) << 2) | kText).first->second;
    }

private:
    std::map<QByteArray, State> m_numbers;
};

/// Values that are appended to.
class Texts
{
public:
    explicit Texts(std::unordered_set<State>& beginnings)
        : m_beginnings(beginnings)
    {
        m_beginnings.insert(kMissing);
        m_beginnings.insert(kEmpty);
    }

    /// `observed`: somebody may see the difference to every other text.
    State operator()(const Value& value, bool observed)
    {
        if (!value)
            return kMissing;
        // What is read mostly begins with what was read before.
        const bool continues = observed && value->startsWith(m_latest);
        State hash = continues ? m_latestHash : kEmpty;
        for (qsizetype i = continues ? m_latest.size() : 0; i < value->size(); ++i) {
            hash = oneMore(hash, (*value)[i]);
            if (observed)
                m_beginnings.insert(hash);
        }
        if (observed) {
            m_latest = *value;
            m_latestHash = hash;
        }
        return hash;
    }

private:
    std::unordered_set<State>& m_beginnings;
    QByteArray m_latest;
    State m_latestHash = kEmpty;
};

} // namespace

PreparedKey::PreparedKey(std::span<const Operation> history, std::span<const std::size_t> places, const Value& initial)
{
    const bool appends = std::any_of(places.begin(), places.end(),
                                     [&](std::size_t place) { return history[place].kind == Kind::Append; });
    if (appends) {
        Texts words(m_beginnings);
        m_initial = words(initial, true);
        prepare(history, places, words);
        mergeWhatIsNeverRead();
    } else {
        Registers words;
        m_initial = words(initial, true);
        prepare(history, places, words);
    }
    if (!m_contradiction.isEmpty())
        return;
    orderEvents(history);
    numberEffects();
}

template <typename Words>
void PreparedKey::prepare(std::span<const Operation> history, std::span<const std::size_t> places, Words& words)
{
    for (const std::size_t place : places) {
        const Operation& operation = history[place];
        const bool known = operation.outcome == Outcome::Ok;
        const auto refuse = [&](const QString& why) {
            m_contradiction = QStringLiteral("the %1 %2").arg(spoken(operation), why);
        };
        if (operation.outcome == Outcome::Failed || (operation.kind == Kind::Read && !known))
            continue;
        if (known && operation.returned < operation.called)
            return refuse(QStringLiteral("returned before it was called"));
        Step step;
        step.known = known;
        step.origin = place;
        switch (operation.kind) {
        case Kind::Read:
            step.a = words(operation.result, true);
            break;
        case Kind::Write:
            step.does = Step::Does::Set;
            step.a = words(operation.argument, false);
            break;
        case Kind::CompareAndSet:
            step.does = operation.swapped ? Step::Does::Swap : Step::Does::SeeOther;
            step.a = words(operation.expected, true);
            step.b = operation.swapped ? words(operation.argument, false) : 0;
            break;
        case Kind::Increment:
            step.does = Step::Does::Count;
            step.a = known ? words(operation.result, true) : 0;
            if (std::is_same_v<Words, Texts>)
                return refuse(QStringLiteral("counts a key that is also appended to, which is not taken"));
            if (known && !isNumber(step.a))
                return refuse(QStringLiteral("has no whole number within 61 bits as its result"));
            break;
        case Kind::Append: {
            const Tail tail = tailOf(operation.argument.value_or(QByteArray()));
            step.does = Step::Does::Append;
            step.a = tail.hash;
            step.b = tail.factor;
            break;
        }
        }
        if (!known && step.onlySees())
            continue;
        m_steps.push_back(step);
    }
}

void PreparedKey::orderEvents(std::span<const Operation> history)
{
    const auto called = [&](const Step& step) { return history[step.origin].called; };
    std::stable_sort(m_steps.begin(), m_steps.end(),
                     [&](const Step& one, const Step& other) { return called(one) < called(other); });
    m_events.reserve(2 * m_steps.size());
    for (quint32 step = 0; step < m_steps.size(); ++step) {
        m_events.push_back({step, false});
        if (m_steps[step].known)
            m_events.push_back({step, true});
    }
    const auto when = [&](const Event& event) {
        const Operation& operation = history[m_steps[event.step].origin];
        return std::tuple(event.isReturn ? operation.returned : operation.called, event.isReturn, event.step);
    };
    std::sort(m_events.begin(), m_events.end(),
              [&](const Event& one, const Event& other) { return when(one) < when(other); });
    m_returns.assign(m_steps.size(), kNever);
    for (quint32 place = 0; place < m_events.size(); ++place) {
        if (m_events[place].isReturn)
            m_returns[m_events[place].step] = place;
    }
}

void PreparedKey::numberEffects()
{
    std::map<std::tuple<Step::Does, State, State>, quint32> numbers;
    for (Step& step : m_steps) {
        // What a count led to tells those that are known apart; one that is not known may lead anywhere.
        const State told = step.does == Step::Does::Count && step.known ? step.a : 0;
        const std::tuple same(step.does, step.does == Step::Does::Count ? State(step.known) : step.a, told | step.b);
        step.effect = numbers.try_emplace(same, static_cast<quint32>(numbers.size())).first->second;
    }
    m_effects = static_cast<quint32>(numbers.size());
}

void PreparedKey::mergeWhatIsNeverRead()
{
    const auto merge = [this](State& state) {
        if (m_beginnings.count(state) == 0)
            state = kNeverRead;
    };
    for (Step& step : m_steps) {
        if (step.does == Step::Does::Set)
            merge(step.a);
        else if (step.does == Step::Does::Swap)
            merge(step.b);
    }
}

bool PreparedKey::count(const Step& step, State state, State& next)
{
    if (state != kMissing && (!isNumber(state) || numberOf(state) >= kLargest))
        return false;
    next = wordOf(state == kMissing ? 1 : numberOf(state) + 1);
    return !step.known || next == step.a;
}

State PreparedKey::appended(const Step& step, State state) const
{
    if (state == kNeverRead)
        return kNeverRead;
    const State next = plus(times(state == kMissing ? kEmpty : state, step.b), step.a);
    return m_beginnings.count(next) > 0 ? next : kNeverRead;
}

} // namespace faultline::check
