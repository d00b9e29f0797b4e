// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace faultline::lab {

/// What a figure was measured with: without this it says nothing. Everything here is asked of the build and the
/// machine; what cannot be found out is "unknown".
struct Conditions
{
    QString commit; ///< of the build, "-dirty" when it had changes of its own
    QString engine; ///< "faultline 0.1.0"
    QString sync;   ///< how an acknowledged write reached the disk
    QString pace;   ///< "real", "watch", "x20"; "real, then watch" when it was changed: each once, in order
    QString cpu;    ///< "Intel(R) Xeon(R) CPU @ 2.20GHz, 2 cores"
    QString disk;   ///< "ext4 on /dev/sda1", of the folder the nodes wrote to
    bool generatorLimited = false;
};

QString buildCommit();
QString buildVersion();

/// The model and the number of cores from what /proc/cpuinfo says; "unknown" for the model when it names none.
QString describeCpu(const QByteArray& cpuinfo);
/// The same of this machine.
QString thisCpu();

} // namespace faultline::lab
