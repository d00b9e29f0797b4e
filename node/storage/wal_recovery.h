// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"
#include "node/storage/wal_entry.h"

namespace faultline::storage {

struct WalScan
{
    Recovered recovered;
    qint64 end = 0;   ///< where the last whole record ends; what lies beyond is a torn tail
    qint64 noted = 0; ///< everything before this was durable, says the last note
};

/// Reads a log from its start and decides what a flaw in it means. The last write before a power cut may be torn, and
/// nobody was promised anything about it: a flaw there ends the log. But what a note calls durable was promised, so a
/// flaw at or below a note is damage, and a node that went on would have forgotten what it told others. Notes stand
/// behind what they speak of, so they are looked for beyond the flaw too. Changes nothing in the file.
///
/// Errors: empty, foreign or newer file, damage, entries that do not follow each other; each names file and offset.
Result<WalScan> scanWal(const File& file, const QString& path);

} // namespace faultline::storage
