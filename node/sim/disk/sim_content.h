// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/disk_fault.h"

#include <QByteArray>
#include <QByteArrayView>

#include <vector>

namespace faultline::sim {

/// The bytes of one file, as its process sees them, and what it takes to get back to what the disk has for certain: a
/// list of the changes since the last sync. What a power cut leaves is drawn from everything a disk may do to them.
class SimContent
{
public:
    const QByteArray& bytes() const { return m_bytes; }

    void write(qint64 offset, QByteArrayView bytes);
    void truncate(qint64 size);
    /// The changes reached the disk; of each written piece one bit is flipped, as often as `flip` says. How many were.
    int becomeDurable(fault::Share flip, fault::Random& random);
    bool isDurable() const { return m_changes.empty(); }
    /// What is there for certain, should the power go.
    SimContent durable() const;
    /// Nothing, all, a first part or any sectors of the changes reached the disk; what reached it in part may be
    /// garbage. What was durable is never touched. False when nothing was lost.
    bool losePower(fault::Random& random);

private:
    struct Change
    {
        qint64 offset;
        qint64 length;  ///< bytes written; 0: made shorter
        QByteArray old; ///< what stood there, as far as something did
        qint64 oldSize; ///< of the file
    };

    QByteArray undone() const;
    void keepFirstPart(const QByteArray& old, fault::Random& random);
    void keepSomeSectors(const QByteArray& old, fault::Random& random);
    qint64 firstChanged() const;
    qint64 lastChanged() const;

    QByteArray m_bytes;
    std::vector<Change> m_changes;
};

} // namespace faultline::sim
