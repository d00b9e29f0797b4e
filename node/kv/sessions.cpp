// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/sessions.h"

#include "node/kv/varint.h"

#include <xxhash.h>

#include <array>

namespace faultline::kv {

namespace {

quint64 hashOfNumbers(char kind, std::array<quint64, 3> numbers)
{
    QByteArray bytes(1, kind);
    for (const quint64 number : numbers)
        appendVarint(bytes, number);
    return XXH3_64bits(bytes.constData(), static_cast<std::size_t>(bytes.size()));
}

quint64 hashOfReply(quint64 id, quint64 sequence, const Result& result)
{
    QByteArray bytes;
    appendResult(bytes, result);
    return XXH3_64bits_withSeed(bytes.constData(), static_cast<std::size_t>(bytes.size()),
                                hashOfNumbers('r', {id, sequence, 0}));
}

quint64 hashOfSession(quint64 id, const Sessions::Session& session)
{
    return hashOfNumbers('s', {id, session.lastUse, session.ackedBelow});
}

} // namespace

quint64 Sessions::open()
{
    const quint64 id = ++m_lastId;
    Session& session = m_sessions[id];
    session.lastUse = ++m_uses;
    m_byLastUse.emplace(session.lastUse, id);
    m_hash += hashOfSession(id, session);
    evict();
    return id;
}

std::optional<Result> Sessions::replyOrApply(const SessionCall& call)
{
    const QByteArray name = QByteArray::number(call.session);
    const auto found = m_sessions.find(call.session);
    if (found == m_sessions.end())
        return Failure{call.session == 0 || call.session > m_lastId
                           ? "NOSESSION No session " + name + " was ever opened, SESSION OPEN gives one"
                           : "NOSESSION Session " + name + " was evicted, since " +
                                 QByteArray::number(qulonglong(kMaxSessions)) +
                                 " others were used later or replies took too much room; whether calls without a "
                                 "reply were done is not known"};
    Session& session = found->second;
    use(call.session, session);
    acknowledge(call.session, session, call.ackedBelow);
    if (call.sequence < session.ackedBelow)
        return Failure{"ERR sequence number " + QByteArray::number(call.sequence) + " of session " + name +
                       " was acknowledged, as all below " + QByteArray::number(session.ackedBelow) +
                       " are: its reply is gone and it cannot be said again"};
    if (const auto reply = session.replies.constFind(call.sequence); reply != session.replies.constEnd())
        return *reply;
    if (session.replies.size() >= kMaxReplies || session.bytes >= kFullBytes)
        return Failure{"ERR session " + name + " keeps " + QByteArray::number(session.replies.size()) + " replies of " +
                       QByteArray::number(session.bytes) +
                       " bytes that were not acknowledged, nothing was done: acknowledge some first"};
    return std::nullopt;
}

void Sessions::remember(const SessionCall& call, const Result& result)
{
    keep(call.session, m_sessions.at(call.session), call.sequence, result);
    evict();
}

void Sessions::use(quint64 id, Session& session)
{
    m_hash -= hashOfSession(id, session);
    m_byLastUse.erase(session.lastUse);
    session.lastUse = ++m_uses;
    m_byLastUse.emplace(session.lastUse, id);
    m_hash += hashOfSession(id, session);
}

void Sessions::acknowledge(quint64 id, Session& session, quint64 below)
{
    if (below <= session.ackedBelow)
        return;
    m_hash -= hashOfSession(id, session);
    session.ackedBelow = below;
    m_hash += hashOfSession(id, session);
    while (!session.replies.isEmpty() && session.replies.firstKey() < below) {
        const auto reply = session.replies.begin();
        m_hash -= hashOfReply(id, reply.key(), *reply);
        session.bytes -= sizeOf(*reply);
        m_bytes -= sizeOf(*reply);
        session.replies.erase(reply);
    }
}

void Sessions::keep(quint64 id, Session& session, quint64 sequence, const Result& result)
{
    session.replies.insert(sequence, result);
    session.bytes += sizeOf(result);
    m_bytes += sizeOf(result);
    m_hash += hashOfReply(id, sequence, result);
}

void Sessions::evict()
{
    while (m_sessions.size() > kMaxSessions || (m_bytes > kMaxBytes && m_sessions.size() > 1)) {
        const auto oldest = m_byLastUse.begin();
        const auto session = m_sessions.find(oldest->second);
        const auto& replies = session->second.replies;
        for (auto reply = replies.cbegin(); reply != replies.cend(); ++reply)
            m_hash -= hashOfReply(session->first, reply.key(), *reply);
        m_hash -= hashOfSession(session->first, session->second);
        m_bytes -= session->second.bytes;
        m_sessions.erase(session);
        m_byLastUse.erase(oldest);
    }
}

quint64 Sessions::hash() const
{
    return m_lastId == 0 ? 0 : m_hash + hashOfNumbers('c', {m_lastId, m_uses, 0});
}

bool Sessions::restoreCounters(quint64 lastId, quint64 uses)
{
    m_lastId = lastId;
    m_uses = uses;
    return uses >= lastId;
}

bool Sessions::restoreSession(quint64 id, quint64 lastUse, quint64 ackedBelow)
{
    if (id == 0 || id > m_lastId || lastUse == 0 || lastUse > m_uses || m_sessions.size() >= kMaxSessions)
        return false;
    if (m_sessions.count(id) > 0 || !m_byLastUse.emplace(lastUse, id).second)
        return false;
    Session& session = m_sessions[id];
    session.lastUse = lastUse;
    session.ackedBelow = ackedBelow;
    m_hash += hashOfSession(id, session);
    return true;
}

bool Sessions::restoreReply(quint64 id, quint64 sequence, const Result& result)
{
    const auto found = m_sessions.find(id);
    if (found == m_sessions.end() || found->second.replies.contains(sequence))
        return false;
    Session& session = found->second;
    if (sequence < session.ackedBelow || session.replies.size() >= kMaxReplies)
        return false;
    // Of their bytes no bound is certain: the last reply may be of any size, and need not be that of the last number.
    keep(id, session, sequence, result);
    return true;
}

namespace {

/// Each by a 0, or by a 1 and what it is.
void appendValues(QByteArray& out, const Values& values)
{
    appendVarint(out, values.all.size());
    for (const auto& value : values.all) {
        out.append(value ? '\1' : '\0');
        if (value)
            appendSized(out, *value);
    }
}

std::optional<Values> takeValues(QByteArrayView& bytes)
{
    const auto count = takeVarint(bytes);
    // Each takes a byte at least, so a false count cannot reserve much.
    if (!count || *count > static_cast<quint64>(bytes.size()))
        return std::nullopt;
    Values values;
    values.all.reserve(*count);
    for (quint64 i = 0; i < *count; ++i) {
        if (bytes.isEmpty() || (bytes.front() != '\0' && bytes.front() != '\1'))
            return std::nullopt;
        const bool isThere = bytes.front() == '\1';
        bytes = bytes.sliced(1);
        const auto value = isThere ? takeSized(bytes) : std::nullopt;
        if (isThere && !value)
            return std::nullopt;
        values.all.push_back(value ? std::optional(value->toByteArray()) : std::nullopt);
    }
    return values;
}

} // namespace

qsizetype sizeOf(const Result& result)
{
    constexpr qsizetype kEach = 64; // what a reply takes beside its text
    if (const auto* value = std::get_if<Value>(&result))
        return kEach + value->bytes.size();
    if (const auto* failure = std::get_if<Failure>(&result))
        return kEach + failure->text.size();
    qsizetype size = kEach;
    if (const auto* values = std::get_if<Values>(&result)) {
        for (const auto& value : values->all)
            size += kEach + (value ? value->size() : 0);
    }
    return size;
}

void appendResult(QByteArray& out, const Result& result)
{
    out.append(static_cast<char>(result.index()));
    if (const auto* value = std::get_if<Value>(&result))
        appendSized(out, value->bytes);
    else if (const auto* integer = std::get_if<Integer>(&result))
        appendVarint(out, static_cast<quint64>(integer->value));
    else if (const auto* failure = std::get_if<Failure>(&result))
        appendSized(out, failure->text);
    else if (const auto* word = std::get_if<Word>(&result))
        appendSized(out, word->text);
    else if (const auto* values = std::get_if<Values>(&result))
        appendValues(out, *values);
}

std::optional<Result> takeResult(QByteArrayView& bytes)
{
    if (bytes.isEmpty())
        return std::nullopt;
    const char kind = bytes.front();
    QByteArrayView rest = bytes.sliced(1);
    std::optional<Result> result;
    if (kind == 0) {
        result = Ok{};
    } else if (kind == 1) {
        result = Nil{};
    } else if (kind == 3) {
        if (const auto number = takeVarint(rest))
            result = Integer{static_cast<qint64>(*number)};
    } else if (kind == 2 || kind == 4 || kind == 5) {
        if (const auto text = takeSized(rest))
            result = kind == 2   ? Result(Value{text->toByteArray()})
                     : kind == 4 ? Result(Failure{text->toByteArray()})
                                 : Result(Word{text->toByteArray()});
    } else if (kind == 6) {
        if (auto values = takeValues(rest))
            result = *std::move(values);
    }
    if (result)
        bytes = rest;
    return result;
}

} // namespace faultline::kv
