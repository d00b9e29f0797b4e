// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/sync_trial.h"

namespace faultline::storage {

namespace {
constexpr quint64 kMostSyncsBefore = 8;
constexpr quint64 kMostChangesBefore = 6;
} // namespace

PowerFailure::PowerFailure(const SyncTrial& trial, fault::Random& random)
    : m_after(trial.powerFailsAfter)
    , m_before(trial.powerFailsBefore)
    , m_syncsLeft(1 + fault::drawBelow(kMostSyncsBefore, random))
    , m_syncsLeftBefore(1 + fault::drawBelow(kMostSyncsBefore, random))
    , m_changesLeft(1 + fault::drawBelow(kMostChangesBefore, random))
{}

bool PowerFailure::isBefore(SyncOf of)
{
    return m_before == of && --m_syncsLeftBefore == 0;
}

void PowerFailure::synced(SyncOf of)
{
    if (m_after == of && m_syncsLeft > 0)
        --m_syncsLeft;
}

bool PowerFailure::isHere()
{
    return m_after && m_syncsLeft == 0 && --m_changesLeft == 0;
}

const QStringList& syncNames()
{
    static const QStringList kNames{
        QStringLiteral("records"),           QStringLiteral("tail"),         QStringLiteral("room"),
        QStringLiteral("segment"),           QStringLiteral("spare"),        QStringLiteral("snapshot"),
        QStringLiteral("incoming-snapshot"), QStringLiteral("renamed-name"), QStringLiteral("removed-name"),
        QStringLiteral("found-names"),       QStringLiteral("folder-name")};
    return kNames;
}

std::optional<SyncOf> syncNamed(const QString& name)
{
    const qsizetype at = syncNames().indexOf(name);
    return at < 0 ? std::nullopt : std::optional(static_cast<SyncOf>(at));
}

} // namespace faultline::storage
