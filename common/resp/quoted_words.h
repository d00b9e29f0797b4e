// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <vector>

namespace faultline::resp {

/// What is wrong with the quotes of a line.
enum class QuoteFault {
    NeverClosed,
    NoBlankBehind, ///< a closing quote is followed by more of a word
};

struct QuotedWords
{
    std::vector<QByteArray> words;   ///< none when something is wrong
    std::optional<QuoteFault> wrong; ///< with the first quote that is
};

/// Splits a line into words as Redis' sdssplitargs does, in the server and in redis-cli: words are separated by blanks;
/// "double quotes" keep blanks and know \n \r \t \b \a \\ \" \xHH; 'single quotes' keep everything but \'. A quote may
/// begin within a word.
QuotedWords splitQuotedWords(QByteArrayView line);

} // namespace faultline::resp
