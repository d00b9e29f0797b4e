// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/share.h"
#include "common/result/result.h"

#include <QString>

namespace faultline::storage {

/// What a power cut took.
struct TornAway
{
    int files = 0;    ///< that lost something, or all of themselves
    qint64 bytes = 0; ///< that were written and not durable, and are gone or garbage
    int names = 0;    ///< renames and removals that were undone, creations that never were
};

/// Makes of a killed process a node that lost power: what of the files in `folder` was not durable, by its synced marks
/// (synced_marks.h), is lost, cut short, or torn in sectors of 512 bytes, some of them garbage, as `random` has it.
/// Names that came, went or changed since their folder was durable may go back, each by itself. What was durable is
/// never touched; what is left is durable.
///
/// To be called before anything in the folder is opened. A folder that does not exist, or without marks, loses nothing.
/// Errors: another process uses the folder; a file cannot be changed.
Result<TornAway> tearUnsynced(const QString& folder, fault::Random& random);

} // namespace faultline::storage
