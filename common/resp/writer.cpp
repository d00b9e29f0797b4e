// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/writer.h"

#include <charconv>

namespace faultline::resp {

namespace {

void appendHeaded(QByteArray& out, char type, qint64 number)
{
    char text[24];
    text[0] = type;
    char* end = std::to_chars(text + 1, text + sizeof text - 2, number).ptr;
    *end++ = '\r';
    *end++ = '\n';
    out.append(text, end - text);
}

} // namespace

void appendCommand(QByteArray& out, std::span<const QByteArrayView> arguments)
{
    appendHeaded(out, '*', static_cast<qint64>(arguments.size()));
    for (const QByteArrayView argument : arguments)
        appendBulk(out, argument);
}

QByteArray encodeCommand(std::initializer_list<QByteArrayView> arguments)
{
    QByteArray out;
    appendCommand(out, std::span(arguments.begin(), arguments.size()));
    return out;
}

void appendSimpleString(QByteArray& out, QByteArrayView text)
{
    out.append('+').append(text).append("\r\n", 2);
}

void appendError(QByteArray& out, QByteArrayView text)
{
    out.append('-');
    const qsizetype from = out.size();
    out.append(text);
    for (auto c = out.begin() + from; c != out.end(); ++c) {
        if (*c == '\r' || *c == '\n')
            *c = ' ';
    }
    out.append("\r\n", 2);
}

void appendInteger(QByteArray& out, qint64 value)
{
    appendHeaded(out, ':', value);
}

void appendBulk(QByteArray& out, QByteArrayView bytes)
{
    appendHeaded(out, '$', bytes.size());
    out.append(bytes).append("\r\n", 2);
}

void appendVerbatim(QByteArray& out, QByteArrayView text, Protocol protocol)
{
    if (protocol == Protocol::Resp2)
        return appendBulk(out, text);
    appendHeaded(out, '=', text.size() + 4);
    out.append("txt:", 4).append(text).append("\r\n", 2);
}

void appendNull(QByteArray& out, Protocol protocol)
{
    out.append(protocol == Protocol::Resp3 ? "_\r\n" : "$-1\r\n");
}

void appendArrayHeader(QByteArray& out, qsizetype count)
{
    appendHeaded(out, '*', count);
}

void appendMapHeader(QByteArray& out, qsizetype pairs, Protocol protocol)
{
    if (protocol == Protocol::Resp3)
        appendHeaded(out, '%', pairs);
    else
        appendHeaded(out, '*', pairs * 2);
}

void appendSetHeader(QByteArray& out, qsizetype count, Protocol protocol)
{
    appendHeaded(out, protocol == Protocol::Resp3 ? '~' : '*', count);
}

} // namespace faultline::resp
