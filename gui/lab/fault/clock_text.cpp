// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/fault/clock_text.h"

#include "common/fault/clock_fault.h"
#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/fault_state.h"

namespace faultline::lab {

namespace {
constexpr qsizetype kMostShown = 40;
}

Result<std::chrono::microseconds> parseOffset(const QString& text)
{
    QString plain = text.trimmed();
    const bool behind = plain.startsWith(QLatin1Char('-'));
    if (behind || plain.startsWith(QLatin1Char('+')))
        plain.remove(0, 1);
    // A clock goes further wrong than a link is slow.
    qint64 factor = 1;
    for (const auto& [unit, seconds] : {std::pair{u'd', 86'400}, std::pair{u'h', 3'600}}) {
        if (plain.endsWith(QChar(unit))) {
            factor = seconds;
            plain.chop(1);
            plain += QLatin1Char('s');
            break;
        }
    }
    const Result<std::chrono::microseconds> size = fault::parseDuration(plain);
    if (!size || *size > fault::kMaxOffset / factor)
        return Error{QStringLiteral("\"%1\"; it must be how far a clock is ahead, from -366d to 366d, such as 5s or "
                                    "-200ms")
                         .arg(text.trimmed().left(kMostShown))};
    return std::chrono::microseconds((behind ? -1 : 1) * size->count() * factor);
}

Result<quint32> parseClockRate(const QString& text)
{
    QString number = text.trimmed();
    const bool isPercent = number.endsWith(QLatin1Char('%'));
    if (isPercent)
        number.chop(1);
    bool isNumber = false;
    const double percent = number.toDouble(&isNumber);
    if (!isPercent || !isNumber || !(percent >= 10 && percent <= 1000))
        return Error{QStringLiteral("\"%1\"; it must be how fast a clock runs, from 10% to 1000%, such as 110%")
                         .arg(text.trimmed().left(kMostShown))};
    return static_cast<quint32>(qRound64(percent * 10'000));
}

Result<double> parseSurge(const QString& text)
{
    QString number = text.trimmed();
    if (number.startsWith(QChar(0xD7)) || number.startsWith(QLatin1Char('x')))
        number.remove(0, 1);
    bool isNumber = false;
    const double factor = number.toDouble(&isNumber);
    if (!isNumber || !(factor >= 1 && factor <= kMaxSurge))
        return Error{QStringLiteral("\"%1\"; it must be how many times the load that is set, from 1 to %2, such as 5")
                         .arg(text.trimmed().left(kMostShown))
                         .arg(kMaxSurge)};
    return factor;
}

} // namespace faultline::lab
