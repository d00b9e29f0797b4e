// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/resp/reply.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <vector>

namespace faultline::resp {

/// Cuts what a server sends into replies, however it is chopped up. Nested values are built on a stack of their own, so
/// a half reply is never parsed twice and depth costs no call stack. Claimed lengths and counts reserve nothing. RESP3
/// attributes are read and dropped, as the protocol allows.
class ReplyParser
{
public:
    static constexpr std::size_t kMaxDepth = 32;
    static constexpr qint64 kMaxElements = 1 << 20;            ///< of one reply, nested ones counted
    static constexpr qint64 kMaxBulk = qint64(64) << 20;       ///< bytes of one string
    static constexpr qsizetype kMaxLine = qsizetype(64) << 10; ///< bytes of a simple string, an error, a length

    enum class Outcome {
        NeedMore, ///< no whole reply yet
        Reply,    ///< `reply` holds the next one
        Error,    ///< this is not RESP: close the connection; error() says why. Stays so.
    };

    void append(QByteArrayView bytes);
    Outcome next(Reply& reply);
    const QString& error() const { return m_error; }

private:
    struct Level
    {
        Reply reply;
        qint64 missing;
        bool dropped; ///< an attribute
    };
    enum class Step { NeedMore, Value, Opened, Error };

    Step readItem(Reply& reply);
    Step readHeaded(char type, QByteArrayView line, Reply& reply);
    Step openList(char type, qint64 count, Reply& reply);
    Step fail(const QString& error);

    QByteArray m_buffer;
    qsizetype m_start = 0;
    qsizetype m_scanned = 0; ///< from m_start: no line end before here
    qint64 m_bulk = -1;      ///< length of the string being read; -1: none is
    char m_bulkType = '$';
    qint64 m_elements = 0;
    std::vector<Level> m_levels;
    QString m_error;
};

} // namespace faultline::resp
