// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "process_memory.h"

#include "gui/lab/lab.h"

#include <QStringList>
#include <QTimer>

#include <random>

namespace faultline::tests {

/// How much of it a test takes: all of it with FAULTLINE_ROUNDS of 50 and more.
struct ChaosSize
{
    int nodes = 9;
    double rate = 500; ///< operations a second
    std::chrono::seconds length{20};

    static ChaosSize ofThisRun();
};

/// Everything at once and on nobody's wish: a random fault every 300 ms on the cluster of a lab, disks included, by the
/// very orders a person gives. Disks stay honest: with one that lies, or flips bits, losses are no fault of the
/// cluster's. It watches the nodes meanwhile: how much they hold, and whether one ends unasked.
class Chaos
{
public:
    /// `lab` must outlive it, and serve.
    Chaos(lab::Lab& lab, const ChaosSize& size, quint32 seed);

    void begin();
    /// Since begin(), as a share of the length.
    double shareDone() const;
    /// Nothing more happens; everything is healed, every node runs, and all that was acknowledged has been read back.
    /// False, with a warning that says what did not come about.
    bool endsWell();

    const MemoryByQuarter& nodeMemory() const { return m_nodeMemory; }
    const QStringList& endedByThemselves() const { return m_endedByThemselves; }
    /// "1999 faults in 600 s: ... acknowledged, ...; memory of a node at most ...".
    QString summary() const;

private:
    NodeId anyNode();
    void doAnything();
    void noteMemory();

    lab::Lab& m_lab;
    ChaosSize m_size;
    std::mt19937 m_random;
    QTimer m_every;
    QTimer m_memoryEvery;
    lab::Monotonic m_since{0};
    MemoryByQuarter m_nodeMemory;
    QStringList m_endedByThemselves;
    quint64 m_okBefore = 0;
    double m_reached = 0; ///< operations a second
    int m_faults = 0;
};

} // namespace faultline::tests
