// SPDX-License-Identifier: GPL-3.0-or-later
#include "conditions_linux.h"

#include "throughput.h"
#include "tool.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QStorageInfo>
#include <QSysInfo>
#include <QThread>

namespace faultline::bench {

namespace {

/// What stands behind the colon of the first line that begins so.
QString fieldOf(const QString& path, const QByteArray& begin)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    // Files of /proc have no size, so they are read whole.
    for (const QByteArray& line : file.readAll().split('\n')) {
        if (line.startsWith(begin))
            return QString::fromUtf8(line.mid(line.indexOf(':') + 1)).simplified();
    }
    return {};
}

QString firstLineOf(const QString& program, const QStringList& arguments)
{
    const auto output = runTool(program, arguments, std::chrono::seconds(10));
    return output ? QString::fromUtf8(*output).section(u'\n', 0, 0).trimmed() : QStringLiteral("absent");
}

} // namespace

Conditions conditions(const QString& commit)
{
    const QStorageInfo disk(QDir::tempPath());
    Conditions all;
    all.entries = {
        {QStringLiteral("caption"), kCaption},
        {QStringLiteral("commit"), commit.isEmpty() ? QStringLiteral("unknown") : commit},
        {QStringLiteral("date"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate)},
        {QStringLiteral("engine"), QStringLiteral("faultline-node, Qt %1").arg(QLatin1StringView(qVersion()))},
        {QStringLiteral("sync"),
         QStringLiteral("fdatasync on a majority before OK; etcd as it comes; Redis alone, without "
                        "replication, appendfsync always")},
        {QStringLiteral("pace"), QStringLiteral("real")},
        {QStringLiteral("payload"), QStringLiteral("%1 B").arg(kPayloadBytes)},
        {QStringLiteral("generator"),
         firstLineOf(QStringLiteral("redis-benchmark"), {QStringLiteral("--version")}) +
             QStringLiteral(
                 ", one thread on the same machine; for etcd wrk or etcdctl check perf, whichever got more")},
        {QStringLiteral("cpu"), QStringLiteral("%1, %2 cores")
                                    .arg(fieldOf(QStringLiteral("/proc/cpuinfo"), "model name"))
                                    .arg(QThread::idealThreadCount())},
        {QStringLiteral("disk"),
         QStringLiteral("%1 on %2").arg(QString::fromUtf8(disk.fileSystemType()), QString::fromUtf8(disk.device()))},
        {QStringLiteral("system"),
         QSysInfo::prettyProductName() + QStringLiteral(", Linux ") + QSysInfo::kernelVersion()},
    };
    return all;
}

Result<double> residentMegabytes(qint64 pid)
{
    const QString text = fieldOf(QStringLiteral("/proc/%1/status").arg(pid), "VmRSS");
    bool isNumber = false;
    const double kibibytes = text.section(u' ', 0, 0).toDouble(&isNumber);
    if (!isNumber)
        return Error{QStringLiteral("process %1: its resident memory cannot be read").arg(pid)};
    return kibibytes * 1024 / 1e6;
}

} // namespace faultline::bench
