// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>
#include <QtGlobal>

#include <functional>

// What the lab needs of the operating system beyond Qt, in one place. Linux.
namespace faultline::lab {

/// To be run in a child process between fork and exec: the kernel kills it when the thread that started it ends,
/// however that comes (prctl(2), PR_SET_PDEATHSIG). `parent` is this process.
std::function<void()> dieWithParent(qint64 parent);

enum class ProcessSignal { Kill, Terminate, Stop, Continue };
/// False when there is no such process.
bool sendSignal(qint64 pid, ProcessSignal signal);

/// "SIGKILL"; "signal 77" for those without a name.
QString signalName(int number);

/// The command line of a running process, its arguments separated by zero bytes; empty when there is no such process.
QByteArray commandLineOf(qint64 pid);

/// The number of the user in whose name this process works.
quint32 userId();

/// Makes a folder in which every user of the machine may make files and nobody remove another's, as in /tmp; opens one
/// of this user's that is there already in the same way. False when there is none afterwards. A link in its place is
/// not followed.
bool makeFolderForAll(const QString& path);

} // namespace faultline::lab
