// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"

namespace faultline::storage {

/// Rewrites the log of format 1, the single file `wal`, as the first segment of the present format; the old file is
/// removed once the new one is durable, so that a crash at any point leaves one of them whole. Does nothing when there
/// is no such file. The folder must be locked. Errors: those of recovery; a file `wal` beside a log that has gone on.
Result<void> migrateFormat1(Disk& disk, const QString& folder, quint64 owner);

/// A segment with this content and zeros behind it up to `filledTo`, which is there whole or not at all. False when
/// there is no space for it.
Result<bool> createSegment(Disk& disk, const QString& folder, quint64 number, QByteArrayView content, qint64 filledTo);

} // namespace faultline::storage
