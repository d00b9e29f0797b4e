// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/snapshot.h"

#include "node/kv/varint.h"

#include "common/resp/slot.h"

#include <QtEndian>

#include <algorithm>
#include <limits>
#include <utility>

namespace faultline::kv {

namespace {

constexpr QByteArrayView kMagic("FLSTATE");
constexpr char kVersion = 2;
constexpr char kWithoutTime = 1;
constexpr qsizetype kHeader = 16;

} // namespace

SnapshotWriter::SnapshotWriter(State state)
    : m_state(std::move(state))
{
    m_written.append(kMagic).append(kVersion);
    QByteArray hash(8, '\0');
    qToLittleEndian(m_state.hash, hash.data());
    m_written.append(hash);
    appendVarint(m_written, m_state.keys);
    appendVarint(m_written, m_state.sessions.lastId());
    appendVarint(m_written, m_state.sessions.uses());
    appendVarint(m_written, m_state.sessions.size());
    appendVarint(m_written, static_cast<quint64>(m_state.time));
    appendVarint(m_written, static_cast<quint64>(m_state.lag));
}

QByteArray SnapshotWriter::next(qsizetype maxBytes)
{
    while (m_written.size() < maxBytes && writeOne()) {
    }
    const QByteArray piece(m_written.constData(), std::min(m_written.size(), maxBytes));
    m_written.remove(0, piece.size()); // what is left is a part of a table
    return piece;
}

void SnapshotWriter::writeTable(const Table& table)
{
    std::vector<const Record*> records = table.records();
    std::sort(records.begin(), records.end(),
              [](const Record* a, const Record* b) { return QtPrivate::compareMemory(a->key(), b->key()) < 0; });
    for (const Record* record : records) {
        appendSized(m_written, record->key());
        appendSized(m_written, record->value());
        appendVarint(m_written, static_cast<quint64>(record->deadline));
    }
}

bool SnapshotWriter::writeOne()
{
    if (m_nextTable < m_state.tables.size()) {
        // Let go of, so that the store need not copy it any more when it changes it.
        writeTable(std::exchange(m_state.tables[m_nextTable++], Table()));
        return true;
    }
    const auto following = m_state.sessions.all().upper_bound(m_lastSession);
    if (following == m_state.sessions.all().end())
        return false;
    const auto& [id, session] = *following;
    appendVarint(m_written, id);
    appendVarint(m_written, session.lastUse);
    appendVarint(m_written, session.ackedBelow);
    appendVarint(m_written, static_cast<quint64>(session.replies.size()));
    for (auto reply = session.replies.cbegin(); reply != session.replies.cend(); ++reply) {
        appendVarint(m_written, reply.key());
        appendResult(m_written, *reply);
    }
    m_lastSession = id;
    return true;
}

namespace {

constexpr quint64 kLatest = static_cast<quint64>(std::numeric_limits<qint64>::max());
constexpr qsizetype kMostTogether = std::numeric_limits<quint32>::max(); // of a key and its value in a Record

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

void readKeys(Reader& reader, char version, quint64 count, Tables& tables)
{
    const auto slotOf = [version](QByteArrayView key) { return version == kWithoutTime ? 0 : resp::keySlot(key); };
    QByteArrayView previous;
    int previousSlot = -1;
    for (quint64 i = 0; i < count && !reader.wrong(); ++i) {
        const QByteArrayView key = reader.sized("a key is cut off");
        const QByteArrayView value = reader.sized("a value is cut off");
        const quint64 deadline = version == kWithoutTime ? 0 : reader.number("a deadline is cut off");
        const int slot = slotOf(key);
        const bool isLater =
            previousSlot < slot || (previousSlot == slot && QtPrivate::compareMemory(previous, key) < 0);
        reader.require(isLater, "the keys are out of order");
        reader.require(key.size() + value.size() <= kMostTogether, "such a value cannot be");
        if (reader.require(deadline <= kLatest, "such a deadline cannot be"))
            tables.put(key, value, static_cast<qint64>(deadline));
        previous = key;
        previousSlot = slot;
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
    const char version = bytes[kMagic.size()];
    if (version != kVersion && version != kWithoutTime)
        return Error{QStringLiteral("The snapshot of the store has version %1, this program reads versions %2 and %3.")
                         .arg(static_cast<unsigned char>(version))
                         .arg(int(kWithoutTime))
                         .arg(int(kVersion))};
    SnapshotContent content;
    content.stateHash = qFromLittleEndian<quint64>(bytes.data() + kMagic.size() + 1);
    Reader reader(bytes.sliced(kHeader));
    const quint64 keys = reader.number("the number of keys is cut off");
    const quint64 opened = reader.number("the number of sessions is cut off");
    const quint64 uses = reader.number("the number of uses is cut off");
    const quint64 open = reader.number("the number of open sessions is cut off");
    if (version != kWithoutTime) {
        const quint64 time = reader.number("the time is cut off");
        const quint64 lag = reader.number("the lag is cut off");
        reader.require(time <= kLatest && lag <= kLatest, "such a time cannot be");
        content.time = static_cast<qint64>(time);
        content.lag = static_cast<qint64>(lag);
    }
    reader.require(content.sessions.restoreCounters(opened, uses), "sessions were used less often than opened");
    readKeys(reader, version, keys, content.tables);
    readSessions(reader, open, content.sessions);
    reader.require(reader.isAtEnd(), "nothing should follow");
    if (reader.wrong())
        return Error{*reader.wrong()};
    return content;
}

} // namespace faultline::kv
