// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/reply_parser.h"

#include "common/resp/integer.h"

#include <cmath>
#include <cstring>

namespace faultline::resp {

namespace {

std::optional<double> parseDouble(QByteArrayView text)
{
    if (text == "inf" || text == "+inf")
        return HUGE_VAL;
    if (text == "-inf")
        return -HUGE_VAL;
    if (text == "nan" || text == "-nan")
        return std::nan("");
    double value = 0;
    const char* begin = text.startsWith('+') ? text.begin() + 1 : text.begin();
    const auto [end, failure] = std::from_chars(begin, text.end(), value);
    if (failure != std::errc() || end != text.end() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

bool isWholeNumber(QByteArrayView text)
{
    if (text.startsWith('-') || text.startsWith('+'))
        text = text.sliced(1);
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

QString shown(QByteArrayView line)
{
    QString text = QString::fromLatin1(line.first(std::min<qsizetype>(line.size(), 32)));
    for (QChar& c : text) {
        if (!c.isPrint())
            c = QLatin1Char('?');
    }
    return text;
}

} // namespace

void ReplyParser::append(QByteArrayView bytes)
{
    if (!m_error.isEmpty())
        return;
    if (m_start >= m_buffer.size() - m_start) {
        m_buffer.remove(0, m_start);
        m_start = 0;
    }
    m_buffer.append(bytes);
}

ReplyParser::Outcome ReplyParser::next(Reply& reply)
{
    if (!m_error.isEmpty())
        return Outcome::Error;
    for (;;) {
        Reply item;
        switch (readItem(item)) {
        case Step::NeedMore:
            return Outcome::NeedMore;
        case Step::Error:
            return Outcome::Error;
        case Step::Opened:
            continue;
        case Step::Value:
            break;
        }
        // The item may be the last of its list, which may be the last of the one around it.
        for (;;) {
            if (m_levels.empty()) {
                reply = std::move(item);
                m_elements = 0;
                return Outcome::Reply;
            }
            Level& level = m_levels.back();
            level.reply.elements.push_back(std::move(item));
            if (--level.missing > 0)
                break;
            const bool dropped = level.dropped;
            item = std::move(level.reply);
            m_levels.pop_back();
            if (dropped)
                break;
        }
    }
}

ReplyParser::Step ReplyParser::readItem(Reply& reply)
{
    const qsizetype available = m_buffer.size() - m_start;
    const char* base = m_buffer.constData() + m_start;
    if (m_bulk >= 0) {
        if (available < m_bulk + 2)
            return Step::NeedMore;
        if (base[m_bulk] != '\r' || base[m_bulk + 1] != '\n')
            return fail(
                QStringLiteral("The server's reply is not RESP: a string of %1 bytes does not end where it said.")
                    .arg(m_bulk));
        QByteArrayView text(base, static_cast<qsizetype>(m_bulk));
        if (m_bulkType == '=') {
            if (text.size() < 4 || text[3] != ':')
                return fail(QStringLiteral("The server's reply is not RESP: a verbatim string has no format."));
            text = text.sliced(4);
        }
        reply.kind = m_bulkType == '!'   ? Reply::Kind::Error
                     : m_bulkType == '=' ? Reply::Kind::Verbatim
                                         : Reply::Kind::Bulk;
        reply.text = text.toByteArray();
        m_start += static_cast<qsizetype>(m_bulk) + 2;
        m_bulk = -1;
        return Step::Value;
    }
    const void* found = available > m_scanned
                            ? std::memchr(base + m_scanned, '\n', static_cast<std::size_t>(available - m_scanned))
                            : nullptr;
    const qsizetype length = found ? static_cast<const char*>(found) - base : available;
    if (length > kMaxLine)
        return fail(QStringLiteral("The server's reply is not RESP: a line is longer than %1 bytes.").arg(kMaxLine));
    if (!found) {
        m_scanned = available;
        return Step::NeedMore;
    }
    m_scanned = 0;
    m_start += length + 1;
    if (length < 2 || base[length - 1] != '\r')
        return fail(QStringLiteral("The server's reply is not RESP: it has the line \"%1\".")
                        .arg(shown(QByteArrayView(base, length))));
    return readHeaded(base[0], QByteArrayView(base + 1, length - 2), reply);
}

ReplyParser::Step ReplyParser::readHeaded(char type, QByteArrayView line, Reply& reply)
{
    const auto wrong = [&] {
        return fail(QStringLiteral("The server's reply is not RESP: \"%1%2\" is not a value.")
                        .arg(shown(QByteArrayView(&type, 1)), shown(line)));
    };
    const std::optional<qint64> number = parseInteger(line);
    switch (type) {
    case '+':
        reply.kind = Reply::Kind::SimpleString;
        reply.text = line.toByteArray();
        return Step::Value;
    case '-':
        reply.kind = Reply::Kind::Error;
        reply.text = line.toByteArray();
        return Step::Value;
    case ':': {
        const std::optional<qint64> value = line.startsWith('+') ? parseInteger(line.sliced(1)) : number;
        if (!value)
            return wrong();
        reply.kind = Reply::Kind::Integer;
        reply.integer = *value;
        return Step::Value;
    }
    case '_':
        reply.kind = Reply::Kind::Null;
        return line.isEmpty() ? Step::Value : wrong();
    case '#':
        if (line != "t" && line != "f")
            return wrong();
        reply.kind = Reply::Kind::Boolean;
        reply.integer = line == "t";
        return Step::Value;
    case ',': {
        const std::optional<double> value = parseDouble(line);
        if (!value)
            return wrong();
        reply.kind = Reply::Kind::Double;
        reply.number = *value;
        reply.text = line.toByteArray();
        return Step::Value;
    }
    case '(':
        if (!isWholeNumber(line))
            return wrong();
        reply.kind = Reply::Kind::BigNumber;
        reply.text = line.toByteArray();
        return Step::Value;
    case '$':
    case '!':
    case '=':
        if (number == -1 && type == '$') {
            reply.kind = Reply::Kind::Null;
            return Step::Value;
        }
        if (!number || *number < 0 || *number > kMaxBulk)
            return wrong();
        m_bulk = *number;
        m_bulkType = type;
        return Step::Opened;
    case '*':
        if (number == -1) {
            reply.kind = Reply::Kind::Null;
            return Step::Value;
        }
        [[fallthrough]];
    case '%':
    case '~':
    case '>':
    case '|':
        if (!number || *number < 0 || *number > kMaxElements)
            return wrong();
        return openList(type, *number, reply);
    default:
        return wrong();
    }
}

ReplyParser::Step ReplyParser::openList(char type, qint64 count, Reply& reply)
{
    const bool pairs = type == '%' || type == '|';
    const qint64 elements = pairs ? count * 2 : count;
    m_elements += elements + 1;
    if (m_elements > kMaxElements)
        return fail(QStringLiteral("The server's reply has more than %1 values.").arg(kMaxElements));
    if (m_levels.size() >= kMaxDepth)
        return fail(QStringLiteral("The server's reply is nested more than %1 deep.").arg(kMaxDepth));
    reply.kind = pairs         ? Reply::Kind::Map
                 : type == '~' ? Reply::Kind::Set
                 : type == '>' ? Reply::Kind::Push
                               : Reply::Kind::Array;
    if (elements == 0)
        return type == '|' ? Step::Opened : Step::Value;
    m_levels.push_back({std::move(reply), elements, type == '|'});
    return Step::Opened;
}

ReplyParser::Step ReplyParser::fail(const QString& error)
{
    m_error = error;
    m_buffer = QByteArray();
    m_start = 0;
    m_levels.clear();
    return Step::Error;
}

} // namespace faultline::resp
