// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "common/wire/ids.h"

#include <QLockFile>
#include <QString>
#include <QStringList>

#include <memory>
#include <vector>

namespace faultline::lab {

/// Where one cluster keeps its data, and a note of its processes, while a lab runs it. A lab that dies leaves the
/// folder with a lock nobody holds; the next one ends the processes noted in it, if any still run, and removes it.
class ClusterFolder
{
public:
    /// Makes a new folder under `root`, which is made when absent.
    static Result<ClusterFolder> create(const QString& root);
    /// The default root: one for each user, in the folder for what is temporary.
    static QString defaultRoot();

    /// What dead labs left under `root`. Ends their processes at once; the folders, now ours, are to be removed with
    /// remove(), off the UI thread.
    static std::vector<ClusterFolder> takeLeftovers(const QString& root);

    const QString& path() const { return m_path; }
    QString nodeFolder(NodeId node) const;
    void noteProcess(NodeId node, qint64 pid) const;

    /// The node's own folder is out of the way at once, and deleted on another thread.
    void discard(NodeId node) const;

    /// Deletes everything. May take a while.
    void remove();

private:
    ClusterFolder(QString path, std::unique_ptr<QLockFile> lock)
        : m_path(std::move(path))
        , m_lock(std::move(lock))
    {}
    void killNotedProcesses() const;

    QString m_path;
    std::unique_ptr<QLockFile> m_lock;
};

} // namespace faultline::lab
