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

struct KeyRecord
{
    QByteArrayView key;
    QByteArrayView value;
    quint64 deadline = 0;
};

/// Reads from the front; after the first thing that is wrong, wrong() says what, and everything reads as nothing.
class Reader
{
public:
    explicit Reader(const NextPiece& next)
        : m_next(next)
    {}

    QByteArray bytes(qsizetype count)
    {
        return take<QByteArray>("it is cut off", [count](QByteArrayView& rest, const char*&) {
            if (rest.size() < count)
                return std::optional<QByteArray>();
            const QByteArray taken = rest.first(count).toByteArray();
            rest = rest.sliced(count);
            return std::optional(taken);
        });
    }
    quint64 number(const char* what)
    {
        return take<quint64>(what, [](QByteArrayView& rest, const char*&) { return takeVarint(rest); });
    }
    kv::Result result(const char* what)
    {
        return take<kv::Result>(what, [](QByteArrayView& rest, const char*&) { return takeResult(rest); });
    }
    /// Valid until the next one is read.
    KeyRecord record(bool hasDeadline)
    {
        return take<KeyRecord>("a key is cut off", [hasDeadline](QByteArrayView& rest, const char*& what) {
            const auto key = takeSized(rest);
            if (!key)
                return std::optional<KeyRecord>();
            what = "a value is cut off";
            const auto value = takeSized(rest);
            if (!value)
                return std::optional<KeyRecord>();
            what = "a deadline is cut off";
            const auto deadline = hasDeadline ? takeVarint(rest) : quint64(0);
            return deadline ? std::optional(KeyRecord{*key, *value, *deadline}) : std::nullopt;
        });
    }
    bool require(bool holds, const char* what)
    {
        if (holds && !m_wrong)
            return true;
        if (!m_wrong)
            m_wrong = QStringLiteral("The snapshot of the store is damaged at byte %1: %2.")
                          .arg(m_let + m_taken)
                          .arg(QLatin1String(what));
        return false;
    }
    bool isAtEnd() { return m_taken == m_gathered.size() && !gather(); }
    const std::optional<QString>& wrong() const { return m_wrong; }

private:
    /// `from` takes off the front of what it is given, or nothing, and then it is given more. It may name what is cut
    /// off.
    template <typename T, typename From> T take(const char* what, From from)
    {
        while (!m_wrong) {
            QByteArrayView rest = QByteArrayView(m_gathered).sliced(m_taken);
            const char* cutOff = what;
            if (std::optional<T> taken = from(rest, cutOff)) {
                m_taken = m_gathered.size() - rest.size();
                return *std::move(taken);
            }
            if (!gather())
                require(false, cutOff);
        }
        return T();
    }

    /// As much again as there is, so that what is long is not begun anew for each piece of it.
    bool gather()
    {
        m_gathered.remove(0, m_taken);
        m_let += std::exchange(m_taken, 0);
        const qsizetype before = m_gathered.size();
        while (!m_ended && !m_wrong && m_gathered.size() <= 2 * before) {
            const auto piece = m_next();
            m_ended = piece && !*piece;
            if (!piece)
                m_wrong = piece.error();
            else if (!m_ended)
                m_gathered.append(**piece);
        }
        return m_gathered.size() > before;
    }

    const NextPiece& m_next;
    QByteArray m_gathered;
    qsizetype m_taken = 0; ///< of what is gathered
    qint64 m_let = 0;      ///< taken and let go of before that
    bool m_ended = false;
    std::optional<QString> m_wrong;
};

void readKeys(Reader& reader, char version, quint64 count, Tables& tables)
{
    const auto slotOf = [version](QByteArrayView key) { return version == kWithoutTime ? 0 : resp::keySlot(key); };
    QByteArray previous;
    int previousSlot = -1;
    for (quint64 i = 0; i < count && !reader.wrong(); ++i) {
        const auto [key, value, deadline] = reader.record(version != kWithoutTime);
        const int slot = slotOf(key);
        const bool isLater =
            previousSlot < slot || (previousSlot == slot && QtPrivate::compareMemory(previous, key) < 0);
        reader.require(isLater, "the keys are out of order");
        reader.require(key.size() + value.size() <= kMostTogether, "such a value cannot be");
        if (reader.require(deadline <= kLatest, "such a deadline cannot be"))
            tables.put(key, value, static_cast<qint64>(deadline));
        previous.resize(0);
        previous.append(key);
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

faultline::Result<SnapshotContent> readSnapshot(const NextPiece& next)
{
    Reader reader(next);
    const QByteArray head = reader.bytes(kHeader);
    if (!head.startsWith(kMagic))
        return Error{reader.wrong().value_or(
            QStringLiteral("This is no snapshot of the store: it does not begin with FLSTATE."))};
    const char version = head[kMagic.size()];
    if (version != kVersion && version != kWithoutTime)
        return Error{QStringLiteral("The snapshot of the store has version %1, this program reads versions %2 and %3.")
                         .arg(static_cast<unsigned char>(version))
                         .arg(int(kWithoutTime))
                         .arg(int(kVersion))};
    SnapshotContent content;
    content.stateHash = qFromLittleEndian<quint64>(head.data() + kMagic.size() + 1);
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
