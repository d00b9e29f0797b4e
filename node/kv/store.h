// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "node/kv/command.h"
#include "node/kv/result.h"
#include "node/kv/sessions.h"
#include "node/kv/snapshot.h"
#include "node/kv/tables.h"

#include <QByteArray>

#include <optional>
#include <span>

namespace faultline::kv {

/// What makes the store right, each on. One switched off shows what it is for, and what finds it missing.
struct StoreRules
{
    bool sessionsRemember = true; ///< a call said again in its session is answered from memory, not applied again
};

/// The replicated state: keys and their values. Every node applies the same log entries in the same order, and because
/// nothing else goes in (no clock, no chance), every node gets the same state and the same results (state machine
/// replication, Schneider 1990). Words of errors are Redis'.
///
/// Time goes in as a part of the entries, see node/kv/time.h: a key is there until an entry with a stamp at or after
/// its deadline is applied. What has expired is removed a little at each entry, and reads as absent until then.
class Store
{
public:
    /// Of values that one reply has together.
    static constexpr qsizetype kMaxReply = qsizetype(32) << 20;
    /// Keys that one entry removes because they have expired: one that came for that, and any other, of which there may
    /// be a thousand in a turn.
    static constexpr int kExpiredByTime = 1024;
    static constexpr int kExpiredByOther = 16;

    explicit Store(StoreRules rules = {})
        : m_rules(rules)
    {}

    /// `payload` is an encoded command. What is not one changes nothing and gives a Failure, on every node alike.
    Result apply(QByteArrayView payload);
    /// The same of a payload that isRead() and whose result nobody waits for: what it would have changed.
    void passBy(QByteArrayView payload);
    /// These will be applied one after the other, some dozen of them: fetches the memory that this touches, of all at
    /// once, instead of one after the other. Changes nothing.
    void expect(std::span<const QByteArrayView> payloads) const;

    /// The result that apply() would give now, of a payload that isRead(); a Failure of every other one. Linearizable
    /// only if the caller made sure that this state has all that was acknowledged before the read arrived. `now` is the
    /// reader's own time: how long a key still lives is counted from it, but whether it lives is as the state says.
    Result read(QByteArrayView payload, qint64 now = 0) const;

    /// What was emptied (FLUSHALL), to be freed where that holds nobody up. Nothing, mostly.
    std::optional<Tables::Dropped> takeDropped() { return std::exchange(m_dropped, std::nullopt); }

    /// Empties it, and leaves what was in it to be freed as above.
    Tables::Dropped clear() { return m_tables.clear(); }

    /// The first `most` bytes of a value.
    std::optional<QByteArray> peek(QByteArrayView key, qsizetype most = kMaxValue) const;
    std::size_t sessions() const { return m_sessions.size(); }
    quint64 keys() const { return m_tables.size(); }
    quint64 keysWithDeadline() const { return m_tables.withDeadline(); }
    quint64 expired() const { return m_expired; } ///< keys that this process saw expire

    /// In milliseconds: see node/kv/time.h.
    qint64 time() const { return m_time; }
    qint64 lag() const { return m_lag; }
    std::optional<qint64> earliestDeadline() const { return m_tables.earliestDeadline(); }

    /// Tells two states apart: equal states have equal hashes, whatever order they came about in, and different states
    /// almost surely different ones. The sum, modulo 2^64, of a hash of each key with its value and deadline, of each
    /// session and of each reply kept for one, and of the time; 0 when there was never anything.
    quint64 stateHash() const;

    SnapshotWriter snapshot() const;
    /// Becomes the state that was written. The error is one sentence, and then nothing changed.
    faultline::Result<void> restore(const NextPiece& next);

private:
    void passTime(const Command& command);
    Result applyKeyed(const Command& command);
    Result call(const Command& command);
    Result readKeyed(const Command& command, qint64 now) const;
    /// Null when there is no such key, or it has expired.
    const Record* find(QByteArrayView key) const;

    Result get(QByteArrayView key) const;
    Result getMany(std::span<const QByteArrayView> keys) const;
    Result timeToLive(QByteArrayView key, QByteArrayView flags, qint64 now) const;
    Result scan(const Command& command) const;
    Result setWith(const Command& command);
    Result append(QByteArrayView key, QByteArrayView value);
    Result increment(QByteArrayView key, qint64 by);
    Result expire(const Command& command);
    Result persist(QByteArrayView key);
    Result getDelete(QByteArrayView key);
    qint64 remove(std::span<const QByteArrayView> keys);
    qint64 count(std::span<const QByteArrayView> keys) const;

    StoreRules m_rules;
    Tables m_tables;
    std::optional<Tables::Dropped> m_dropped;
    Sessions m_sessions;
    qint64 m_time = 0;
    qint64 m_lag = 0;
    quint64 m_expired = 0;
};

} // namespace faultline::kv
