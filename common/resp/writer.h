// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <span>

// Writes RESP at the end of a buffer, so that many commands or replies make one write to a socket.
namespace faultline::resp {

/// What the client understands: 2 until it says HELLO 3.
enum class Protocol { Resp2 = 2, Resp3 = 3 };

void appendCommand(QByteArray& out, std::span<const QByteArrayView> arguments);
QByteArray encodeCommand(std::initializer_list<QByteArrayView> arguments);

/// `text` must be one line.
void appendSimpleString(QByteArray& out, QByteArrayView text);
/// `text` begins with its code: "ERR syntax error". Line ends in it become spaces.
void appendError(QByteArray& out, QByteArrayView text);
void appendInteger(QByteArray& out, qint64 value);
void appendBulk(QByteArray& out, QByteArrayView bytes);
/// Text for a person to read, as INFO's. RESP2 has no such type: a bulk.
void appendVerbatim(QByteArray& out, QByteArrayView text, Protocol protocol);
void appendNull(QByteArray& out, Protocol protocol);
/// `count` values must follow.
void appendArrayHeader(QByteArray& out, qsizetype count);
/// `pairs` keys, each with its value, must follow. RESP2 has no maps: a flat array.
void appendMapHeader(QByteArray& out, qsizetype pairs, Protocol protocol);
/// `count` values in no order must follow. RESP2 has no sets: an array.
void appendSetHeader(QByteArray& out, qsizetype count, Protocol protocol);

} // namespace faultline::resp
