// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <span>
#include <vector>

namespace faultline::resp {

/// What a Redis client sends is a list of byte strings, a command and its arguments, in one of two dresses: an array of
/// bulk strings ("*2\r\n$3\r\nGET\r\n$1\r\nx\r\n"), which programs write, or one line of words ("GET x\r\n"), which a
/// person types into telnet. This cuts a stream of either into commands.
/// https://redis.io/docs/reference/protocol-spec
///
/// Arguments are views into the parser's own buffer: nothing is copied a command, and they are good until the next call
/// of a non-const function. Work done on a half command is kept, so feeding it byte by byte costs no more. A claimed
/// length or count reserves nothing before its bytes arrive.
inline constexpr qsizetype kMaxBulk = qsizetype(16) << 20;         ///< bytes of one argument
inline constexpr qsizetype kMaxArguments = qsizetype(1024) * 1024; ///< of one command
inline constexpr qsizetype kMaxRequest = qsizetype(32) << 20;      ///< bytes of one command, as sent
inline constexpr qsizetype kMaxLine = qsizetype(64) << 10;         ///< bytes of an inline command or of a length

/// The same of a client that has not given the password yet: enough for AUTH and HELLO, so that nobody unknown can make
/// a server keep much.
inline constexpr qsizetype kMaxBulkOfStranger = qsizetype(16) << 10;
inline constexpr qsizetype kMaxArgumentsOfStranger = 10;

class RequestParser
{
public:
    enum class Outcome {
        NeedMore, ///< no whole command yet
        Request,  ///< arguments() holds the next one; it has at least one argument
        Error,    ///< the stream can no longer be followed: answer error(), close. Stays so.
    };

    void append(QByteArrayView bytes);
    /// The same without a copy in between: room for `most` bytes, and how many of them were then filled, from the
    /// start.
    char* room(qsizetype most);
    void filled(qsizetype bytes);

    /// `isOfStranger`: whether the smaller bounds hold for what is announced from here on.
    Outcome next(bool isOfStranger = false);
    std::span<const QByteArrayView> arguments() const { return m_arguments; }
    /// In Redis' own words, without the code: "Protocol error: invalid bulk length".
    const QByteArray& error() const { return m_error; }

    qsizetype bufferedBytes() const { return m_buffer.size() - m_start; } ///< of commands to come
    qsizetype keptBytes() const { return m_buffer.size(); }               ///< those and what arguments() may point to
    /// Frees what was kept of commands that are done with, so that an idle client's last one is not kept.
    void letGo();

private:
    struct Range
    {
        qsizetype offset; ///< from m_start
        qsizetype length;
    };
    enum class Line { Whole, Partial, TooLong };

    Outcome nextArray(bool isOfStranger);
    Outcome nextInline();
    Outcome fail(QByteArray error);
    Line readLine(qsizetype offset, QByteArrayView& line);
    void finishRequest(qsizetype length);

    QByteArray m_buffer;
    qsizetype m_room = 0;     ///< at the end of m_buffer, not filled yet
    qsizetype m_start = 0;    ///< the first byte of the command being parsed
    qsizetype m_position = 0; ///< from m_start: what is parsed of it
    qsizetype m_scanned = 0;  ///< from m_start: no line end lies between m_position and here
    qsizetype m_missing = -1; ///< arguments of the array still to come; -1: its count is not read yet
    qsizetype m_bulk = -1;    ///< length of the bulk being read; -1: not read yet
    std::vector<Range> m_ranges;
    std::vector<QByteArrayView> m_arguments;
    std::vector<QByteArray> m_words; ///< what the arguments of an inline command point to
    QByteArray m_error;
};

} // namespace faultline::resp
