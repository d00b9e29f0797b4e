// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/disk/sim_content.h"

#include <algorithm>

namespace faultline::sim {

namespace {

constexpr qint64 kSector = 512;

qint64 drawUpTo(qint64 most, fault::Random& random)
{
    return static_cast<qint64>(fault::drawBelow(static_cast<quint64>(most) + 1, random));
}

} // namespace

void SimContent::write(qint64 offset, QByteArrayView bytes)
{
    const qint64 oldSize = m_bytes.size();
    if (offset > oldSize) {
        write(oldSize, QByteArray(offset - oldSize, '\0') + bytes.toByteArray());
        return;
    }
    if (offset == oldSize) {
        const bool goesOn = !m_changes.empty() && m_changes.back().length > 0 &&
                            m_changes.back().offset + m_changes.back().length == offset;
        if (goesOn)
            m_changes.back().length += bytes.size();
        else
            m_changes.push_back({offset, bytes.size(), QByteArray(), oldSize});
        m_bytes.append(bytes);
        return;
    }
    m_changes.push_back({offset, bytes.size(), m_bytes.mid(offset, bytes.size()), oldSize});
    m_bytes.resize(std::max<qint64>(oldSize, offset + bytes.size()));
    std::copy(bytes.begin(), bytes.end(), m_bytes.begin() + offset);
}

void SimContent::truncate(qint64 size)
{
    const qint64 oldSize = m_bytes.size();
    if (size > oldSize) {
        write(oldSize, QByteArray(size - oldSize, '\0'));
        return;
    }
    if (size == oldSize)
        return;
    m_changes.push_back({size, 0, m_bytes.sliced(size), oldSize});
    m_bytes.truncate(size);
}

int SimContent::becomeDurable(fault::Share flip, fault::Random& random)
{
    int flipped = 0;
    for (const Change& change : m_changes) {
        const qint64 end = std::min<qint64>(change.offset + change.length, m_bytes.size());
        if (end <= change.offset || !fault::happens(flip, random))
            continue;
        const qint64 at = change.offset + drawUpTo(end - change.offset - 1, random);
        m_bytes[at] = static_cast<char>(m_bytes[at] ^ (1 << fault::drawBelow(8, random)));
        ++flipped;
    }
    m_changes.clear();
    return flipped;
}

SimContent SimContent::durable() const
{
    SimContent content;
    content.m_bytes = undone();
    return content;
}

QByteArray SimContent::undone() const
{
    QByteArray bytes = m_bytes;
    for (auto change = m_changes.rbegin(); change != m_changes.rend(); ++change) {
        bytes.resize(change->oldSize);
        if (!change->old.isEmpty())
            std::copy(change->old.begin(), change->old.end(), bytes.begin() + change->offset);
    }
    return bytes;
}

qint64 SimContent::firstChanged() const
{
    qint64 first = m_changes.front().offset;
    for (const Change& change : m_changes)
        first = std::min(first, change.offset);
    return first;
}

qint64 SimContent::lastChanged() const
{
    qint64 last = 0;
    for (const Change& change : m_changes)
        last = std::max(last, change.offset + std::max<qint64>(change.length, change.old.size()));
    return last;
}

bool SimContent::losePower(fault::Random& random)
{
    if (m_changes.empty())
        return false;
    const QByteArray old = undone();
    const QByteArray seen = m_bytes;
    switch (fault::drawBelow(4, random)) {
    case 0:
        m_bytes = old;
        break;
    case 1:
        break;
    case 2:
        keepFirstPart(old, random);
        break;
    default:
        keepSomeSectors(old, random);
        break;
    }
    m_changes.clear();
    return m_bytes != seen;
}

void SimContent::keepFirstPart(const QByteArray& old, fault::Random& random)
{
    const qint64 first = firstChanged();
    const qint64 kept = first + drawUpTo(lastChanged() - first, random);
    m_bytes = m_bytes.first(std::min<qint64>(kept, m_bytes.size())) + old.mid(kept);
}

void SimContent::keepSomeSectors(const QByteArray& old, fault::Random& random)
{
    const qint64 newSize = m_bytes.size();
    qint64 size = fault::drawBelow(2, random) == 0 ? newSize : old.size();
    if (size == newSize && newSize > old.size() && fault::drawBelow(2, random) == 0)
        size = old.size() + drawUpTo(newSize - old.size(), random);

    QByteArray mixed = old;
    mixed.resize(std::max<qint64>(newSize, old.size()), '\0');
    const qint64 last = lastChanged();
    for (qint64 sector = firstChanged() / kSector * kSector; sector < last; sector += kSector) {
        const quint64 fate = fault::drawBelow(8, random);
        if (fate < 3)
            continue;
        const qint64 end = std::min({sector + kSector, newSize, qint64(mixed.size())});
        for (qint64 at = sector; at < end; ++at)
            mixed[at] = m_bytes[at];
        if (fate < 7)
            continue;
        for (const Change& change : m_changes) {
            for (qint64 at = std::max(sector, change.offset); at < std::min(end, change.offset + change.length); ++at)
                mixed[at] = static_cast<char>(fault::drawBelow(256, random));
        }
    }
    mixed.truncate(size);
    m_bytes = mixed;
}

} // namespace faultline::sim
