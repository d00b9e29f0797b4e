// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/field_text.h"

#include <numeric>

namespace faultline::fault {

namespace {

constexpr qsizetype kMostShown = 60;

/// Letters to add, drop or change to make one word the other (Levenshtein).
std::size_t distance(const QString& one, const QString& other)
{
    std::vector<std::size_t> row(static_cast<std::size_t>(other.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (const QChar letter : one) {
        std::size_t diagonal = row[0]++;
        for (std::size_t i = 1; i < row.size(); ++i) {
            const std::size_t changed = diagonal + (letter == other[static_cast<qsizetype>(i) - 1] ? 0 : 1);
            diagonal = row[i];
            row[i] = std::min({changed, row[i] + 1, row[i - 1] + 1});
        }
    }
    return row.back();
}

} // namespace

QString quoted(const QString& text)
{
    QString shown = text.left(kMostShown);
    if (shown.size() < text.size() && shown.back().isHighSurrogate())
        shown.chop(1);
    for (QChar& character : shown) {
        if (!character.isPrint() && !character.isSurrogate())
            character = QLatin1Char(' ');
    }
    shown = shown.simplified();
    return QStringLiteral("\"%1%2\"").arg(shown, text.size() > kMostShown ? QStringLiteral("…") : QString());
}

Error wrongValue(const QString& text, const char* words)
{
    return Error{QStringLiteral("%1; it must be %2").arg(quoted(text.trimmed()), QLatin1String(words))};
}

Result<bool> parseFlag(const QString& text)
{
    const QString plain = text.trimmed().toLower();
    if (plain == QLatin1String("true") || plain == QLatin1String("yes") || plain == QLatin1String("on"))
        return true;
    if (plain == QLatin1String("false") || plain == QLatin1String("no") || plain == QLatin1String("off"))
        return false;
    return wrongValue(text, kFlagWords);
}

QString printFlag(bool flag)
{
    return flag ? QStringLiteral("true") : QStringLiteral("false");
}

Error unknownField(const QString& name, const char* ofWhat, const QStringList& known)
{
    const QString sentence = QStringLiteral("%1 is no field of a %2; ").arg(quoted(name), QLatin1String(ofWhat));
    if (name.size() < kMostShown) {
        for (const QString& each : known) {
            if (distance(name.toLower(), each) <= static_cast<std::size_t>(each.size()) / 3)
                return Error{sentence + QStringLiteral("did you mean %1?").arg(each)};
        }
    }
    return Error{sentence + QStringLiteral("the fields are %1").arg(known.join(QStringLiteral(", ")))};
}

} // namespace faultline::fault
