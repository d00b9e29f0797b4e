// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "node/kv/command.h"
#include "node/kv/result.h"
#include "node/kv/sessions.h"
#include "node/kv/snapshot.h"

#include <QByteArray>
#include <QHash>

#include <optional>

namespace faultline::kv {

/// What makes the store right, each on. One switched off shows what it is for, and what finds it missing.
struct StoreRules
{
    bool sessionsRemember = true; ///< a call said again in its session is answered from memory, not applied again
};

/// The replicated state: keys and their values. Every node applies the same log entries in the same order, and because
/// nothing else goes in (no clock, no chance), every node gets the same state and the same results (state machine
/// replication, Schneider 1990). Words of errors are Redis'.
class Store
{
public:
    explicit Store(StoreRules rules = {})
        : m_rules(rules)
    {}

    /// `payload` is an encoded command. What is not one changes nothing and gives a Failure, on every node alike.
    Result apply(QByteArrayView payload);

    /// The result that apply() would give now, of a payload that isRead(); a Failure of every other one. Linearizable
    /// only if the caller made sure that this state has all that was acknowledged before the read arrived.
    Result read(QByteArrayView payload) const;

    std::optional<QByteArray> peek(QByteArrayView key) const;
    std::size_t sessions() const { return m_sessions.size(); }
    quint64 keys() const { return static_cast<quint64>(m_values.size()); }

    /// Tells two states apart: equal states have equal hashes, whatever order they came about in, and different states
    /// almost surely different ones. The sum, modulo 2^64, of a hash of each key with its value, of each session and of
    /// each reply kept for one; 0 when there was never anything.
    quint64 stateHash() const { return m_hash + m_sessions.hash(); }

    SnapshotWriter snapshot() const;
    /// Becomes the state that was written. The error is one sentence, and then nothing changed.
    faultline::Result<void> restore(QByteArrayView snapshot);

private:
    Result applyKeyed(const Command& command);
    Result call(const Command& command);
    Result get(QByteArrayView key) const;
    Result set(QByteArrayView key, QByteArrayView value);
    Result increment(QByteArrayView key);
    qint64 remove(std::span<const QByteArrayView> keys);
    qint64 count(std::span<const QByteArrayView> keys) const;

    StoreRules m_rules;
    QHash<QByteArray, QByteArray> m_values;
    quint64 m_hash = 0; ///< of m_values
    Sessions m_sessions;
};

} // namespace faultline::kv
