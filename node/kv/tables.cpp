// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/tables.h"

#include "common/resp/slot.h"

#include <QVarLengthArray>

#include <xxhash.h>

#include <algorithm>
#include <bit>

namespace faultline::kv {

namespace {

constexpr std::size_t kWord = 64;
constexpr quint64 kSlots = static_cast<quint64>(resp::kSlotCount);

quint64 hashOf(quint64 keyHash, QByteArrayView value, qint64 deadline)
{
    const quint64 seed = keyHash + static_cast<quint64>(deadline) * 0x9fb21c651e98df25;
    return XXH3_64bits_withSeed(value.data(), static_cast<std::size_t>(value.size()), seed);
}

/// The place of a key among those of its slot, when they are too many for one page.
quint32 placeOf(QByteArrayView key)
{
    return static_cast<quint32>(Table::hashOf(key) >> 32);
}

/// Adds the keys of one table whose place is `from` or after it, about `count` of them. Where to go on within it;
/// nothing after its end.
std::optional<quint32> addPage(const Table& table, quint32 from, qsizetype count, std::vector<QByteArray>& keys)
{
    std::vector<std::pair<quint32, QByteArrayView>> found;
    for (const Record* record : table.records()) {
        if (const quint32 place = placeOf(record->key()); place >= from)
            found.emplace_back(place, record->key());
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
        return a.first != b.first ? a.first < b.first : QtPrivate::compareMemory(a.second, b.second) < 0;
    });
    auto end = found.begin() + std::min<std::ptrdiff_t>(count, std::ssize(found));
    // Keys at one place go together, since a cursor cannot tell them apart.
    while (end != found.end() && end != found.begin() && end->first == std::prev(end)->first)
        ++end;
    for (auto key = found.begin(); key != end; ++key)
        keys.push_back(key->second.toByteArray());
    return end == found.end() ? std::nullopt : std::optional(end->first);
}

} // namespace

void Tables::noteChange(const Table& table, bool wasEmpty)
{
    if (wasEmpty == table.isEmpty())
        return;
    const auto slot = static_cast<std::size_t>(&table - m_tables.data());
    m_occupied[slot / kWord] ^= quint64(1) << (slot % kWord);
}

const Record* Tables::find(QByteArrayView key) const
{
    return m_size == 0 ? nullptr : m_tables[resp::keySlot(key)].find(key, Table::hashOf(key));
}

void Tables::expect(std::span<const QByteArrayView> keys) const
{
    if (m_size == 0)
        return;
    struct Place
    {
        const Table* table;
        quint64 hash;
    };
    QVarLengthArray<Place, 32> places;
    for (const QByteArrayView key : keys) {
        const Table& table = m_tables[resp::keySlot(key)];
        __builtin_prefetch(&table);
        places.push_back({&table, Table::hashOf(key)});
    }
    for (const Place& place : places)
        place.table->prefetch();
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Place& place = places[static_cast<qsizetype>(i)];
        if (const Record* record = place.table->find(keys[i], place.hash))
            record->prefetch();
    }
}

void Tables::setDeadline(Record& record, qint64 deadline)
{
    if (record.deadline == deadline)
        return;
    if (record.deadline != 0)
        m_deadlines.erase({record.deadline, record.key().toByteArray()});
    if (deadline != 0)
        m_deadlines.emplace(deadline, record.key().toByteArray());
    record.deadline = deadline;
}

void Tables::put(QByteArrayView key, QByteArrayView value, qint64 deadline)
{
    if (m_tables.empty()) {
        m_tables.resize(kSlots);
        m_occupied.resize(kSlots / kWord);
    }
    Table& table = m_tables[resp::keySlot(key)];
    const quint64 keyHash = Table::hashOf(key);
    const quint64 hash = hashOf(keyHash, value, deadline);
    m_hash += hash;
    if (RecordPointer* there = table.toChange(key, keyHash)) {
        m_hash -= (*there)->hash;
        there->setValue(value);
        setDeadline(**there, deadline);
        (*there)->hash = hash;
        return;
    }
    RecordPointer record = RecordPointer::of(key, value);
    setDeadline(*record, deadline);
    record->hash = hash;
    table.insert(std::move(record), keyHash);
    noteChange(table, table.size() == 1);
    ++m_size;
}

bool Tables::remove(QByteArrayView key)
{
    if (m_size == 0)
        return false;
    Table& table = m_tables[resp::keySlot(key)];
    const quint64 keyHash = Table::hashOf(key);
    const Record* record = table.find(key, keyHash);
    if (!record)
        return false;
    m_hash -= record->hash;
    if (record->deadline != 0)
        m_deadlines.erase({record->deadline, record->key().toByteArray()});
    table.remove(key, keyHash);
    noteChange(table, false);
    --m_size;
    return true;
}

Tables::Dropped Tables::clear()
{
    Tables all = std::exchange(*this, Tables());
    return {std::move(all.m_tables), std::move(all.m_deadlines)};
}

bool Tables::Dropped::freeSome(qsizetype keys)
{
    for (qsizetype freed = 0; freed < keys && !deadlines.empty(); ++freed)
        deadlines.erase(deadlines.begin());
    for (qsizetype freed = 0; freed < keys && !tables.empty(); tables.pop_back())
        freed += std::max<qsizetype>(1, tables.back().size());
    return !tables.empty() || !deadlines.empty();
}

void Tables::expire(qint64 now, int most)
{
    for (; most > 0 && !m_deadlines.empty() && m_deadlines.begin()->first <= now; --most) {
        const QByteArray key = m_deadlines.begin()->second;
        remove(key);
    }
}

std::optional<qint64> Tables::earliestDeadline() const
{
    return m_deadlines.empty() ? std::nullopt : std::optional(m_deadlines.begin()->first);
}

Page Tables::scan(quint64 cursor, qsizetype count) const
{
    Page page;
    if (m_size == 0)
        return page;
    count = std::clamp<qsizetype>(count, 1, kMaxPage);
    auto from = static_cast<quint32>(cursor / kSlots);
    for (quint64 slot = cursor % kSlots; slot < kSlots; ++slot, from = 0) {
        const auto left = count - std::ssize(page.keys);
        const Table& table = m_tables[slot];
        if (left <= 0) {
            if (table.isEmpty())
                continue;
            page.cursor = slot;
            return page;
        }
        if (table.isEmpty())
            continue;
        // A table of usual size is taken whole: there may be more keys than asked for, as in Redis.
        constexpr qsizetype kWhole = 256;
        page.lookedAt += table.size();
        const auto goOn = addPage(table, from, table.size() <= kWhole ? kWhole : left, page.keys);
        if (goOn) {
            page.cursor = quint64(*goOn) * kSlots + slot;
            return page;
        }
    }
    return page;
}

std::vector<Table> Tables::copies() const
{
    std::vector<Table> copies;
    for (std::size_t word = 0; word < m_occupied.size(); ++word) {
        for (quint64 bits = m_occupied[word]; bits != 0; bits &= bits - 1)
            copies.push_back(m_tables[word * kWord + static_cast<std::size_t>(std::countr_zero(bits))]);
    }
    return copies;
}

} // namespace faultline::kv
