// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/share.h"
#include "node/storage/disk.h"

#include <QStringList>

#include <optional>

namespace faultline::storage {

/// What a test asks of a real disk, to show what a sync is for: that it is left out, and that the power fails where it
/// is missed. An honest disk does neither; a lying one (fault::DiskFault) leaves out all of them and is no proof that
/// any single one is needed.
struct SyncTrial
{
    /// This kind says it was done and was not.
    std::optional<SyncOf> leftOut = std::nullopt;
    /// Some syncs of this kind later, and then some changes of the disk later, each drawn, the process ends by SIGKILL,
    /// just before it changes more. What was not durable is taken away at the next start (power_cut.h).
    std::optional<SyncOf> powerFailsAfter = std::nullopt;
    /// Just before a sync of this kind, the how manieth being drawn, the process ends by SIGKILL: of a name, that is
    /// between its change and the sync of its folder.
    std::optional<SyncOf> powerFailsBefore = std::nullopt;
};

/// Counts down to where the power fails. One thread at a time.
class PowerFailure
{
public:
    PowerFailure() = default;
    PowerFailure(const SyncTrial& trial, fault::Random& random);

    /// Before each sync: true when the power fails here.
    bool isBefore(SyncOf of);
    void synced(SyncOf of);
    /// Before each change of the disk: true when the power fails here.
    bool isHere();

private:
    std::optional<SyncOf> m_after;
    std::optional<SyncOf> m_before;
    quint64 m_syncsLeft = 0; ///< of the kind that it fails after
    quint64 m_syncsLeftBefore = 0;
    quint64 m_changesLeft = 0;
};

/// As on a command line: "records", "incoming-snapshot", ...; in the order of the kinds.
const QStringList& syncNames();
std::optional<SyncOf> syncNamed(const QString& name);

} // namespace faultline::storage
