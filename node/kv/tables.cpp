// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/tables.h"

#include "common/resp/slot.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>

namespace faultline::kv {

namespace {

constexpr std::size_t kWord = 64;
constexpr quint64 kSlots = static_cast<quint64>(resp::kSlotCount);

quint64 hashOf(QByteArrayView key)
{
    return XXH3_64bits(key.data(), static_cast<std::size_t>(key.size()));
}

quint64 hashOf(QByteArrayView key, QByteArrayView value, qint64 deadline)
{
    const quint64 seed = hashOf(key) + static_cast<quint64>(deadline) * 0x9fb21c651e98df25;
    return XXH3_64bits_withSeed(value.data(), static_cast<std::size_t>(value.size()), seed);
}

/// In the memory that is there, where it fits and nobody else reads it.
void assign(QByteArray& to, QByteArrayView value)
{
    if (to.isDetached() && to.capacity() >= value.size() && to.capacity() / 2 <= value.size())
        to.replace(0, to.size(), value);
    else
        to = value.toByteArray();
}

/// The place of a key among those of its slot, when they are too many for one page.
quint32 placeOf(QByteArrayView key)
{
    return static_cast<quint32>(hashOf(key) >> 32);
}

/// A QByteArray over the view's bytes, for looking up without a copy. Must not outlive them.
QByteArray borrowed(QByteArrayView view)
{
    return QByteArray::fromRawData(view.data(), view.size());
}

/// Adds the keys of one table whose place is `from` or after it, about `count` of them. Where to go on within it;
/// nothing after its end.
std::optional<quint32> addPage(const Tables::Table& table, quint32 from, qsizetype count, std::vector<QByteArray>& keys)
{
    std::vector<std::pair<quint32, QByteArray>> found;
    for (auto cell = table.cbegin(); cell != table.cend(); ++cell) {
        if (const quint32 place = placeOf(cell.key()); place >= from)
            found.emplace_back(place, cell.key());
    }
    std::sort(found.begin(), found.end());
    auto end = found.begin() + std::min<std::ptrdiff_t>(count, std::ssize(found));
    // Keys at one place go together, since a cursor cannot tell them apart.
    while (end != found.end() && end != found.begin() && end->first == std::prev(end)->first)
        ++end;
    for (auto key = found.begin(); key != end; ++key)
        keys.push_back(std::move(key->second));
    return end == found.end() ? std::nullopt : std::optional(end->first);
}

} // namespace

Tables::Table& Tables::tableOf(QByteArrayView key)
{
    if (m_tables.empty()) {
        m_tables.resize(kSlots);
        m_occupied.resize(kSlots / kWord);
    }
    return m_tables[resp::keySlot(key)];
}

void Tables::noteChange(const Table& table, bool wasEmpty)
{
    if (wasEmpty == table.isEmpty())
        return;
    const auto slot = static_cast<std::size_t>(&table - m_tables.data());
    m_occupied[slot / kWord] ^= quint64(1) << (slot % kWord);
}

const Cell* Tables::find(QByteArrayView key) const
{
    if (m_size == 0)
        return nullptr;
    const Table& table = m_tables[resp::keySlot(key)];
    const auto found = table.constFind(borrowed(key));
    return found == table.constEnd() ? nullptr : &*found;
}

void Tables::put(QByteArrayView key, QByteArrayView value, qint64 deadline)
{
    Table& table = tableOf(key);
    const quint64 hash = hashOf(key, value, deadline);
    m_hash += hash;
    const auto found = table.find(borrowed(key));
    if (found == table.end()) {
        const auto added = table.insert(key.toByteArray(), {value.toByteArray(), deadline, hash});
        noteChange(table, table.size() == 1);
        ++m_size;
        if (deadline != 0)
            m_deadlines.emplace(deadline, added.key());
        return;
    }
    m_hash -= found->hash;
    if (found->deadline != deadline) {
        if (found->deadline != 0)
            m_deadlines.erase({found->deadline, found.key()});
        if (deadline != 0)
            m_deadlines.emplace(deadline, found.key());
    }
    assign(found->value, value);
    found->deadline = deadline;
    found->hash = hash;
}

bool Tables::remove(QByteArrayView key)
{
    if (m_size == 0)
        return false;
    Table& table = tableOf(key);
    const auto found = table.constFind(borrowed(key));
    if (found == table.constEnd())
        return false;
    m_hash -= found->hash;
    if (found->deadline != 0)
        m_deadlines.erase({found->deadline, found.key()});
    table.erase(found);
    noteChange(table, false);
    --m_size;
    return true;
}

void Tables::clear()
{
    *this = Tables();
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
        const auto goOn = addPage(table, from, table.size() <= kWhole ? kWhole : left, page.keys);
        if (goOn) {
            page.cursor = quint64(*goOn) * kSlots + slot;
            return page;
        }
    }
    return page;
}

std::vector<Tables::Table> Tables::copies() const
{
    std::vector<Table> copies;
    for (std::size_t word = 0; word < m_occupied.size(); ++word) {
        for (quint64 bits = m_occupied[word]; bits != 0; bits &= bits - 1)
            copies.push_back(m_tables[word * kWord + static_cast<std::size_t>(std::countr_zero(bits))]);
    }
    return copies;
}

} // namespace faultline::kv
