// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/jepsen.h"

#include "common/check/edn.h"
#include "common/check/event_pairs.h"
#include "common/check/lines.h"

namespace faultline::check {

namespace {

std::optional<EventPairs::Type> typeOf(const Edn& value)
{
    if (value.isKeyword("invoke"))
        return EventPairs::Type::Invoke;
    if (value.isKeyword("ok"))
        return EventPairs::Type::Ok;
    if (value.isKeyword("fail"))
        return EventPairs::Type::Fail;
    if (value.isKeyword("info"))
        return EventPairs::Type::Info;
    return std::nullopt;
}

std::optional<Kind> kindOf(const Edn& value)
{
    if (value.isKeyword("read") || value.isKeyword("get"))
        return Kind::Read;
    if (value.isKeyword("write") || value.isKeyword("put"))
        return Kind::Write;
    if (value.isKeyword("cas"))
        return Kind::CompareAndSet;
    if (value.isKeyword("append"))
        return Kind::Append;
    return std::nullopt;
}

bool isScalar(const Edn& value)
{
    return value.kind == Edn::Kind::String || value.kind == Edn::Kind::Symbol || value.kind == Edn::Kind::Nil;
}

Value valueOf(const Edn& value)
{
    return value.kind == Edn::Kind::Nil ? Value() : Value(value.text);
}

/// What both formats say of an event, put into it.
Result<void> understand(EventPairs::Event& event, const Edn& type, const Edn& operation, const Edn& value)
{
    const auto knownType = typeOf(type);
    if (!knownType)
        return Error{
            QStringLiteral("the type is %1, and should be invoke, ok, fail or info").arg(QString::fromUtf8(type.text))};
    const auto kind = kindOf(operation);
    if (!kind)
        return Error{QStringLiteral("the operation is %1, and should be read, get, write, put, cas or append")
                         .arg(QString::fromUtf8(operation.text))};
    event.type = *knownType;
    event.kind = *kind;
    event.timedOut = value.isKeyword("timed-out");
    // What failed repeats its arguments or says why; neither is needed.
    if (event.type == EventPairs::Type::Fail || event.type == EventPairs::Type::Info)
        return {};
    if (*kind == Kind::CompareAndSet) {
        if (value.kind != Edn::Kind::Vector || value.elements.size() != 2 || !isScalar(value.elements[0]) ||
            !isScalar(value.elements[1]))
            return Error{QStringLiteral("the value of a cas should be two: [from to]")};
        event.expected = valueOf(value.elements[0]);
        event.value = valueOf(value.elements[1]);
        return {};
    }
    if (!isScalar(value))
        return Error{QStringLiteral("the value should be a number, a string or nil")};
    event.value = valueOf(value);
    return {};
}

Result<HistoryFile> finished(EventPairs& pairs, Value initial)
{
    HistoryFile file{pairs.take(), std::move(initial)};
    if (file.history.empty())
        return Error{QStringLiteral("There is no operation in this history.")};
    return file;
}

} // namespace

Result<HistoryFile> readJepsenLog(QByteArrayView text)
{
    EventPairs pairs;
    for (Lines lines(text); lines.next();) {
        constexpr QByteArrayView kSource("jepsen.util - ");
        const qsizetype source = lines.line().indexOf(kSource);
        if (source < 0)
            continue;
        QByteArrayView rest = lines.line().sliced(source + kSource.size());
        Edn parts[4];
        bool isWhole = true;
        for (Edn& part : parts) {
            auto taken = isWhole ? takeEdn(rest) : Result<Edn>(Error{});
            isWhole = bool(taken);
            if (taken)
                part = *std::move(taken);
        }
        bool isClient = false;
        EventPairs::Event event;
        event.process = parts[0].text.toULongLong(&isClient);
        if (parts[0].kind != Edn::Kind::Symbol || !isClient)
            continue; // the nemesis, or words
        if (!isWhole)
            return lines.wrong(QStringLiteral("a process, a type, an operation and a value should follow jepsen.util"));
        auto done = understand(event, parts[1], parts[2], parts[3]);
        if (done)
            done = pairs.add(event);
        if (!done)
            return lines.wrong(done.error());
    }
    return finished(pairs, Value());
}

Result<HistoryFile> readJepsenEdn(QByteArrayView text)
{
    EventPairs pairs;
    bool isStore = false;
    for (Lines lines(text); lines.next();) {
        QByteArrayView rest = lines.line();
        const auto map = takeEdn(rest);
        if (!map)
            return lines.wrong(map.error());
        if (!rest.trimmed().isEmpty())
            return lines.wrong(QStringLiteral("one map a line is expected, and there is more"));
        const Edn* process = map->find("process");
        const Edn* type = map->find("type");
        const Edn* operation = map->find("f");
        if (!process || !type || !operation)
            return lines.wrong(QStringLiteral("a map with :process, :type and :f is expected"));
        if (process->kind == Edn::Kind::Keyword)
            continue; // the nemesis
        bool isNumber = false;
        EventPairs::Event event;
        event.process = process->text.toULongLong(&isNumber);
        if (!isNumber)
            return lines.wrong(QStringLiteral("the process should be a number, 0 or more"));
        if (const Edn* key = map->find("key")) {
            if (!isScalar(*key))
                return lines.wrong(QStringLiteral("the key should be a number or a string"));
            event.key = key->text;
        }
        const Edn* value = map->find("value");
        auto done = understand(event, *type, *operation, value ? *value : Edn());
        if (done)
            done = pairs.add(event);
        if (!done)
            return lines.wrong(done.error());
        isStore =
            isStore || operation->isKeyword("get") || operation->isKeyword("put") || operation->isKeyword("append");
    }
    return finished(pairs, isStore ? Value(QByteArray("")) : Value());
}

} // namespace faultline::check
