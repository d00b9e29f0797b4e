// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/prepared_key.h"

#include "common/check/operation_text.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
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
    explicit Texts(std::unordered_set<State>& seen)
        : m_seen(seen)
    {
        m_seen.insert(kMissing);
        m_seen.insert(kEmpty);
    }

    /// `observed`: somebody may see the difference to every other text.
    State operator()(const Value& value, bool observed)
    {
        if (!value)
            return kMissing;
        if (!observed)
            return hashOf(*value);
        // What is read mostly begins as what was read before.
        const auto common = std::mismatch(value->begin(), value->end(), m_latest.begin(), m_latest.end());
        m_hashes.resize(static_cast<std::size_t>(common.first - value->begin()));
        State hash = m_hashes.empty() ? kEmpty : m_hashes.back();
        for (auto byte = common.first; byte != value->end(); ++byte) {
            hash = oneMore(hash, *byte);
            m_hashes.push_back(hash);
            m_seen.insert(hash);
        }
        m_latest = *value;
        return hash;
    }

private:
    static State hashOf(const QByteArray& text)
    {
        State hash = kEmpty;
        for (const char byte : text)
            hash = oneMore(hash, byte);
        return hash;
    }

    std::unordered_set<State>& m_seen;
    QByteArray m_latest;
    std::vector<State> m_hashes; ///< of all that it begins with, but for the empty text
};

} // namespace

PreparedKey::PreparedKey(std::span<const Operation> history, std::span<const std::size_t> places, const Value& initial)
{
    const bool appends = std::any_of(places.begin(), places.end(),
                                     [&](std::size_t place) { return history[place].kind == Kind::Append; });
    if (appends) {
        Texts words(m_seen);
        m_initial = words(initial, true);
        prepare(history, places, words);
        m_isPlain = false;
        mergeWhatIsNeverRead();
    } else {
        Registers words;
        m_initial = words(initial, true);
        prepare(history, places, words);
        for (const Step& step : m_steps) {
            if (step.does != Step::Does::Set)
                m_seen.insert(step.a);
            m_isPlain = m_isPlain && step.does != Step::Does::Count;
        }
        if (m_isPlain)
            mergeWhatIsNeverRead();
    }
    if (!m_contradiction.isEmpty())
        return;
    orderEvents(history);
    numberEffects();
    numberReadStates();
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
        step.known = step.told = known;
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
        // What a count led to tells those that are told apart; one that is not may lead anywhere.
        const State told = step.does == Step::Does::Count && step.told ? step.a : 0;
        const std::tuple same(step.does, step.does == Step::Does::Count ? State(step.told) : step.a, told | step.b);
        step.effect = numbers.try_emplace(same, static_cast<quint32>(numbers.size())).first->second;
    }
    m_effects = static_cast<quint32>(numbers.size());
}

void PreparedKey::mergeWhatIsNeverRead()
{
    m_seesOthers =
        std::any_of(m_steps.begin(), m_steps.end(), [](const Step& step) { return step.does == Step::Does::SeeOther; });
    const auto merge = [this](State& state) {
        if (m_seen.count(state) == 0)
            state = kNeverRead;
    };
    for (Step& step : m_steps) {
        if (step.does == Step::Does::Set)
            merge(step.a);
        else if (step.does == Step::Does::Swap)
            merge(step.b);
    }
    // What may never have happened, and of which nothing can be seen, says nothing.
    std::erase_if(m_steps, [this](const Step& step) {
        const State made = step.does == Step::Does::Set ? step.a : step.does == Step::Does::Swap ? step.b : 0;
        return !step.known && made == kNeverRead && !m_seesOthers;
    });
}

void PreparedKey::numberReadStates()
{
    const auto neededBy = [](const Step& step) -> std::optional<State> {
        if (step.does == Step::Does::See || step.does == Step::Does::Swap)
            return step.a;
        // A 1 comes of 0, or of nothing.
        if (step.does == Step::Does::Count && step.told && numberOf(step.a) != 1)
            return wordOf(numberOf(step.a) - 1);
        return std::nullopt;
    };
    for (const Step& step : m_steps) {
        if (const auto needed = neededBy(step); needed && step.known)
            m_readStates.try_emplace(*needed, readStates());
    }
    for (Step& step : m_steps) {
        const auto needed = neededBy(step);
        step.reads = needed ? readState(*needed) : kNever;
        step.makes = step.does == Step::Does::Set    ? readState(step.a)
                     : step.does == Step::Does::Swap ? readState(step.b)
                                                     : kNever;
    }
}

PreparedKey PreparedKey::until(quint32 event) const
{
    PreparedKey part = *this;
    part.m_events.resize(event);
    const auto calls =
        std::count_if(part.m_events.begin(), part.m_events.end(), [](const Event& each) { return !each.isReturn; });
    part.m_steps.resize(static_cast<std::size_t>(calls));
    part.m_returns.resize(part.m_steps.size());
    for (std::size_t step = 0; step < part.m_steps.size(); ++step) {
        if (part.m_returns[step] < event)
            continue;
        part.m_returns[step] = kNever;
        part.m_steps[step].known = false;
    }
    return part;
}

bool PreparedKey::count(const Step& step, State state, State& next)
{
    if (state != kMissing && (!isNumber(state) || numberOf(state) >= kLargest))
        return false;
    next = wordOf(state == kMissing ? 1 : numberOf(state) + 1);
    return !step.told || next == step.a;
}

State PreparedKey::appended(const Step& step, State state) const
{
    if (state == kNeverRead)
        return kNeverRead;
    const State next = plus(times(state == kMissing ? kEmpty : state, step.b), step.a);
    return m_seen.count(next) > 0 ? next : kNeverRead;
}

} // namespace faultline::check
