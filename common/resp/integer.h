// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <charconv>
#include <optional>

namespace faultline::resp {

/// A whole number as Redis takes it: digits with an optional minus, nothing before, between or after, no leading zero,
/// no "-0", within 64 bits. So every number has one spelling, and INCR of "01" is refused rather than rewritten.
inline std::optional<qint64> parseInteger(QByteArrayView text)
{
    const bool negative = text.startsWith('-');
    const QByteArrayView digits = negative ? text.sliced(1) : text;
    if (digits.isEmpty() || digits.front() < '0' || digits.front() > '9')
        return std::nullopt;
    if (digits.front() == '0' && text.size() > 1)
        return std::nullopt;
    qint64 value = 0;
    const auto [end, failure] = std::from_chars(text.begin(), text.end(), value);
    if (failure != std::errc() || end != text.end())
        return std::nullopt;
    return value;
}

} // namespace faultline::resp
