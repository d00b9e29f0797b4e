// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/client/command_line.h"

#include "common/resp/quoted_words.h"

namespace faultline::lab {

Result<QList<QByteArray>> splitCommandLine(const QString& line)
{
    const resp::QuotedWords split = resp::splitQuotedWords(line.toUtf8());
    if (split.wrong == resp::QuoteFault::NeverClosed)
        return Error{QStringLiteral("a quote is opened and never closed")};
    if (split.wrong == resp::QuoteFault::NoBlankBehind)
        return Error{QStringLiteral("after a closing quote comes a blank or the end of the line")};
    return QList<QByteArray>(split.words.begin(), split.words.end());
}

} // namespace faultline::lab
