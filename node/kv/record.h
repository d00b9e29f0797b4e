// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <atomic>
#include <utility>

namespace faultline::kv {

/// A key, its value and what else is known of it, in one piece of memory: what a look at a key costs is the memory it
/// touches. Several tables may hold the same one, on several threads; only one held once may be written to.
class Record
{
public:
    QByteArrayView key() const { return {bytes(), static_cast<qsizetype>(m_keySize)}; }
    QByteArrayView value() const { return {bytes() + m_keySize, static_cast<qsizetype>(m_valueSize)}; }

    qint64 deadline = 0; ///< from when on the key has no value: milliseconds since 1970; 0: never
    quint64 hash = 0;    ///< of the key, the value and the deadline: its share of Tables::hash()

    /// Fetches what put() and find() touch, without waiting for it.
    void prefetch() const;

private:
    friend class RecordPointer;
    Record(QByteArrayView key, QByteArrayView value, qsizetype room);
    char* bytes() { return reinterpret_cast<char*>(this + 1); }
    const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

    std::atomic<quint32> m_holders{1};
    quint32 m_keySize;
    quint32 m_valueSize;
    quint32 m_room; ///< for the value
};

/// Holds a record, or none.
class RecordPointer
{
public:
    RecordPointer() = default;
    RecordPointer(const RecordPointer& other)
        : m_record(other.m_record)
    {
        if (m_record)
            m_record->m_holders.fetch_add(1, std::memory_order_relaxed);
    }
    RecordPointer(RecordPointer&& other) noexcept
        : m_record(std::exchange(other.m_record, nullptr))
    {}
    RecordPointer& operator=(RecordPointer other) noexcept
    {
        std::swap(m_record, other.m_record);
        return *this;
    }
    ~RecordPointer();

    /// A new one, held once. Key and value together have less than 4 GB.
    static RecordPointer of(QByteArrayView key, QByteArrayView value);
    /// The same record with this value, or, where it is held by others too or has no room (or far too much), a new one
    /// in its place with the same key. `value` may be a part of the record's own.
    void setValue(QByteArrayView value);

    Record* operator->() const { return m_record; }
    Record& operator*() const { return *m_record; }
    const Record* get() const { return m_record; }

private:
    explicit RecordPointer(Record* record)
        : m_record(record)
    {}
    Record* m_record = nullptr;
};

} // namespace faultline::kv
