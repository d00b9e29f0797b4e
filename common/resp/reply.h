// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <vector>

namespace faultline::resp {

/// What a server answers: a value of RESP2 or RESP3. https://redis.io/docs/reference/protocol-spec
struct Reply
{
    enum class Kind {
        SimpleString, ///< text: "OK"
        Error,        ///< text, code first: "ERR syntax error"
        Integer,      ///< integer
        Bulk,         ///< text: any bytes
        Null,
        Array,     ///< elements
        Set,       ///< elements
        Push,      ///< elements; not an answer to a command
        Map,       ///< elements: key, value, key, value, ...
        Boolean,   ///< integer: 0 or 1
        Double,    ///< number; text as it was spelled
        BigNumber, ///< text
        Verbatim,  ///< text, without its three-letter format
    };

    Kind kind = Kind::Null;
    QByteArray text;
    qint64 integer = 0;
    double number = 0;
    std::vector<Reply> elements;

    bool isError() const { return kind == Kind::Error; }
    bool operator==(const Reply&) const = default;
};

/// As redis-cli prints it to a terminal: `OK`, `(integer) 3`, `"a\x00b"`, `(nil)`, `(error) ERR ...`, lists numbered
/// and indented. No line end after the last line.
QString toText(const Reply& reply);

} // namespace faultline::resp
