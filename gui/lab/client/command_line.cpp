// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/client/command_line.h"

namespace faultline::lab {

namespace {

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

char escaped(char c)
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

} // namespace

Result<QList<QByteArray>> splitCommandLine(const QString& line)
{
    const QByteArray text = line.toUtf8();
    QList<QByteArray> words;
    qsizetype i = 0;
    for (;;) {
        while (i < text.size() && isBlank(text[i]))
            ++i;
        if (i == text.size())
            return words;
        QByteArray word;
        const char quote = text[i] == '"' || text[i] == '\'' ? text[i++] : '\0';
        if (!quote) {
            while (i < text.size() && !isBlank(text[i]))
                word.append(text[i++]);
            words.append(word);
            continue;
        }
        while (i < text.size() && text[i] != quote) {
            if (text[i] != '\\' || i + 1 == text.size()) {
                word.append(text[i++]);
            } else if (quote == '\'') {
                if (text[i + 1] == '\'')
                    ++i;
                word.append(text[i++]);
            } else if (text[i + 1] == 'x' && i + 3 < text.size() && isxdigit(uchar(text[i + 2])) &&
                       isxdigit(uchar(text[i + 3]))) {
                word.append(QByteArray::fromHex(text.sliced(i + 2, 2)));
                i += 4;
            } else {
                word.append(escaped(text[i + 1]));
                i += 2;
            }
        }
        if (i == text.size())
            return Error{QStringLiteral("a quote %1 is opened and never closed").arg(QLatin1Char(quote))};
        ++i;
        if (i < text.size() && !isBlank(text[i]))
            return Error{QStringLiteral("after a closing quote comes a blank or the end of the line")};
        words.append(word);
    }
}

} // namespace faultline::lab
