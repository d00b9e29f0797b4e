// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/redirect.h"

#include "common/resp/integer.h"
#include "common/resp/slot.h"

namespace faultline::resp {

std::optional<Moved> parseMoved(QByteArrayView error)
{
    constexpr QByteArrayView kCode("MOVED ");
    if (!error.startsWith(kCode))
        return std::nullopt;
    error = error.sliced(kCode.size());
    const qsizetype space = error.indexOf(' ');
    const qsizetype colon = error.lastIndexOf(':');
    if (space < 0 || colon < space)
        return std::nullopt;
    const std::optional<qint64> slot = parseInteger(error.first(space));
    const std::optional<qint64> port = parseInteger(error.sliced(colon + 1));
    if (!slot || *slot < 0 || *slot >= kSlotCount || !port || *port < 1 || *port > 65535)
        return std::nullopt;
    return Moved{static_cast<quint16>(*slot), QString::fromUtf8(error.sliced(space + 1, colon - space - 1)),
                 static_cast<quint16>(*port)};
}

} // namespace faultline::resp
