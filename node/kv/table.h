// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/kv/record.h"

#include <QByteArrayView>

#include <vector>

namespace faultline::kv {

/// The keys of one hash slot: a hash table with linear probing (Knuth, The Art of Computer Programming, 6.4), in one
/// piece of memory: of each place a byte of its key's hash, then the records. Implicitly shared, also between threads:
/// copying it costs nothing until one of the two is changed.
///
/// The caller brings the hash of each key, hashOf().
class Table
{
public:
    Table() = default;
    Table(const Table& other);
    Table(Table&& other) noexcept
        : m_places(std::exchange(other.m_places, nullptr))
    {}
    Table& operator=(Table other) noexcept
    {
        std::swap(m_places, other.m_places);
        return *this;
    }
    ~Table();

    static quint64 hashOf(QByteArrayView key);

    qsizetype size() const;
    bool isEmpty() const { return size() == 0; }

    const Record* find(QByteArrayView key, quint64 hash) const;
    /// To be changed; null when there is no such key. Valid until the next change of the table.
    RecordPointer* toChange(QByteArrayView key, quint64 hash);
    /// Of a key that is not there.
    void insert(RecordPointer record, quint64 hash);
    /// False when there is no such key.
    bool remove(QByteArrayView key, quint64 hash);

    /// In no order. Valid until the next change of the table.
    std::vector<const Record*> records() const;

    /// Fetches what find() touches before it comes to the record, without waiting for it.
    void prefetch() const;

private:
    struct Places;
    static Places* make(quint32 places);
    static void release(Places* places);
    /// The place of the key, or the free one where it would be.
    static quint32 placeOf(const Places& places, QByteArrayView key, quint64 hash);
    static void add(Places& places, RecordPointer record, quint64 hash);
    /// Makes it this table's own, with room for `records`.
    void own(quint32 records);

    Places* m_places = nullptr; ///< none: empty
};

} // namespace faultline::kv
