// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"
#include "node/storage/wal_entry.h"
#include "node/storage/wal_format.h"

#include <vector>

namespace faultline::storage {

/// One file of records, read from its first record on.
struct RecordsScan
{
    qint64 end = 0;       ///< where the last whole record ends
    qint64 written = 0;   ///< from here on there are zeros alone; what lies between is a torn tail, or was there before
    qint64 noted = 0;     ///< everything before this was durable, says the last note
    qint64 leastSize = 0; ///< the file was at least this long, says a note or the header
    quint64 sealed = 0;   ///< the log goes on in the segment with this number; 0: nothing says so
};

/// Reads the records of one file into `log` and decides what a flaw in it means. Zeros up to the end are none: they
/// were there before the records. The last write before a power cut may
/// be torn, and nobody was promised anything about it: a flaw there ends the log. But what a note calls durable was
/// promised, so a flaw at or below a note is damage, and a node that went on would have forgotten what it told others.
/// Notes stand behind what they speak of, so they are looked for beyond the flaw too. A file that ends before what a
/// note, or its header (`leastSize`), calls its length has lost its end, and with it maybe notes: that is damage too.
/// Changes nothing in the file.
Result<RecordsScan> scanRecords(const File& file, const QString& path, qint64 headerSize, quint64 seed,
                                qint64 leastSize, Recovered& log);

/// The header of a segment, checked against the name and the owner. Errors: empty, foreign, newer or damaged.
Result<format::SegmentHeader> readSegmentHeader(const File& file, const QString& path, quint64 number, quint64 owner);

/// A segment that is there.
struct Segment
{
    quint64 number = 0;
    quint64 lastIndexBefore = 0;
    qint64 size = 0; ///< up to the end of its last record
};

struct LogScan
{
    Recovered recovered;
    std::vector<Segment> segments; ///< oldest first
    std::size_t voided = 0;        ///< so many of them, from the first, stand before one that begins anew
    RecordsScan last;              ///< of the last one, where the log goes on
};

/// Reads a log of one or more segments. Each segment says what the one before had made durable, so only the last may
/// have a torn tail. Errors: a segment that is missing, twice there, of another log or damaged; entries that do not
/// follow each other; each names file and offset.
Result<LogScan> scanSegments(Disk& disk, const QString& folder, const std::vector<quint64>& numbers, quint64 owner);

/// "wal-0000000012".
QString segmentName(quint64 number);
/// The numbers of the segments in a folder, ascending; the error is of a name that is nearly one.
Result<std::vector<quint64>> segmentsIn(const Disk& disk, const QString& folder);

} // namespace faultline::storage
