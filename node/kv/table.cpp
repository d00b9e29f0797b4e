// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/table.h"

#include <QRandomGenerator>

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <new>

namespace faultline::kv {

namespace {

constexpr quint32 kFewest = 8;
constexpr quint8 kFree = 0;

/// Never kFree.
quint8 tagOf(quint64 hash)
{
    return static_cast<quint8>((hash >> 56) | 1);
}

/// Multiplies a hash so that its uppermost bits are another choice in each process: nobody can pick keys that all
/// belong in one place (Dietzfelbinger and others, A Reliable Randomized Algorithm for the Closest-Pair Problem, 1997).
quint64 spread(quint64 hash)
{
    static const quint64 factor = QRandomGenerator::system()->generate64() | 1;
    return hash * factor;
}

/// How many places so many records ask for: a power of two, an eighth of them free at least.
quint32 placesFor(quint32 records)
{
    return std::max(kFewest, std::bit_ceil((records * 8 + 6) / 7));
}

} // namespace

/// Followed by the tags of all places, then by their records.
struct Table::Places
{
    std::atomic<quint32> holders{1};
    quint32 count; ///< a power of two
    quint32 used = 0;
    quint32 shift; ///< of a spread hash, to its place

    static constexpr std::size_t kHead = 16;
    static std::size_t bytesOf(quint32 count) { return kHead + count * (1 + sizeof(RecordPointer)); }

    quint32 wanted(quint64 hash) const { return static_cast<quint32>(spread(hash) >> shift); }
    quint32 mask() const { return count - 1; }
    quint8* tags() { return reinterpret_cast<quint8*>(this) + kHead; }
    const quint8* tags() const { return reinterpret_cast<const quint8*>(this) + kHead; }
    RecordPointer* records() { return reinterpret_cast<RecordPointer*>(tags() + count); }
    const RecordPointer* records() const { return reinterpret_cast<const RecordPointer*>(tags() + count); }
};

Table::Table(const Table& other)
    : m_places(other.m_places)
{
    if (m_places)
        m_places->holders.fetch_add(1, std::memory_order_relaxed);
}

Table::~Table()
{
    release(m_places);
}

quint64 Table::hashOf(QByteArrayView key)
{
    return XXH3_64bits(key.data(), static_cast<std::size_t>(key.size()));
}

Table::Places* Table::make(quint32 count)
{
    static_assert(sizeof(Places) <= Places::kHead && kFewest % alignof(RecordPointer) == 0);
    auto* places = new (::operator new(Places::bytesOf(count)))
        Places{.count = count, .shift = 64 - static_cast<quint32>(std::countr_zero(count))};
    std::uninitialized_fill_n(places->tags(), count, kFree);
    std::uninitialized_default_construct_n(places->records(), count);
    return places;
}

void Table::release(Places* places)
{
    if (!places || places->holders.fetch_sub(1, std::memory_order_acq_rel) != 1)
        return;
    std::destroy_n(places->records(), places->count);
    places->~Places();
    ::operator delete(places);
}

qsizetype Table::size() const
{
    return m_places ? m_places->used : 0;
}

quint32 Table::placeOf(const Places& places, QByteArrayView key, quint64 hash)
{
    const quint8 tag = tagOf(hash);
    quint32 at = places.wanted(hash);
    while (places.tags()[at] != kFree && (places.tags()[at] != tag || places.records()[at]->key() != key))
        at = (at + 1) & places.mask();
    return at;
}

const Record* Table::find(QByteArrayView key, quint64 hash) const
{
    if (!m_places)
        return nullptr;
    return m_places->records()[placeOf(*m_places, key, hash)].get();
}

RecordPointer* Table::toChange(QByteArrayView key, quint64 hash)
{
    if (!find(key, hash))
        return nullptr;
    own(m_places->used);
    return m_places->records() + placeOf(*m_places, key, hash);
}

void Table::add(Places& places, RecordPointer record, quint64 hash)
{
    quint32 at = places.wanted(hash);
    while (places.tags()[at] != kFree)
        at = (at + 1) & places.mask();
    places.tags()[at] = tagOf(hash);
    places.records()[at] = std::move(record);
    ++places.used;
}

void Table::insert(RecordPointer record, quint64 hash)
{
    own(static_cast<quint32>(size()) + 1);
    add(*m_places, std::move(record), hash);
}

bool Table::remove(QByteArrayView key, quint64 hash)
{
    if (!find(key, hash))
        return false;
    if (m_places->used == 1) {
        release(std::exchange(m_places, nullptr));
        return true;
    }
    own(m_places->used - 1);
    Places& places = *m_places;
    quint32 gap = placeOf(places, key, hash);
    places.records()[gap] = RecordPointer();
    places.tags()[gap] = kFree;
    --places.used;
    // Whoever stands behind the gap because something stood in it moves up (Knuth's algorithm R).
    for (quint32 at = (gap + 1) & places.mask(); places.tags()[at] != kFree; at = (at + 1) & places.mask()) {
        const quint32 wanted = places.wanted(hashOf(places.records()[at]->key()));
        if (((at - wanted) & places.mask()) < ((at - gap) & places.mask()))
            continue;
        places.records()[gap] = std::move(places.records()[at]);
        places.tags()[gap] = std::exchange(places.tags()[at], kFree);
        gap = at;
    }
    return true;
}

void Table::own(quint32 records)
{
    const quint32 wanted = placesFor(records);
    const bool isShared = m_places && m_places->holders.load(std::memory_order_acquire) != 1;
    // It shrinks late, so that one key more or less is never the cause of going to and fro.
    const bool fits = m_places && m_places->count >= wanted && m_places->count <= 4 * wanted;
    if (fits && !isShared)
        return;
    Places* own = make(fits ? m_places->count : wanted);
    if (fits) {
        std::copy_n(m_places->tags(), m_places->count, own->tags());
        std::copy_n(m_places->records(), m_places->count, own->records());
        own->used = m_places->used;
    } else if (m_places) {
        for (quint32 at = 0; at < m_places->count; ++at) {
            if (m_places->tags()[at] == kFree)
                continue;
            RecordPointer& record = m_places->records()[at];
            const quint64 hash = hashOf(record->key());
            add(*own, isShared ? record : std::move(record), hash);
        }
    }
    release(std::exchange(m_places, own));
}

std::vector<const Record*> Table::records() const
{
    std::vector<const Record*> all;
    all.reserve(static_cast<std::size_t>(size()));
    for (quint32 at = 0; m_places && at < m_places->count; ++at) {
        if (m_places->tags()[at] != kFree)
            all.push_back(m_places->records()[at].get());
    }
    return all;
}

void Table::prefetch() const
{
    constexpr std::size_t kLine = 64;
    constexpr std::size_t kMost = 3 * kLine; // how many places there are stands in it
    for (std::size_t at = 0; m_places && at < kMost; at += kLine)
        __builtin_prefetch(reinterpret_cast<const char*>(m_places) + at);
}

} // namespace faultline::kv
