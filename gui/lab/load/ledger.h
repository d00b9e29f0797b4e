// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/share.h"
#include "gui/lab/timeline/record.h"

#include <QByteArray>

#include <deque>
#include <optional>
#include <random>
#include <vector>

namespace faultline::lab {

/// Who wrote what, and was it still there: the running tally "acknowledged, read back, lost". Each key has one writer,
/// which writes 1, 2, 3, ... and has one operation at a time under way, so that a read tells everything: it must show
/// at least the last acknowledged number, and every acknowledged write up to what it shows is covered. Less than that
/// is a loss, whatever the cluster says.
///
/// The hot key takes any number of reads at a time beside its one write. A read of it must show at least what was
/// acknowledged when it began, and nothing beyond what may have been written when it ends; writes in between may show.
///
/// A write of unknown outcome may still happen much later, so its key is read once more and then never written again; a
/// fresh key takes its place. Keys are named "load:<slot>:<generation>". Pure: no clock, no socket.
class Ledger
{
public:
    struct Operation
    {
        std::size_t slot = 0;
        bool isRead = false;
        QByteArray key;
        QByteArray value;         ///< of a write
        quint64 acknowledged = 0; ///< of a read: what it must show at least, since it was acknowledged before
        bool onHotKey = false;
    };

    /// There are as many keys as operations were ever under way at a time, and where writes to the hot key go
    /// unanswered one more for each, up to this many: then those are read that may never be written again.
    static constexpr std::size_t kMostHotSlots = 4'096;

    explicit Ledger(quint64 seed = 1);

    /// The next operation, on a key that has none under way; a share of them on the hot key, which takes one write at a
    /// time and any number of reads: where a write is wanted while one is under way, it is a read.
    Operation begin(double readShare, fault::Share hotKey = {});
    /// Exactly one of these ends an operation.
    void written(const Operation& operation);
    void read(const Operation& operation, const std::optional<QByteArray>& value, const QString& from);
    void refused(const Operation& operation); ///< surely not done
    void unknown(const Operation& operation);

    quint64 acknowledged() const { return m_acknowledged; }
    quint64 readBack() const { return m_readBack; }
    quint64 lost() const { return m_lost; }
    const QString& firstLoss() const { return m_firstLoss; }
    std::size_t slotCount() const { return m_slots.size(); }

private:
    Operation beginHot(bool wantsRead);
    void endHot(const Operation& operation);
    /// It goes on as a key like any other, once nothing is under way on it.
    void coolDown();
    /// What a read of the slot showed.
    void judge(const Operation& operation, const std::optional<QByteArray>& value, const QString& from);

    struct Slot
    {
        quint64 generation = 0;
        quint64 acknowledged = 0; ///< the last acknowledged number; all before it are acknowledged too
        quint64 covered = 0;      ///< of these, up to which a read has shown them, or their loss
        quint64 issued = 0;       ///< the highest number that may have been written
        bool busy = false;
        quint32 hotReads = 0;       ///< under way since it was hot
        bool hotWrite = false;      ///< likewise
        bool lossIsCounted = false; ///< what was covered is not counted as lost again
        bool retiring = false;      ///< a write's outcome is unknown, or one is lost: read once more, then a fresh key
        bool waiting = false;       ///< stands in m_unread
        std::size_t freeAt = 0;     ///< where it stands in m_free, unless busy
    };

    std::size_t takeFreeSlot();
    std::optional<std::size_t> takeWritableSlot();
    std::optional<std::size_t> takeUnreadSlot(); ///< the oldest of those that are not busy
    void take(std::size_t slot);
    void release(std::size_t slot);
    void noteUnread(std::size_t slot);
    void retireIfDone(Slot& slot);
    Operation readOf(std::size_t slot) const;
    QByteArray keyOf(std::size_t slot) const;

    std::mt19937_64 m_random;
    std::vector<Slot> m_slots;
    std::optional<std::size_t> m_hotSlot; ///< busy as long as it is hot
    std::vector<std::size_t> m_free;
    std::deque<std::size_t> m_unread; ///< slots with acknowledged writes nobody has read, oldest first
    quint64 m_acknowledged = 0;
    quint64 m_readBack = 0;
    quint64 m_lost = 0;
    QString m_firstLoss;
};

} // namespace faultline::lab
