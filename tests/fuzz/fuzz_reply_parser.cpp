// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/reply_parser.h"

#include <QStringList>

#include <cstdint>
#include <cstdlib>

using namespace faultline::resp;

namespace {

/// The same stream in pieces must give the same replies.
QStringList parse(QByteArrayView stream, qsizetype step)
{
    ReplyParser parser;
    QStringList seen;
    while (!stream.isEmpty()) {
        const qsizetype length = std::min(step, stream.size());
        parser.append(stream.first(length));
        stream = stream.sliced(length);
        Reply reply;
        auto outcome = parser.next(reply);
        for (; outcome == ReplyParser::Outcome::Reply; outcome = parser.next(reply))
            seen.append(toText(reply));
        if (outcome == ReplyParser::Outcome::Error) {
            if (parser.error().isEmpty())
                std::abort();
            seen.append(parser.error());
            return seen;
        }
    }
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const QByteArrayView stream(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    if (parse(stream, std::max<qsizetype>(1, stream.size())) != parse(stream, 3))
        std::abort();
    return 0;
}
