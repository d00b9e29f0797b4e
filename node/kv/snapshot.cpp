// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/snapshot.h"

#include "node/kv/varint.h"

#include <QtEndian>

#include <algorithm>

namespace faultline::kv {

namespace {

constexpr QByteArrayView kMagic("FLSTATE");
constexpr char kVersion = 1;
constexpr qsizetype kHeader = 16;

} // namespace

SnapshotWriter::SnapshotWriter(const QHash<QByteArray, QByteArray>& values, Sessions sessions, quint64 stateHash)
    : m_values(values.keyValueBegin(), values.keyValueEnd())
    , m_sessions(std::move(sessions))
{
    m_written.append(kMagic).append(kVersion);
    QByteArray hash(8, '\0');
    qToLittleEndian(stateHash, hash.data());
    m_written.append(hash);
    appendVarint(m_written, m_values.size());
    appendVarint(m_written, m_sessions.lastId());
    appendVarint(m_written, m_sessions.uses());
    appendVarint(m_written, m_sessions.size());
}

QByteArray SnapshotWriter::next(qsizetype maxBytes)
{
    while (m_written.size() < maxBytes && writeOne()) {
    }
    const QByteArray piece = m_written.first(std::min(maxBytes, m_written.size()));
    m_written.remove(0, piece.size());
    return piece;
}

bool SnapshotWriter::writeOne()
{
    if (const auto key = m_values.begin(); key != m_values.end()) {
        appendSized(m_written, key->first);
        appendSized(m_written, key->second);
        m_values.erase(key);
        return true;
    }
    const auto following = m_sessions.all().upper_bound(m_lastSession);
    if (following == m_sessions.all().end())
        return false;
    const auto& [id, session] = *following;
    appendVarint(m_written, id);
    appendVarint(m_written, session.lastUse);
    appendVarint(m_written, session.ackedBelow);
    appendVarint(m_written, session.replies.size());
    for (const auto& [sequence, result] : session.replies) {
        appendVarint(m_written, sequence);
        appendResult(m_written, result);
    }
    m_lastSession = id;
    return true;
}

namespace {

/// Reads from the front; after the first thing that is wrong, `wrong` says what, and everything reads as nothing.
class Reader
{
public:
    explicit Reader(QByteArrayView bytes)
        : m_rest(bytes)
        , m_size(bytes.size())
    {}

    quint64 number(const char* what)
    {
        const auto taken = m_wrong ? std::nullopt : takeVarint(m_rest);
        return require(taken.has_value(), what) ? *taken : 0;
    }
    QByteArrayView sized(const char* what)
    {
        const auto taken = m_wrong ? std::nullopt : takeSized(m_rest);
        return require(taken.has_value(), what) ? *taken : QByteArrayView();
    }
    kv::Result result(const char* what)
    {
        auto taken = m_wrong ? std::nullopt : takeResult(m_rest);
        return require(taken.has_value(), what) ? std::move(*taken) : kv::Result();
    }
    bool require(bool holds, const char* what)
    {
        if (holds && !m_wrong)
            return true;
        if (!m_wrong)
            m_wrong = QStringLiteral("The snapshot of the store is damaged at byte %1 of %2: %3.")
                          .arg(m_size - m_rest.size())
                          .arg(m_size)
                          .arg(QLatin1String(what));
        return false;
    }
    bool isAtEnd() const { return m_rest.isEmpty(); }
    const std::optional<QString>& wrong() const { return m_wrong; }

private:
    QByteArrayView m_rest;
    qsizetype m_size;
    std::optional<QString> m_wrong;
};

void readValues(Reader& reader, quint64 count, QHash<QByteArray, QByteArray>& values)
{
    QByteArrayView previous;
    for (quint64 i = 0; i < count && !reader.wrong(); ++i) {
        const QByteArrayView key = reader.sized("a key is cut off");
        const QByteArrayView value = reader.sized("a value is cut off");
        if (reader.require(i == 0 || QtPrivate::compareMemory(previous, key) < 0, "the keys are out of order"))
            values.insert(key.toByteArray(), value.toByteArray());
        previous = key;
    }
}

void readSessions(Reader& reader, quint64 count, Sessions& sessions)
{
    quint64 previous = 0;
    for (quint64 i = 0; i < count && !reader.wrong(); ++i) {
        const quint64 id = reader.number("a session is cut off");
        const quint64 lastUse = reader.number("a session is cut off");
        const quint64 ackedBelow = reader.number("a session is cut off");
        const quint64 replies = reader.number("a session is cut off");
        reader.require(id > previous, "the sessions are out of order");
        reader.require(sessions.restoreSession(id, lastUse, ackedBelow), "such a session cannot be");
        previous = id;
        for (quint64 k = 0; k < replies && !reader.wrong(); ++k) {
            const quint64 sequence = reader.number("a reply is cut off");
            const kv::Result result = reader.result("a reply is cut off");
            reader.require(sessions.restoreReply(id, sequence, result), "such a reply cannot be");
        }
    }
}

} // namespace

faultline::Result<SnapshotContent> readSnapshot(QByteArrayView bytes)
{
    if (bytes.size() < kHeader || !bytes.startsWith(kMagic))
        return Error{QStringLiteral("This is no snapshot of the store: it does not begin with FLSTATE.")};
    if (bytes[kMagic.size()] != kVersion)
        return Error{QStringLiteral("The snapshot of the store has version %1, this program reads version %2.")
                         .arg(static_cast<unsigned char>(bytes[kMagic.size()]))
                         .arg(int(kVersion))};
    SnapshotContent content;
    content.stateHash = qFromLittleEndian<quint64>(bytes.data() + kMagic.size() + 1);
    Reader reader(bytes.sliced(kHeader));
    const quint64 keys = reader.number("the number of keys is cut off");
    const quint64 opened = reader.number("the number of sessions is cut off");
    const quint64 uses = reader.number("the number of uses is cut off");
    const quint64 open = reader.number("the number of open sessions is cut off");
    reader.require(content.sessions.restoreCounters(opened, uses), "sessions were used less often than opened");
    readValues(reader, keys, content.values);
    readSessions(reader, open, content.sessions);
    reader.require(reader.isAtEnd(), "nothing should follow");
    if (reader.wrong())
        return Error{*reader.wrong()};
    return content;
}

} // namespace faultline::kv
