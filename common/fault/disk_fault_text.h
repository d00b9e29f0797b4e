// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/disk_fault.h"
#include "common/result/result.h"

#include <QString>
#include <QStringList>

// How people write the faults of a disk, and how they are shown to them, in the manner of link_fault_text.h: whatever
// is printed parses to the same value, and errors are one plain sentence with the allowed range.
namespace faultline::fault {

/// latency, jitter, full, lies, flip: in this order.
const QStringList& diskFieldNames();
/// What the field does, and what it takes: "of writes, one bit of which is flipped on the disk; a share from ...".
QString describeDiskField(const QString& field);
/// Sets one field from its text. The error names the field, what was given and the allowed range; the fault is
/// unchanged.
Result<void> setField(DiskFault& fault, const QString& field, const QString& text);
QString printField(const DiskFault& fault, const QString& field);

/// "latency: 200ms, lies, flip: 5%", fields at rest left out; "healthy".
QString print(const DiskFault& fault);
/// Of such a line; commas or line ends between the fields, each given once.
Result<DiskFault> parseDiskFault(const QString& text);

/// For a sentence, after the name of the disk: "slow: 200 ms ± 50 ms", "lies about sync", several joined by ", ".
QString spokenDiskFault(const DiskFault& fault);

/// A fault that has a name of its own, for menus: "slow: 20 ms", "full", "lies about sync", ...
struct DiskPreset
{
    QString name;
    QString explanation; ///< what it sets, in words
    DiskFault fault;
};
const QList<DiskPreset>& diskPresets();

} // namespace faultline::fault
