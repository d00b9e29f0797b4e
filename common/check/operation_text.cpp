// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/operation_text.h"

#include <algorithm>

namespace faultline::check {

QString spoken(const Value& value)
{
    constexpr qsizetype kShown = 40;
    if (!value)
        return QStringLiteral("nothing");
    const auto isPlain = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
               c == '.' || c == ':';
    };
    const bool plain = !value->isEmpty() && std::all_of(value->begin(), value->end(), isPlain);
    // The end of a long value is what tells it from others: those that are appended to begin alike.
    QString shown = value->size() <= kShown ? QString::fromUtf8(*value)
                                            : QStringLiteral("…") + QString::fromUtf8(value->right(kShown));
    for (QChar& character : shown) {
        if (!character.isPrint() && !character.isSurrogate())
            character = QChar::ReplacementCharacter;
    }
    return plain ? shown : QLatin1Char('"') + shown + QLatin1Char('"');
}

QString spoken(const Operation& operation)
{
    const QString what = [&]() -> QString {
        const bool known = operation.outcome == Outcome::Ok;
        switch (operation.kind) {
        case Kind::Read:
            return known ? QStringLiteral("read of ") + spoken(operation.result) : QStringLiteral("read");
        case Kind::Write:
            return QStringLiteral("write of ") + spoken(operation.argument);
        case Kind::CompareAndSet:
            return QStringLiteral("%1 of %2 to %3")
                .arg(known && !operation.swapped ? QStringLiteral("refused swap") : QStringLiteral("swap"),
                     spoken(operation.expected), spoken(operation.argument));
        case Kind::Increment:
            return known ? QStringLiteral("increment to ") + spoken(operation.result) : QStringLiteral("increment");
        case Kind::Append:
            return QStringLiteral("append of ") + spoken(operation.argument);
        }
        return {};
    }();
    return QStringLiteral("%1 by client %2").arg(what).arg(operation.client);
}

QString spokenTimes(const Operation& operation)
{
    return operation.outcome == Outcome::Unknown
               ? QStringLiteral("called at %1, outcome unknown").arg(operation.called)
               : QStringLiteral("called at %1, returned at %2").arg(operation.called).arg(operation.returned);
}

} // namespace faultline::check
