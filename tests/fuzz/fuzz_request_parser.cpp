// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/request_parser.h"

#include <QByteArrayList>

#include <cstdint>
#include <cstdlib>

using namespace faultline::resp;

namespace {

/// The same stream in pieces must give the same commands.
QByteArrayList parse(QByteArrayView stream, qsizetype step)
{
    RequestParser parser;
    QByteArrayList seen;
    while (!stream.isEmpty()) {
        const qsizetype length = std::min(step, stream.size());
        parser.append(stream.first(length));
        stream = stream.sliced(length);
        for (;;) {
            const auto outcome = parser.next();
            if (outcome == RequestParser::Outcome::NeedMore)
                break;
            if (outcome == RequestParser::Outcome::Error) {
                seen.append(parser.error());
                return seen;
            }
            if (parser.arguments().empty())
                std::abort();
            for (const QByteArrayView argument : parser.arguments())
                seen.append(argument.toByteArray());
            seen.append("|");
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
