// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "common/wire/ids.h"
#include "node/program/contacts.h"
#include "node/storage/sync_trial.h"

#include <QStringList>

#include <vector>

namespace faultline::node {

/// What the command line of faultline-node says.
struct Options
{
    enum class Ask { Run, Help, Version };
    Ask ask = Ask::Run;

    NodeId self;
    std::vector<MemberAddress> members; ///< in the order of their ids, self included
    QString dataFolder;
    QByteArray cluster = "faultline";
    bool join = false;          ///< begins as a member of nothing, and waits for a cluster to take it in
    quint64 snapshotAfter = 0;  ///< entries; 0: the group's own choice
    bool afterPowerCut = false; ///< what the last process of this folder did not make durable is lost
    storage::SyncTrial trial;   ///< of a test
    bool auth = false;          ///< a password for clients comes on standard input
    bool admission = true;      ///< -BUSY early rather than late
    bool managed = false;
    quint16 controlPort = 0; ///< when managed

    const MemberAddress& own() const;
};

/// The arguments without the program's name. The error says what is wrong and what would be right.
Result<Options> parseOptions(const QStringList& arguments);

QString helpText();
QString versionText();

} // namespace faultline::node
