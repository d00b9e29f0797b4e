// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/reply.h"

namespace faultline::resp {

namespace {

QByteArray quoted(const QByteArray& bytes)
{
    static constexpr char kHex[] = "0123456789abcdef";
    QByteArray out("\"");
    for (const char c : bytes) {
        switch (c) {
        case '"':
        case '\\':
            out.append('\\').append(c);
            break;
        case '\n':
            out.append("\\n");
            break;
        case '\r':
            out.append("\\r");
            break;
        case '\t':
            out.append("\\t");
            break;
        case '\a':
            out.append("\\a");
            break;
        case '\b':
            out.append("\\b");
            break;
        default:
            if (c >= ' ' && c <= '~')
                out.append(c);
            else
                out.append("\\x").append(kHex[(c >> 4) & 15]).append(kHex[c & 15]);
        }
    }
    return out.append('"');
}

void print(const Reply& reply, const QByteArray& indent, QByteArray& out);

void printList(const Reply& reply, char mark, const char* empty, const QByteArray& indent, QByteArray& out)
{
    const std::size_t step = reply.kind == Reply::Kind::Map ? 2 : 1;
    const std::size_t count = reply.elements.size() / step;
    if (count == 0) {
        out.append(empty);
        return;
    }
    const qsizetype width = QByteArray::number(static_cast<qulonglong>(count)).size();
    const QByteArray deeper = indent + QByteArray(width + 2, ' ');
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0)
            out.append('\n').append(indent);
        out.append(QByteArray::number(static_cast<qulonglong>(i + 1)).rightJustified(width)).append(mark).append(' ');
        print(reply.elements[i * step], deeper, out);
        if (step == 2) {
            out.append(" => ");
            print(reply.elements[i * step + 1], deeper, out);
        }
    }
}

void print(const Reply& reply, const QByteArray& indent, QByteArray& out)
{
    switch (reply.kind) {
    case Reply::Kind::SimpleString:
    case Reply::Kind::Verbatim:
        out.append(reply.text);
        break;
    case Reply::Kind::Error:
        out.append("(error) ").append(reply.text);
        break;
    case Reply::Kind::Integer:
        out.append("(integer) ").append(QByteArray::number(reply.integer));
        break;
    case Reply::Kind::Bulk:
        out.append(quoted(reply.text));
        break;
    case Reply::Kind::Null:
        out.append("(nil)");
        break;
    case Reply::Kind::Boolean:
        out.append(reply.integer ? "(true)" : "(false)");
        break;
    case Reply::Kind::Double:
        out.append("(double) ").append(reply.text);
        break;
    case Reply::Kind::BigNumber:
        out.append("(big number) ").append(reply.text);
        break;
    case Reply::Kind::Array:
        printList(reply, ')', "(empty array)", indent, out);
        break;
    case Reply::Kind::Push:
        printList(reply, ')', "(empty push)", indent, out);
        break;
    case Reply::Kind::Set:
        printList(reply, '~', "(empty set)", indent, out);
        break;
    case Reply::Kind::Map:
        printList(reply, '#', "(empty hash)", indent, out);
        break;
    }
}

} // namespace

QString toText(const Reply& reply)
{
    QByteArray out;
    print(reply, {}, out);
    return QString::fromUtf8(out);
}

} // namespace faultline::resp
