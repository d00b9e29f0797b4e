// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/store_commands.h"

#include "common/resp/integer.h"
#include "common/resp/slot.h"

#include <array>
#include <initializer_list>
#include <limits>
#include <optional>

namespace faultline::client {

namespace {

using kv::Verb;
using resp::parseInteger;
using Outcome = std::variant<StoreCommand, QByteArray>;

constexpr qint64 kMost = std::numeric_limits<qint64>::max();
constexpr qint64 kLeast = std::numeric_limits<qint64>::min();

QByteArray noInteger()
{
    return "ERR value is not an integer or out of range";
}
QByteArray syntaxError()
{
    return "ERR syntax error";
}
QByteArray invalidExpiry(const CommandSpec& spec)
{
    return QByteArray("ERR invalid expire time in '") + spec.name + "' command";
}

Outcome told(Verb verb, Arguments arguments)
{
    if (const std::optional<QByteArray> refusal = kv::refusalOf(verb, arguments))
        return *refusal;
    const quint16 slot = kv::isKeyed(verb) ? resp::keySlot(arguments[0]) : quint16(0);
    return StoreCommand{verb, slot, kv::encodeCommand(verb, arguments)};
}

Outcome told(Verb verb, std::initializer_list<QByteArrayView> arguments)
{
    return told(verb, std::span(arguments.begin(), arguments.size()));
}

/// A time as the client gave it, in milliseconds: from now on, or since 1970 when `isAbsolute`. Nothing when it goes
/// beyond what numbers can say.
std::optional<qint64> milliseconds(qint64 given, bool inSeconds, bool isAbsolute, const Backend& backend)
{
    if (inSeconds) {
        if (given > kMost / 1000 || given < kLeast / 1000)
            return std::nullopt;
        given *= 1000;
    }
    if (!isAbsolute && given > kMost - backend.wallTime().count() / 1000)
        return std::nullopt;
    return given;
}

Outcome set(const CommandSpec& spec, Arguments arguments, const Backend& backend)
{
    if (arguments.size() == 3)
        return told(Verb::Set, arguments.subspan(1));
    using namespace kv::SetFlag;
    quint64 flags = 0;
    std::optional<QByteArrayView> given;
    QByteArrayView unit;
    for (std::size_t i = 3; i < arguments.size(); ++i) {
        const QByteArrayView option = arguments[i];
        const auto is = [option](QByteArrayView name) { return equalsIgnoringCase(option, name); };
        if (is("nx") && (flags & kIfPresent) == 0) {
            flags |= kIfAbsent;
        } else if (is("xx") && (flags & kIfAbsent) == 0) {
            flags |= kIfPresent;
        } else if (is("get")) {
            flags |= kReturnOld;
        } else if (is("keepttl") && !given) {
            flags |= kKeepDeadline;
        } else if ((is("ex") || is("px") || is("exat") || is("pxat")) && (flags & kKeepDeadline) == 0 &&
                   (!given || equalsIgnoringCase(unit, option)) && i + 1 < arguments.size()) {
            unit = option;
            given = arguments[++i];
        } else {
            return syntaxError();
        }
    }
    qint64 time = 0;
    if (given) {
        const std::optional<qint64> number = parseInteger(*given);
        if (!number)
            return noInteger();
        const bool inSeconds = unit.front() == 'e' || unit.front() == 'E';
        const bool isAbsolute = unit.size() == 4;
        const auto valid = milliseconds(*number, inSeconds, isAbsolute, backend);
        if (*number <= 0 || !valid)
            return invalidExpiry(spec);
        flags |= isAbsolute ? kAt : kAfter;
        time = *valid;
    }
    return told(Verb::SetWith, {arguments[1], arguments[2], QByteArray::number(flags), QByteArray::number(time)});
}

/// SETEX key time value, PSETEX.
Outcome setExpiring(const CommandSpec& spec, Arguments arguments, const Backend& backend)
{
    const std::optional<qint64> number = parseInteger(arguments[2]);
    if (!number)
        return noInteger();
    const auto valid = milliseconds(*number, spec.id == CommandId::SetEx, false, backend);
    if (*number <= 0 || !valid)
        return invalidExpiry(spec);
    return told(Verb::SetWith,
                {arguments[1], arguments[3], QByteArray::number(kv::SetFlag::kAfter), QByteArray::number(*valid)});
}

Outcome setFlagged(Arguments arguments, quint64 flags)
{
    return told(Verb::SetWith, {arguments[1], arguments[2], QByteArray::number(flags), "0"});
}

Outcome incrementBy(QByteArrayView key, QByteArrayView by, bool isDown)
{
    const std::optional<qint64> number = parseInteger(by);
    if (!number)
        return noInteger();
    if (isDown && *number == kLeast)
        return QByteArray("ERR decrement would overflow");
    return told(Verb::IncrementBy, {key, QByteArray::number(isDown ? -*number : *number)});
}

Outcome expire(const CommandSpec& spec, Arguments arguments, const Backend& backend)
{
    using namespace kv::ExpireFlag;
    quint64 flags = 0;
    for (const QByteArrayView option : arguments.subspan(3)) {
        if (equalsIgnoringCase(option, "nx"))
            flags |= kIfNone;
        else if (equalsIgnoringCase(option, "xx"))
            flags |= kIfSome;
        else if (equalsIgnoringCase(option, "gt"))
            flags |= kIfLater;
        else if (equalsIgnoringCase(option, "lt"))
            flags |= kIfEarlier;
        else
            return "ERR Unsupported option " + option.first(std::min<qsizetype>(option.size(), 128)).toByteArray();
    }
    if ((flags & kIfNone) != 0 && (flags & (kIfSome | kIfLater | kIfEarlier)) != 0)
        return QByteArray("ERR NX and XX, GT or LT options at the same time are not compatible");
    if ((flags & kIfLater) != 0 && (flags & kIfEarlier) != 0)
        return QByteArray("ERR GT and LT options at the same time are not compatible");
    const std::optional<qint64> number = parseInteger(arguments[2]);
    if (!number)
        return noInteger();
    const bool isAbsolute = spec.id == CommandId::ExpireAt || spec.id == CommandId::PExpireAt;
    const bool inSeconds = spec.id == CommandId::Expire || spec.id == CommandId::ExpireAt;
    const auto valid = milliseconds(*number, inSeconds, isAbsolute, backend);
    if (!valid)
        return invalidExpiry(spec);
    flags |= isAbsolute ? kAt : 0;
    return told(Verb::Expire, {arguments[1], QByteArray::number(flags), QByteArray::number(*valid)});
}

Outcome scan(Arguments arguments)
{
    const QByteArrayView cursor = arguments[1];
    const std::optional<qint64> from = parseInteger(cursor);
    if (!from || *from < 0)
        return QByteArray("ERR invalid cursor");
    qint64 count = 10;
    QByteArrayView pattern;
    bool isOfStrings = true;
    for (std::size_t i = 2; i < arguments.size(); i += 2) {
        if (i + 1 == arguments.size())
            return syntaxError();
        if (equalsIgnoringCase(arguments[i], "match")) {
            pattern = arguments[i + 1];
        } else if (equalsIgnoringCase(arguments[i], "count")) {
            const std::optional<qint64> number = parseInteger(arguments[i + 1]);
            if (!number)
                return noInteger();
            if (*number < 1)
                return syntaxError();
            count = *number;
        } else if (equalsIgnoringCase(arguments[i], "type")) {
            isOfStrings = equalsIgnoringCase(arguments[i + 1], "string");
        } else {
            return syntaxError();
        }
    }
    // Every value is a string: of another type there are none, as of keys with a byte that is no byte.
    return told(Verb::Scan,
                {cursor, QByteArray::number(count), isOfStrings ? pattern : QByteArrayView("[^\0-\377]", 6)});
}

Outcome timeToLive(const CommandSpec& spec, QByteArrayView key)
{
    using namespace kv::TtlFlag;
    const bool isPrecise = spec.id == CommandId::PTtl || spec.id == CommandId::PExpireTime;
    const bool isAbsolute = spec.id == CommandId::ExpireTime || spec.id == CommandId::PExpireTime;
    const quint64 flags = (isPrecise ? kMilliseconds : 0) | (isAbsolute ? kAt : 0);
    return told(Verb::TimeToLive, {key, QByteArray::number(flags)});
}

Outcome flush(Arguments arguments)
{
    const bool isSaid = arguments.size() == 2 &&
                        (equalsIgnoringCase(arguments[1], "sync") || equalsIgnoringCase(arguments[1], "async"));
    if (arguments.size() > 1 && !isSaid)
        return syntaxError();
    return told(Verb::Flush, Arguments());
}

} // namespace

std::variant<StoreCommand, QByteArray> storeCommandOf(const CommandSpec& spec, Arguments arguments,
                                                      const Backend& backend)
{
    switch (spec.id) {
    case CommandId::Get:
        return told(Verb::Get, arguments.subspan(1));
    case CommandId::Set:
        return set(spec, arguments, backend);
    case CommandId::Del:
        return told(Verb::Delete, arguments.subspan(1));
    case CommandId::Exists:
        return told(Verb::Exists, arguments.subspan(1));
    case CommandId::Incr:
        return told(Verb::Increment, arguments.subspan(1));
    case CommandId::SetNx:
        return setFlagged(arguments, kv::SetFlag::kIfAbsent | kv::SetFlag::kAnswerNumber);
    case CommandId::GetSet:
        return setFlagged(arguments, kv::SetFlag::kReturnOld);
    case CommandId::SetEx:
    case CommandId::PSetEx:
        return setExpiring(spec, arguments, backend);
    case CommandId::GetDel:
        return told(Verb::GetDelete, arguments.subspan(1));
    case CommandId::Append:
        return told(Verb::Append, arguments.subspan(1));
    case CommandId::StrLen:
        return told(Verb::Length, arguments.subspan(1));
    case CommandId::IncrBy:
    case CommandId::DecrBy:
        return incrementBy(arguments[1], arguments[2], spec.id == CommandId::DecrBy);
    case CommandId::Decr:
        return incrementBy(arguments[1], "1", true);
    case CommandId::MSet:
        if (arguments.size() % 2 == 0)
            return QByteArray("ERR wrong number of arguments for 'mset' command");
        return told(Verb::SetMany, arguments.subspan(1));
    case CommandId::MGet:
        return told(Verb::GetMany, arguments.subspan(1));
    case CommandId::Expire:
    case CommandId::PExpire:
    case CommandId::ExpireAt:
    case CommandId::PExpireAt:
        return expire(spec, arguments, backend);
    case CommandId::Ttl:
    case CommandId::PTtl:
    case CommandId::ExpireTime:
    case CommandId::PExpireTime:
        return timeToLive(spec, arguments[1]);
    case CommandId::Persist:
        return told(Verb::Persist, arguments.subspan(1));
    case CommandId::Type:
        return told(Verb::Type, arguments.subspan(1));
    case CommandId::Scan:
        return scan(arguments);
    case CommandId::FlushAll:
    case CommandId::FlushDb:
        return flush(arguments);
    default:
        break;
    }
    Q_UNREACHABLE();
}

} // namespace faultline::client
