// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace faultline::storage {

/// What is safe when files of a node's folder are damaged or gone: the last words of every refusal for that.
///
/// A member that comes back empty under its name has forgotten its vote and what it acknowledged, so that it can make
/// up two majorities that share no memory: a write that was acknowledged is lost. Once the others have taken it out of
/// the cluster, its votes count for nothing, and an empty folder may join as a new member's does (§4 of the thesis).
inline QString adviceOnLostFiles()
{
    return QStringLiteral(
        "Restore the files, or let the node join as a new one: MEMBER REMOVE it at another node, then remove its "
        "folder, start it with --join, and MEMBER ADD it. Removing the folder alone can lose acknowledged writes, and "
        "where the node is alone or most nodes have lost their files, what they had is lost.");
}

} // namespace faultline::storage
