// SPDX-License-Identifier: GPL-3.0-or-later
// CONFIG GET and SET.
#include "node/client/introspection.h"

#include "common/resp/integer.h"
#include "node/kv/glob.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace faultline::client {

namespace {

using namespace resp;

QByteArray yesOrNo(bool yes)
{
    return yes ? "yes" : "no";
}

void get(QByteArray& out, Arguments patterns, const PortOptions& options, const Admission::Limits& limits,
         Protocol protocol)
{
    // True of every node: each write is in a synced log before it is answered, and there are no snapshots by time.
    const std::pair<QByteArray, QByteArray> settings[] = {
        {"admission", yesOrNo(limits.isOn)},
        {"admission-bytes", QByteArray::number(limits.bytes)},
        {"admission-commands", QByteArray::number(limits.pending)},
        {"admission-delay", QByteArray::number(qint64(limits.delay.count()))},
        {"appendfsync", "always"},
        {"appendonly", "yes"},
        {"cluster-enabled", "yes"},
        {"databases", "1"},
        {"maxclients", QByteArray::number(options.maxConnections)},
        {"save", ""}};
    constexpr std::size_t kMostPatterns = 16;
    constexpr qsizetype kLongestPattern = 64;
    QByteArray matches;
    qsizetype count = 0;
    const Arguments looked = patterns.first(std::min(patterns.size(), kMostPatterns));
    for (const auto& [name, value] : settings) {
        if (std::any_of(looked.begin(), looked.end(), [&name = name](QByteArrayView pattern) {
                return pattern.size() <= kLongestPattern && kv::matchesGlob(pattern.toByteArray().toLower(), name);
            })) {
            appendBulk(matches, name);
            appendBulk(matches, value);
            ++count;
        }
    }
    appendMapHeader(out, count, protocol);
    out.append(matches);
}

/// Why not, or nothing when it is done.
std::optional<QByteArray> setOne(QByteArrayView name, QByteArrayView value, Admission::Limits& limits)
{
    if (equalsIgnoringCase(name, "admission")) {
        if (!equalsIgnoringCase(value, "yes") && !equalsIgnoringCase(value, "no"))
            return "argument must be 'yes' or 'no'";
        limits.isOn = equalsIgnoringCase(value, "yes");
        return std::nullopt;
    }
    const std::optional<qint64> number = parseInteger(value);
    const auto isWithin = [&](qint64 least, qint64 most) { return number && *number >= least && *number <= most; };
    if (equalsIgnoringCase(name, "admission-commands")) {
        if (!isWithin(1, static_cast<qint64>(Admission::kLastPending)))
            return "argument must be between 1 and " + QByteArray::number(Admission::kLastPending);
        limits.pending = static_cast<quint64>(*number);
    } else if (equalsIgnoringCase(name, "admission-bytes")) {
        if (!isWithin(1, Admission::kLastBytes))
            return "argument must be between 1 and " + QByteArray::number(Admission::kLastBytes);
        limits.bytes = *number;
    } else {
        if (!isWithin(1, 3'600'000))
            return "argument must be between 1 and 3600000 milliseconds";
        limits.delay = std::chrono::milliseconds(*number);
    }
    return std::nullopt;
}

bool canBeSet(QByteArrayView name)
{
    return equalsIgnoringCase(name, "admission") || equalsIgnoringCase(name, "admission-commands") ||
           equalsIgnoringCase(name, "admission-bytes") || equalsIgnoringCase(name, "admission-delay");
}

/// All or nothing.
void set(QByteArray& out, Arguments pairs, Admission::Limits& limits)
{
    Admission::Limits changed = limits;
    for (std::size_t i = 0; i < pairs.size(); i += 2) {
        const QByteArray shown = pairs[i].first(std::min<qsizetype>(pairs[i].size(), 128)).toByteArray();
        if (!canBeSet(pairs[i]))
            return appendError(out, "ERR Unknown option or number of arguments for CONFIG SET - '" + shown + "'");
        if (const auto wrong = setOne(pairs[i], pairs[i + 1], changed))
            return appendError(out, "ERR CONFIG SET failed (possibly related to argument '" + shown + "') - " + *wrong);
    }
    limits = changed;
    appendSimpleString(out, "OK");
}

} // namespace

void answerConfig(QByteArray& out, Arguments arguments, const PortOptions& options, Admission::Limits& limits,
                  Protocol protocol)
{
    if (equalsIgnoringCase(arguments[1], "get")) {
        if (arguments.size() < 3)
            return answerWrongArity(out, "config|get");
        return get(out, arguments.subspan(2), options, limits, protocol);
    }
    if (equalsIgnoringCase(arguments[1], "set")) {
        if (arguments.size() < 4 || arguments.size() % 2 != 0)
            return answerWrongArity(out, "config|set");
        return set(out, arguments.subspan(2), limits);
    }
    answerUnknownSubcommand(out, "CONFIG", arguments[1]);
}

} // namespace faultline::client
