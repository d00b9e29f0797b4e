// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/quoted_words.h"

namespace faultline::resp {

namespace {

bool isSpace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

char unescaped(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'b':
        return '\b';
    case 'a':
        return '\a';
    default:
        return c;
    }
}

/// Appends what is quoted from line[i] on, and leaves i behind its closing quote.
std::optional<QuoteFault> takeQuoted(QByteArrayView line, qsizetype& i, QByteArray& word)
{
    const char quote = line[i++];
    for (; i < line.size(); ++i) {
        const char c = line[i];
        if (c == quote) {
            ++i;
            if (i < line.size() && !isSpace(line[i]))
                return QuoteFault::NoBlankBehind;
            return std::nullopt;
        }
        if (c != '\\' || i + 1 >= line.size()) {
            word.append(c);
        } else if (quote == '\'') {
            if (line[i + 1] == '\'')
                ++i;
            word.append(line[i]);
        } else if (i + 3 < line.size() && line[i + 1] == 'x' && hexDigit(line[i + 2]) >= 0 &&
                   hexDigit(line[i + 3]) >= 0) {
            word.append(static_cast<char>(hexDigit(line[i + 2]) * 16 + hexDigit(line[i + 3])));
            i += 3;
        } else {
            word.append(unescaped(line[++i]));
        }
    }
    return QuoteFault::NeverClosed;
}

} // namespace

QuotedWords splitQuotedWords(QByteArrayView line)
{
    std::vector<QByteArray> words;
    qsizetype i = 0;
    for (;;) {
        while (i < line.size() && isSpace(line[i]))
            ++i;
        if (i >= line.size())
            return {std::move(words), {}};
        QByteArray word;
        while (i < line.size() && !isSpace(line[i])) {
            if (line[i] != '"' && line[i] != '\'')
                word.append(line[i++]);
            else if (const auto wrong = takeQuoted(line, i, word))
                return {{}, wrong};
        }
        words.push_back(std::move(word));
    }
}

} // namespace faultline::resp
