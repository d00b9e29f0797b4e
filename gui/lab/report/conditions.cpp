// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/report/conditions.h"

#include <QFile>

namespace faultline::lab {

QString buildCommit()
{
    return QStringLiteral(FAULTLINE_COMMIT);
}

QString buildVersion()
{
    return QStringLiteral(FAULTLINE_VERSION);
}

QString describeCpu(const QByteArray& cpuinfo)
{
    QString model;
    int cores = 0;
    for (const QByteArray& line : cpuinfo.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        const QByteArray field = line.left(colon).trimmed();
        if (field == "processor")
            ++cores;
        else if (field == "model name" && model.isEmpty() && colon > 0)
            model = QString::fromUtf8(line.mid(colon + 1)).simplified();
    }
    if (model.isEmpty())
        model = QStringLiteral("unknown");
    return cores == 0 ? model
                      : QStringLiteral("%1, %2 %3")
                            .arg(model)
                            .arg(cores)
                            .arg(cores == 1 ? QStringLiteral("core") : QStringLiteral("cores"));
}

QString thisCpu()
{
    QFile file(QStringLiteral("/proc/cpuinfo"));
    if (!file.open(QIODevice::ReadOnly))
        return QStringLiteral("unknown");
    return describeCpu(file.readAll());
}

} // namespace faultline::lab
