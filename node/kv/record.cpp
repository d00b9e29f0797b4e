// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/record.h"

#include <cstring>
#include <new>

namespace faultline::kv {

namespace {

void copy(char* to, QByteArrayView bytes)
{
    if (!bytes.isEmpty()) // memmove() from nowhere is undefined even for no bytes
        std::memmove(to, bytes.data(), static_cast<std::size_t>(bytes.size()));
}

} // namespace

Record::Record(QByteArrayView key, QByteArrayView value, qsizetype room)
    : m_keySize(static_cast<quint32>(key.size()))
    , m_valueSize(static_cast<quint32>(value.size()))
    , m_room(static_cast<quint32>(room))
{
    copy(bytes(), key);
    copy(bytes() + m_keySize, value);
}

void Record::prefetch() const
{
    constexpr std::size_t kLine = 64;
    constexpr std::size_t kMost = 6 * kLine; // how large it is stands in it
    for (std::size_t at = 0; at < kMost; at += kLine)
        __builtin_prefetch(reinterpret_cast<const char*>(this) + at, 1);
}

RecordPointer RecordPointer::of(QByteArrayView key, QByteArrayView value)
{
    // What malloc() would round up to anyway.
    constexpr qsizetype kStep = 16;
    constexpr qsizetype kHead = sizeof(Record);
    const qsizetype size = (kHead + key.size() + value.size() + kStep - 1) / kStep * kStep;
    void* memory = ::operator new(static_cast<std::size_t>(size));
    return RecordPointer(new (memory) Record(key, value, size - kHead - key.size()));
}

RecordPointer::~RecordPointer()
{
    if (m_record && m_record->m_holders.fetch_sub(1, std::memory_order_acq_rel) == 1) {
        m_record->~Record();
        ::operator delete(m_record);
    }
}

void RecordPointer::setValue(QByteArrayView value)
{
    Record& record = *m_record;
    const auto room = static_cast<qsizetype>(record.m_room);
    constexpr qsizetype kSmall = 64; // not worth a new piece of memory
    if (record.m_holders.load(std::memory_order_acquire) == 1 && value.size() <= room &&
        (room / 2 <= value.size() || room <= kSmall)) {
        copy(record.bytes() + record.m_keySize, value);
        record.m_valueSize = static_cast<quint32>(value.size());
        return;
    }
    RecordPointer fresh = of(record.key(), value);
    fresh->deadline = record.deadline;
    fresh->hash = record.hash;
    *this = std::move(fresh);
}

} // namespace faultline::kv
