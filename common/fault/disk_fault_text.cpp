// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/disk_fault_text.h"

#include "common/fault/field_text.h"
#include "common/fault/link_fault_text.h"

namespace faultline::fault {

namespace {

constexpr const char* kDurationWords = "a duration from 0 to 10s, such as 20ms or 1.5s";
constexpr const char* kShareWords = "a share from 0% to 100%, such as 5% or 0.05";

Result<std::chrono::microseconds> parseSyncDelay(const QString& text)
{
    const Result<std::chrono::microseconds> duration = parseDuration(text);
    if (!duration || *duration > kMaxSyncLatency)
        return wrongValue(text, kDurationWords);
    return duration;
}

const FieldTable<DiskFault>& table()
{
    static const FieldTable<DiskFault> kTable(
        "disk", "latency: 50ms, lies",
        {
            field("latency", "added to every sync", kDurationWords, &DiskFault::latency, &parseSyncDelay,
                  &printDuration),
            field("jitter", "how far the latency varies", kDurationWords, &DiskFault::jitter, &parseSyncDelay,
                  &printDuration),
            field("full", "making a file, or making one longer, fails", kFlagWords, &DiskFault::full, &parseFlag,
                  &printFlag),
            field("lies", "syncs say it is durable, and a power cut shows that it was not", kFlagWords,
                  &DiskFault::lies, &parseFlag, &printFlag),
            field("flip", "writes of which one bit is flipped on the disk", kShareWords, &DiskFault::flip, &parseShare,
                  &printShare),
        });
    return kTable;
}

} // namespace

const QStringList& diskFieldNames()
{
    return table().names();
}

QString describeDiskField(const QString& name)
{
    return table().describe(name);
}

Result<void> setField(DiskFault& fault, const QString& name, const QString& text)
{
    return table().set(fault, name, text);
}

QString printField(const DiskFault& fault, const QString& name)
{
    return table().print(fault, name);
}

QString print(const DiskFault& fault)
{
    return table().printLine(fault);
}

Result<DiskFault> parseDiskFault(const QString& text)
{
    return table().parseLine(text);
}

QString spokenDiskFault(const DiskFault& fault)
{
    QStringList parts;
    if (fault.latency.count() > 0 || fault.jitter.count() > 0) {
        QString slow = QStringLiteral("slow: %1").arg(spokenDuration(fault.latency));
        if (fault.jitter.count() > 0)
            slow += QStringLiteral(" ± %1").arg(spokenDuration(fault.jitter));
        parts << slow;
    }
    if (fault.full)
        parts << QStringLiteral("full");
    if (fault.lies)
        parts << QStringLiteral("lies about sync");
    if (fault.flip)
        parts << QStringLiteral("flips a bit in %1 of writes").arg(printShare(fault.flip));
    return parts.isEmpty() ? QStringLiteral("healthy") : parts.join(QStringLiteral(", "));
}

const QList<DiskPreset>& diskPresets()
{
    static const QList<DiskPreset> kPresets = [] {
        const auto preset = [](const QString& name, const QString& line) {
            const Result<DiskFault> fault = parseDiskFault(line);
            FAULTLINE_INVARIANT(fault, "a preset is a fault of a disk");
            return DiskPreset{name, spokenDiskFault(*fault), *fault};
        };
        return QList<DiskPreset>{
            preset(QStringLiteral("slow: 20 ms"), QStringLiteral("latency: 20ms")),
            preset(QStringLiteral("slow and unsteady"), QStringLiteral("latency: 200ms, jitter: 100ms")),
            preset(QStringLiteral("full"), QStringLiteral("full")),
            preset(QStringLiteral("lies about sync"), QStringLiteral("lies")),
            preset(QStringLiteral("bit rot"), QStringLiteral("flip: 1%")),
        };
    }();
    return kPresets;
}

} // namespace faultline::fault
