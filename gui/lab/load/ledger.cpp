// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/ledger.h"

#include "common/result/result.h"

#include <algorithm>

namespace faultline::lab {

namespace {
constexpr std::size_t kFirstSlots = 32;
}

Ledger::Ledger(quint64 seed)
    : m_random(seed)
    , m_slots(kFirstSlots)
{
    for (std::size_t slot = 0; slot < kFirstSlots; ++slot) {
        m_slots[slot].freeAt = slot;
        m_free.push_back(slot);
    }
}

QByteArray Ledger::keyOf(std::size_t slot) const
{
    return "load:" + QByteArray::number(quint64(slot)) + ':' + QByteArray::number(m_slots[slot].generation);
}

std::size_t Ledger::takeFreeSlot()
{
    if (m_free.empty()) { // more operations under way than keys: one more key
        m_slots.emplace_back();
        m_slots.back().busy = true;
        return m_slots.size() - 1;
    }
    const std::size_t slot = m_free[m_random() % m_free.size()];
    take(slot);
    return slot;
}

std::optional<std::size_t> Ledger::takeWritableSlot()
{
    const auto found =
        std::find_if(m_free.rbegin(), m_free.rend(), [this](auto slot) { return !m_slots[slot].retiring; });
    if (found == m_free.rend()) {
        if (m_slots.size() >= kMostHotSlots)
            return std::nullopt;
        m_slots.emplace_back().busy = true;
        return m_slots.size() - 1;
    }
    const std::size_t slot = *found;
    take(slot);
    return slot;
}

std::optional<std::size_t> Ledger::takeUnreadSlot()
{
    for (std::size_t tries = m_unread.size(); tries > 0; --tries) {
        const std::size_t slot = m_unread.front();
        m_unread.pop_front();
        if (m_slots[slot].busy) {
            m_unread.push_back(slot);
            continue;
        }
        m_slots[slot].waiting = false;
        take(slot);
        return slot;
    }
    return std::nullopt;
}

void Ledger::take(std::size_t slot)
{
    const std::size_t place = m_slots[slot].freeAt;
    m_free[place] = m_free.back();
    m_slots[m_free[place]].freeAt = place;
    m_free.pop_back();
    m_slots[slot].busy = true;
}

Ledger::Operation Ledger::readOf(std::size_t slot) const
{
    return {slot, true, keyOf(slot), {}, m_slots[slot].acknowledged, m_hotSlot == slot};
}

Ledger::Operation Ledger::beginHot(bool wantsRead)
{
    if (m_hotSlot && m_slots[*m_hotSlot].retiring)
        coolDown();
    if (!m_hotSlot)
        m_hotSlot = takeWritableSlot();
    if (!m_hotSlot) {
        const auto unread = takeUnreadSlot();
        return readOf(unread ? *unread : takeFreeSlot());
    }
    Slot& slot = m_slots[*m_hotSlot];
    if (wantsRead || slot.hotWrite) {
        ++slot.hotReads;
        return readOf(*m_hotSlot);
    }
    slot.hotWrite = true;
    slot.issued = slot.acknowledged + 1;
    return {*m_hotSlot, false, keyOf(*m_hotSlot), QByteArray::number(slot.issued), 0, true};
}

void Ledger::endHot(const Operation& operation)
{
    Slot& slot = m_slots[operation.slot];
    if (operation.isRead)
        --slot.hotReads;
    else
        slot.hotWrite = false;
    if (operation.slot != m_hotSlot && slot.hotReads == 0 && !slot.hotWrite) {
        release(operation.slot);
        noteUnread(operation.slot);
    }
}

void Ledger::coolDown()
{
    const std::size_t index = *std::exchange(m_hotSlot, std::nullopt);
    const Slot& slot = m_slots[index];
    if (slot.hotReads == 0 && !slot.hotWrite) {
        release(index);
        noteUnread(index);
    }
}

Ledger::Operation Ledger::begin(double readShare, fault::Share hotKey)
{
    const bool isHot = fault::happens(hotKey, m_random);
    const bool wantsRead = double(m_random() >> 11) / double(quint64(1) << 53) < readShare;
    if (isHot)
        return beginHot(wantsRead);
    if (!hotKey && m_hotSlot)
        coolDown();
    if (wantsRead) {
        if (const auto unread = takeUnreadSlot())
            return readOf(*unread);
    }
    const std::size_t chosen = takeFreeSlot();
    Slot& slot = m_slots[chosen];
    if (wantsRead || slot.retiring)
        return readOf(chosen);
    slot.issued = slot.acknowledged + 1;
    return {chosen, false, keyOf(chosen), QByteArray::number(slot.issued), 0, false};
}

void Ledger::release(std::size_t slot)
{
    FAULTLINE_INVARIANT(m_slots[slot].busy, "an operation ends once");
    m_slots[slot].busy = false;
    m_slots[slot].freeAt = m_free.size();
    m_free.push_back(slot);
}

void Ledger::noteUnread(std::size_t index)
{
    Slot& slot = m_slots[index];
    if (slot.waiting || slot.covered == slot.acknowledged)
        return;
    slot.waiting = true;
    m_unread.push_back(index);
}

void Ledger::retireIfDone(Slot& slot)
{
    if (slot.retiring && slot.covered == slot.acknowledged) {
        const quint64 next = slot.generation + 1;
        const bool busy = slot.busy;
        const bool waiting = slot.waiting;
        slot = {};
        slot.generation = next;
        slot.busy = busy;
        slot.waiting = waiting;
    }
}

void Ledger::written(const Operation& operation)
{
    Slot& slot = m_slots[operation.slot];
    slot.acknowledged = slot.issued;
    ++m_acknowledged;
    if (operation.onHotKey) {
        endHot(operation);
        return;
    }
    release(operation.slot);
    noteUnread(operation.slot);
}

void Ledger::read(const Operation& operation, const std::optional<QByteArray>& value, const QString& from)
{
    judge(operation, value, from);
    if (operation.onHotKey) {
        endHot(operation);
        return;
    }
    retireIfDone(m_slots[operation.slot]);
    release(operation.slot);
}

void Ledger::judge(const Operation& operation, const std::optional<QByteArray>& value, const QString& from)
{
    Slot& slot = m_slots[operation.slot];
    bool isNumber = true;
    const quint64 shown = value ? value->toULongLong(&isNumber) : 0;
    const bool neverWritten = !isNumber || shown > slot.issued;
    const quint64 due = operation.acknowledged;
    if (!neverWritten && shown >= due) {
        const quint64 covered = std::max(slot.covered, std::min(shown, slot.acknowledged));
        m_readBack += covered - slot.covered;
        slot.covered = covered;
        return;
    }
    // What the read shows stands. Of the writes that were due, those beyond are gone, also those that were once there;
    // of writes acknowledged since it began it says nothing.
    const quint64 kept = neverWritten ? std::min(slot.covered, due) : shown;
    quint64 lost = 0;
    if (!slot.lossIsCounted) {
        const quint64 undone = std::min(slot.covered, due) - std::min(slot.covered, kept);
        m_readBack -= undone;
        lost = std::max<quint64>(undone, neverWritten && due <= slot.covered ? 1 : 0);
    }
    if (due > slot.covered) {
        const quint64 shownFirst = std::max(kept, slot.covered) - slot.covered;
        m_readBack += shownFirst;
        lost += due - slot.covered - shownFirst;
        slot.covered = due;
    }
    m_lost += lost;
    if (m_firstLoss.isEmpty())
        m_firstLoss = QStringLiteral("%1: wrote %2, read %3 from %4")
                          .arg(QString::fromUtf8(operation.key))
                          .arg(due)
                          .arg(value ? QString::fromUtf8(value->first(std::min<qsizetype>(value->size(), 40)))
                                     : QStringLiteral("nothing"),
                               from);
    slot.lossIsCounted = true;
    slot.retiring = true;
}

void Ledger::refused(const Operation& operation)
{
    if (!operation.isRead)
        m_slots[operation.slot].issued = m_slots[operation.slot].acknowledged;
    if (operation.onHotKey) {
        endHot(operation);
        return;
    }
    release(operation.slot);
    noteUnread(operation.slot);
}

void Ledger::unknown(const Operation& operation)
{
    Slot& slot = m_slots[operation.slot];
    if (!operation.isRead)
        slot.retiring = true;
    if (operation.onHotKey) {
        endHot(operation);
        return;
    }
    retireIfDone(slot);
    release(operation.slot);
    noteUnread(operation.slot);
}

} // namespace faultline::lab
