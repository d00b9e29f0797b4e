// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/request_parser.h"

#include "common/resp/integer.h"
#include "common/resp/quoted_words.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

namespace faultline::resp {

namespace {

constexpr qsizetype kKeptCapacity = qsizetype(256) << 10;

} // namespace

void RequestParser::append(QByteArrayView bytes)
{
    if (!m_error.isEmpty())
        return;
    letGo();
    m_buffer.append(bytes);
}

char* RequestParser::room(qsizetype most)
{
    letGo();
    m_room = most;
    m_buffer.resize(m_buffer.size() + most);
    return m_buffer.data() + m_buffer.size() - most;
}

void RequestParser::filled(qsizetype bytes)
{
    m_buffer.resize(m_buffer.size() - std::exchange(m_room, 0) + bytes);
}

void RequestParser::letGo()
{
    m_arguments.clear();
    if (m_start == 0)
        return;
    if (m_start < m_buffer.size()) {
        // Moving what is left costs at most as much as what was consumed: linear over the whole stream.
        if (m_start < m_buffer.size() - m_start)
            return;
        m_buffer.remove(0, m_start);
        if (m_buffer.capacity() > std::max(kKeptCapacity, 4 * m_buffer.size()))
            m_buffer.squeeze();
    } else if (m_buffer.capacity() > kKeptCapacity) {
        m_buffer = QByteArray();
    } else {
        m_buffer.resize(0);
    }
    m_start = 0;
}

RequestParser::Outcome RequestParser::next(bool isOfStranger)
{
    m_arguments.clear();
    for (;;) {
        if (!m_error.isEmpty())
            return Outcome::Error;
        if (bufferedBytes() == 0)
            return Outcome::NeedMore;
        const Outcome outcome = m_buffer.at(m_start) == '*' ? nextArray(isOfStranger) : nextInline();
        if (outcome != Outcome::Request || !m_arguments.empty())
            return outcome;
    }
}

RequestParser::Outcome RequestParser::nextArray(bool isOfStranger)
{
    QByteArrayView line;
    if (m_missing < 0) {
        switch (readLine(0, line)) {
        case Line::Partial:
            return Outcome::NeedMore;
        case Line::TooLong:
            return fail("Protocol error: too big mbulk count string");
        case Line::Whole:
            break;
        }
        const std::optional<qint64> count = parseInteger(line.sliced(1));
        if (!count || *count > kMaxArguments)
            return fail("Protocol error: invalid multibulk length");
        if (isOfStranger && *count > kMaxArgumentsOfStranger)
            return fail("Protocol error: unauthenticated multibulk length");
        m_missing = static_cast<qsizetype>(std::max<qint64>(*count, 0));
    }
    while (m_missing > 0) {
        if (m_bulk < 0) {
            if (m_position < bufferedBytes() && m_buffer.at(m_start + m_position) != '$') {
                QByteArray error("Protocol error: expected '$', got '");
                error.append(m_buffer.at(m_start + m_position));
                return fail(error.append('\''));
            }
            switch (readLine(m_position, line)) {
            case Line::Partial:
                return Outcome::NeedMore;
            case Line::TooLong:
                return fail("Protocol error: too big bulk count string");
            case Line::Whole:
                break;
            }
            const std::optional<qint64> length = parseInteger(line.sliced(1));
            if (!length || *length < 0 || *length > kMaxBulk)
                return fail("Protocol error: invalid bulk length");
            if (isOfStranger && *length > kMaxBulkOfStranger)
                return fail("Protocol error: unauthenticated bulk length");
            m_bulk = static_cast<qsizetype>(*length);
            if (m_position + m_bulk + 2 > kMaxRequest)
                return fail("Protocol error: too big request");
        }
        if (bufferedBytes() - m_position < m_bulk + 2)
            return Outcome::NeedMore;
        const char* end = m_buffer.constData() + m_start + m_position + m_bulk;
        if (end[0] != '\r' || end[1] != '\n')
            return fail("Protocol error: expected a line end after a bulk");
        m_ranges.push_back({m_position, m_bulk});
        m_position += m_bulk + 2;
        m_scanned = m_position;
        m_bulk = -1;
        --m_missing;
    }
    const char* base = m_buffer.constData() + m_start;
    m_arguments.reserve(m_ranges.size());
    for (const Range& range : m_ranges)
        m_arguments.emplace_back(base + range.offset, range.length);
    finishRequest(m_position);
    return Outcome::Request;
}

RequestParser::Outcome RequestParser::nextInline()
{
    const char* base = m_buffer.constData() + m_start;
    const qsizetype from = m_scanned;
    const void* found = std::memchr(base + from, '\n', static_cast<std::size_t>(bufferedBytes() - from));
    const qsizetype length = found ? static_cast<const char*>(found) - base : bufferedBytes();
    if (length > kMaxLine)
        return fail("Protocol error: too big inline request");
    if (!found) {
        m_scanned = bufferedBytes();
        return Outcome::NeedMore;
    }
    QByteArrayView line(base, length);
    if (line.endsWith('\r'))
        line.chop(1);
    QuotedWords split = splitQuotedWords(line);
    if (split.wrong)
        return fail("Protocol error: unbalanced quotes in request");
    m_words = std::move(split.words);
    m_arguments.assign(m_words.begin(), m_words.end());
    finishRequest(length + 1);
    return Outcome::Request;
}

RequestParser::Line RequestParser::readLine(qsizetype offset, QByteArrayView& line)
{
    const char* base = m_buffer.constData() + m_start;
    const qsizetype from = std::max(m_scanned, offset);
    const void* found = std::memchr(base + from, '\n', static_cast<std::size_t>(bufferedBytes() - from));
    const qsizetype end = found ? static_cast<const char*>(found) - base : bufferedBytes();
    if (end - offset > kMaxLine)
        return Line::TooLong;
    if (!found) {
        m_scanned = end;
        return Line::Partial;
    }
    line = QByteArrayView(base + offset, end - offset);
    if (line.endsWith('\r'))
        line.chop(1);
    m_position = m_scanned = end + 1;
    return Line::Whole;
}

void RequestParser::finishRequest(qsizetype length)
{
    m_start += length;
    m_position = m_scanned = 0;
    m_missing = m_bulk = -1;
    m_ranges.clear();
}

RequestParser::Outcome RequestParser::fail(QByteArray error)
{
    m_error = std::move(error);
    m_arguments.clear();
    m_buffer = QByteArray();
    m_start = 0;
    return Outcome::Error;
}

} // namespace faultline::resp
