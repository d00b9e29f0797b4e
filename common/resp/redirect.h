// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QString>

#include <optional>

namespace faultline::resp {

/// "Ask there": a node that does not own a key's slot says who does. Nothing was done with the command.
struct Moved
{
    quint16 slot = 0;
    QString host; ///< may be empty: the host the answer came from
    quint16 port = 0;
    bool operator==(const Moved&) const = default;
};

/// From the text of an error reply, "MOVED 3999 127.0.0.1:6381". Nothing when it is another error or is malformed.
std::optional<Moved> parseMoved(QByteArrayView error);

} // namespace faultline::resp
