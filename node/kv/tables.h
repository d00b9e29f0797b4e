// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/kv/result.h"
#include "node/kv/table.h"

#include <QByteArray>
#include <QByteArrayView>

#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace faultline::kv {

/// The keys: one table for each hash slot (common/resp/slot.h). Many small tables rather than a large one, so that a
/// snapshot can hold them all as they are at one moment without a copy (a table is copied when it is changed while a
/// snapshot still holds it), and so that SCAN can go on from a cursor that remembers nothing but a place. Both assume
/// that keys are spread; with all of them in one slot, by a {tag}, both do the work for that slot at once.
///
/// Beside them: a hash of it all, and the deadlines in their order. What has expired is there until expire() takes it.
class Tables
{
public:
    static constexpr qsizetype kMaxPage = 10'000; ///< keys of one scan()

    /// Null when there is no such key. Valid until the next change.
    const Record* find(QByteArrayView key) const;
    /// `value` may be that of a record of these tables.
    void put(QByteArrayView key, QByteArrayView value, qint64 deadline);
    bool remove(QByteArrayView key);
    void clear();
    /// Removes keys whose deadline is not after `now`, the earliest first, `most` of them.
    void expire(qint64 now, int most);

    /// These keys will be looked for, one soon after the other: fetches what that touches of all of them at once, where
    /// each would have to wait for its own. A dozen or two; more push each other out.
    void expect(std::span<const QByteArrayView> keys) const;

    quint64 size() const { return m_size; }
    quint64 withDeadline() const { return m_deadlines.size(); }
    std::optional<qint64> earliestDeadline() const;
    /// The sum, modulo 2^64, of a hash of each key with its value and its deadline.
    quint64 hash() const { return m_hash; }

    /// About `count` keys (1 to kMaxPage) from `cursor` on, 0 for the first. Going from cursor to cursor until it is 0
    /// gives every key that was there all the while, perhaps twice. Expired keys are among them.
    Page scan(quint64 cursor, qsizetype count) const;

    /// Those that are not empty, in the order of their slots; they share their content.
    std::vector<Table> copies() const;

private:
    void noteChange(const Table& table, bool wasEmpty);
    void setDeadline(Record& record, qint64 deadline);

    std::vector<Table> m_tables;     ///< by slot; none before the first key
    std::vector<quint64> m_occupied; ///< a bit a slot
    std::set<std::pair<qint64, QByteArray>> m_deadlines;
    quint64 m_size = 0;
    quint64 m_hash = 0;
};

} // namespace faultline::kv
