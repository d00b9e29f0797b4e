// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"
#include "node/storage/snapshot_file.h"

#include <memory>
#include <optional>

namespace faultline::storage {

/// A snapshot that comes from a peer in chunks, in any number of attempts: what has arrived lies in a file of its own,
/// `snapshot-<last index>.<last term>.incoming`, and is gone on with after a restart, as far as its blocks are right.
/// Chunks are of the sender's file, so that nothing is trusted that the checksums in it do not vouch for. The folder
/// must be there and locked. One at a time: opening one removes what is there of others.
class IncomingSnapshot
{
public:
    /// Nothing where there is no space for it.
    static Result<std::unique_ptr<IncomingSnapshot>> open(Disk& disk, const QString& folder, quint64 lastIndex,
                                                          quint64 lastTerm);

    quint64 lastIndex() const { return m_lastIndex; }
    quint64 lastTerm() const { return m_lastTerm; }
    /// So many bytes are there, from the first: the next chunk is wanted from here.
    qint64 received() const { return m_file->size(); }
    /// Takes what follows on what is there and leaves the rest: a chunk may come twice, and one that leaves a gap
    /// changes nothing.
    Result<void> write(qint64 offset, QByteArrayView chunk);
    /// After an error from write() or finish(): the disk has no space for the chunk, or for the name, and that is all.
    bool lackedSpace() const { return m_lackedSpace; }

    /// After the last chunk: verifies it and makes it durable under its own name. Nothing when what came is no such
    /// snapshot, say because two senders wrote theirs differently; it is removed then, and may be asked for again from
    /// its first byte. Nothing more is to be written afterwards. Where there was no space for its name, what came
    /// stays.
    Result<std::optional<Snapshot>> finish();

private:
    IncomingSnapshot(Disk& disk, QString folder, QString path, std::unique_ptr<File> file, quint64 lastIndex,
                     quint64 lastTerm);

    Disk& m_disk;
    QString m_folder;
    QString m_path;
    std::unique_ptr<File> m_file;
    quint64 m_lastIndex;
    quint64 m_lastTerm;
    bool m_lackedSpace = false;
};

} // namespace faultline::storage
