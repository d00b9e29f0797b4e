// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/link_fault_text.h"

#include "common/fault/field_text.h"

#include <algorithm>
#include <array>
#include <optional>

namespace faultline::fault {

namespace {

/// "12.5" as 12'500'000 millionths, exactly; nothing when it is no such number, or has more than six places behind the
/// point, or is beyond 10^12.
std::optional<quint64> millionthsOf(QStringView text)
{
    const qsizetype point = text.indexOf(u'.');
    const QStringView whole = point < 0 ? text : text.first(point);
    QStringView part = point < 0 ? QStringView() : text.sliced(point + 1);
    if (whole.isEmpty() || whole.size() > 12 || (point >= 0 && part.isEmpty()))
        return std::nullopt;
    while (part.size() > 1 && part.endsWith(u'0'))
        part.chop(1);
    if (part.size() > 6)
        return std::nullopt;
    quint64 value = 0;
    const auto take = [&value](QStringView digits) {
        for (const QChar digit : digits) {
            if (digit < u'0' || digit > u'9')
                return false;
            value = value * 10 + digit.unicode() - u'0';
        }
        return true;
    };
    if (!take(whole) || !take(part))
        return std::nullopt;
    for (qsizetype places = part.size(); places < 6; ++places)
        value *= 10;
    return value;
}

/// The number and the unit behind it.
std::pair<QStringView, QStringView> split(QStringView text)
{
    qsizetype end = 0;
    while (end < text.size() && (text[end].isDigit() || text[end] == u'.'))
        ++end;
    return {text.first(end), text.sliced(end).trimmed()};
}

struct Unit
{
    QLatin1String name;
    quint64 scale;
};

template <std::size_t Count>
std::optional<quint64> withUnit(const QString& text, const std::array<Unit, Count>& units, quint64 most)
{
    const QString trimmed = text.trimmed();
    const auto [number, unit] = split(trimmed);
    const std::optional<quint64> millionths = millionthsOf(number);
    if (!millionths)
        return std::nullopt;
    for (const Unit& known : units) {
        if (unit != known.name)
            continue;
        if (*millionths / 1'000'000 > most / known.scale)
            return std::nullopt;
        // whole + part, so that neither is lost nor too large
        const quint64 whole = *millionths / 1'000'000 * known.scale;
        const quint64 part = *millionths % 1'000'000 * known.scale;
        if (part % 1'000'000 != 0 || whole + part / 1'000'000 > most)
            return std::nullopt;
        return whole + part / 1'000'000;
    }
    return std::nullopt;
}

constexpr std::array<Unit, 4> kDurations{{{QLatin1String("ms"), 1'000},
                                          {QLatin1String("s"), 1'000'000},
                                          {QLatin1String("min"), 60'000'000},
                                          {QLatin1String("us"), 1}}};
constexpr std::array<Unit, 8> kBandwidths{{{QLatin1String("gbit"), 1'000'000'000},
                                           {QLatin1String("mbit"), 1'000'000},
                                           {QLatin1String("kbit"), 1'000},
                                           {QLatin1String("bit"), 1},
                                           {QLatin1String("GB/s"), 8'000'000'000},
                                           {QLatin1String("MB/s"), 8'000'000},
                                           {QLatin1String("KB/s"), 8'000},
                                           {QLatin1String("B/s"), 8}}};

constexpr const char* kDurationWords = "a duration from 0 to 1min, such as 200ms or 1.5s";
constexpr const char* kShareWords = "a share from 0% to 100%, such as 5% or 0.05";
constexpr const char* kBandwidthWords = "a bandwidth from 1kbit to 100gbit, such as 1mbit or 100KB/s, or unlimited";
constexpr const char* kDistributionWords = "one of constant, uniform, normal, exponential";

template <typename Number> QString withoutZeros(Number whole, quint64 millionths)
{
    QString text = QString::number(whole);
    if (millionths > 0) {
        QString part = QStringLiteral("%1").arg(millionths, 6, 10, QLatin1Char('0'));
        while (part.endsWith(QLatin1Char('0')))
            part.chop(1);
        text += QLatin1Char('.') + part;
    }
    return text;
}

constexpr std::array<const char*, 4> kDistributions{"constant", "uniform", "normal", "exponential"};

Result<Distribution> parseDistribution(const QString& text)
{
    for (std::size_t i = 0; i < kDistributions.size(); ++i) {
        if (text.trimmed() == QLatin1String(kDistributions[i]))
            return static_cast<Distribution>(i);
    }
    return wrongValue(text, kDistributionWords);
}

Result<std::chrono::microseconds> parseLinkDelay(const QString& text)
{
    const Result<std::chrono::microseconds> duration = parseDuration(text);
    if (!duration || *duration > kMaxLatency)
        return wrongValue(text, kDurationWords);
    return duration;
}

const FieldTable<LinkFault>& table()
{
    static const FieldTable<LinkFault> kTable(
        "link", "latency: 200ms, loss: 5%",
        {
            field("latency", "added to every message", kDurationWords, &LinkFault::latency, &parseLinkDelay,
                  &printDuration),
            field("jitter", "how far the latency varies", kDurationWords, &LinkFault::jitter, &parseLinkDelay,
                  &printDuration),
            field("distribution", "how the jitter is spread", kDistributionWords, &LinkFault::distribution,
                  &parseDistribution, &nameOf),
            field("loss", "messages that never arrive", kShareWords, &LinkFault::loss, &parseShare, &printShare),
            field("duplicate", "messages that arrive twice", kShareWords, &LinkFault::duplicate, &parseShare,
                  &printShare),
            field("corrupt", "messages that arrive with a flipped bit", kShareWords, &LinkFault::corrupt, &parseShare,
                  &printShare),
            field("reorder", "messages that the next one overtakes", kShareWords, &LinkFault::reorder, &parseShare,
                  &printShare),
            field("bandwidth", "how much passes", kBandwidthWords, &LinkFault::bandwidth, &parseBandwidth,
                  &printBandwidth),
            field("stall", "messages that TCP had to send again, while all behind them waits", kShareWords,
                  &LinkFault::stall, &parseShare, &printShare),
            field("cut", "silence: nothing passes and nobody is told", kFlagWords, &LinkFault::cut, &parseFlag,
                  &printFlag),
            field("reset", "the connection is torn at every message", kFlagWords, &LinkFault::reset, &parseFlag,
                  &printFlag),
            field("refuse", "no connection is accepted", kFlagWords, &LinkFault::refuse, &parseFlag, &printFlag),
        });
    return kTable;
}

QString spaced(QString text)
{
    qsizetype unit = 0;
    while (unit < text.size() && (text[unit].isDigit() || text[unit] == QLatin1Char('.')))
        ++unit;
    return text.insert(unit, QLatin1Char(' '));
}

} // namespace

Result<std::chrono::microseconds> parseDuration(const QString& text)
{
    constexpr quint64 kMost = 1'000'000'000'000'000; // 31 years: in nanoseconds it still fits
    if (text.trimmed() == QLatin1String("0"))
        return std::chrono::microseconds(0);
    if (const auto count = withUnit(text, kDurations, kMost))
        return std::chrono::microseconds(static_cast<qint64>(*count));
    return wrongValue(text, "a duration, such as 200ms, 1.5s or 2min");
}

Result<Share> parseShare(const QString& text)
{
    const QString trimmed = text.trimmed();
    const bool isPercent = trimmed.endsWith(QLatin1Char('%'));
    const QString number = isPercent ? trimmed.chopped(1).trimmed() : trimmed;
    const std::optional<quint64> millionths = millionthsOf(number);
    const quint64 scale = isPercent ? 100 : 1;
    if (!millionths || *millionths % scale != 0 || *millionths / scale > Share::kAll)
        return wrongValue(text, kShareWords);
    return Share{static_cast<quint32>(*millionths / scale)};
}

Result<quint64> parseBandwidth(const QString& text)
{
    const QString trimmed = text.trimmed();
    if (trimmed == QLatin1String("unlimited") || trimmed == QLatin1String("0"))
        return quint64(0);
    const auto bits = withUnit(text, kBandwidths, kMaxBandwidth);
    if (!bits || *bits < kMinBandwidth)
        return wrongValue(text, kBandwidthWords);
    return *bits;
}

QString printDuration(std::chrono::microseconds duration)
{
    const quint64 count = static_cast<quint64>(std::max<qint64>(0, duration.count()));
    if (count == 0)
        return QStringLiteral("0ms");
    if (count % 60'000'000 == 0)
        return QStringLiteral("%1min").arg(count / 60'000'000);
    if (count < 1'000)
        return QStringLiteral("%1us").arg(count);
    if (count < 1'000'000)
        return withoutZeros(count / 1'000, count % 1'000 * 1'000) + QStringLiteral("ms");
    return withoutZeros(count / 1'000'000, count % 1'000'000) + QStringLiteral("s");
}

QString spokenDuration(std::chrono::microseconds duration)
{
    return spaced(printDuration(duration));
}

QString printShare(Share share)
{
    return withoutZeros(share.millionths / 10'000, quint64(share.millionths) % 10'000 * 100) + QLatin1Char('%');
}

QString printBandwidth(quint64 bits)
{
    if (bits == 0)
        return QStringLiteral("unlimited");
    for (const Unit& unit : kBandwidths) {
        if (bits >= unit.scale && bits % unit.scale * 1'000'000 % unit.scale == 0)
            return withoutZeros(bits / unit.scale, bits % unit.scale * 1'000'000 / unit.scale) + unit.name;
    }
    return QStringLiteral("%1bit").arg(bits);
}

QString nameOf(Distribution distribution)
{
    return QString::fromLatin1(kDistributions[static_cast<std::size_t>(distribution)]);
}

const QStringList& fieldNames()
{
    return table().names();
}

QString describeField(const QString& name)
{
    return table().describe(name);
}

Result<void> setField(LinkFault& fault, const QString& name, const QString& text)
{
    return table().set(fault, name, text);
}

QString printField(const LinkFault& fault, const QString& name)
{
    return table().print(fault, name);
}

Result<void> validate(const LinkFault& fault, bool linkOfClients)
{
    if (fault.jitter.count() > 0 && fault.distribution == Distribution::Constant)
        return Error{QStringLiteral("jitter is %1 with distribution constant, which never varies; jitter must be 0, or "
                                    "the distribution uniform, normal or exponential")
                         .arg(printDuration(fault.jitter))};
    if (!linkOfClients)
        return {};
    const std::pair<Share, const char*> ofMessages[] = {
        {fault.loss, "loss"}, {fault.duplicate, "duplicate"}, {fault.corrupt, "corrupt"}, {fault.reorder, "reorder"}};
    for (const auto& [share, name] : ofMessages) {
        if (share)
            return Error{QStringLiteral("%1 is of whole messages, and between clients and nodes there is a stream of "
                                        "bytes; it takes latency, jitter, bandwidth, stall, cut, reset and refuse")
                             .arg(QLatin1String(name))};
    }
    return {};
}

QString print(const LinkFault& fault)
{
    return table().printLine(fault);
}

Result<LinkFault> parseLinkFault(const QString& text)
{
    return table().parseLine(text);
}

QString spokenLinkFault(const LinkFault& fault)
{
    QStringList parts;
    if (fault.cut)
        parts << QStringLiteral("cut");
    if (fault.refuse)
        parts << QStringLiteral("refuses connections");
    if (fault.reset)
        parts << QStringLiteral("resets connections");
    if (fault.latency.count() > 0 || fault.jitter.count() > 0) {
        QString slow = QStringLiteral("slow: %1").arg(spokenDuration(fault.latency));
        if (fault.jitter.count() > 0)
            slow += (fault.distribution == Distribution::Exponential ? QStringLiteral(" + %1 on average")
                                                                     : QStringLiteral(" ± %1"))
                        .arg(spokenDuration(fault.jitter));
        parts << slow;
    }
    if (fault.loss)
        parts << QStringLiteral("loses %1").arg(printShare(fault.loss));
    if (fault.duplicate)
        parts << QStringLiteral("duplicates %1").arg(printShare(fault.duplicate));
    if (fault.corrupt)
        parts << QStringLiteral("corrupts %1").arg(printShare(fault.corrupt));
    if (fault.reorder)
        parts << QStringLiteral("reorders %1").arg(printShare(fault.reorder));
    if (fault.bandwidth > 0)
        parts << QStringLiteral("narrow: %1").arg(spaced(printBandwidth(fault.bandwidth)));
    if (fault.stall)
        parts << QStringLiteral("stalls at %1").arg(printShare(fault.stall));
    return parts.isEmpty() ? QStringLiteral("healthy") : parts.join(QStringLiteral(", "));
}

const QList<Preset>& presets()
{
    static const QList<Preset> kPresets = [] {
        const auto preset = [](const QString& name, const QString& line) {
            const Result<LinkFault> fault = parseLinkFault(line);
            FAULTLINE_INVARIANT(fault && validate(*fault, false), "a preset is a fault of a link");
            return Preset{name, spokenLinkFault(*fault), *fault, static_cast<bool>(validate(*fault, true))};
        };
        return QList<Preset>{
            preset(QStringLiteral("200 ms each way"), QStringLiteral("latency: 200ms")),
            preset(QStringLiteral("lossy Wi-Fi"),
                   QStringLiteral("latency: 5ms, jitter: 10ms, distribution: exponential, loss: 5%")),
            preset(QStringLiteral("transatlantic"), QStringLiteral("latency: 40ms, jitter: 2ms, distribution: normal")),
            preset(QStringLiteral("satellite"),
                   QStringLiteral("latency: 300ms, jitter: 20ms, distribution: normal, bandwidth: 10mbit")),
            preset(QStringLiteral("flaky"),
                   QStringLiteral("latency: 20ms, jitter: 20ms, loss: 20%, duplicate: 5%, corrupt: 1%, reorder: 10%")),
            preset(QStringLiteral("narrow: 64 kbit"), QStringLiteral("bandwidth: 64kbit")),
            preset(QStringLiteral("TCP under loss"), QStringLiteral("stall: 5%")),
            preset(QStringLiteral("reset"), QStringLiteral("reset")),
            preset(QStringLiteral("refuse"), QStringLiteral("refuse")),
            preset(QStringLiteral("cut"), QStringLiteral("cut")),
        };
    }();
    return kPresets;
}

} // namespace faultline::fault
