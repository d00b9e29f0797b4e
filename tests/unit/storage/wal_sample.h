// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/sim/disk/sim_disk.h"
#include "node/storage/wal.h"

namespace faultline::tests {

inline const QString kFolder = QStringLiteral("/n1");

/// What a log says, without how it lies on disk.
struct Model
{
    storage::HardState hardState;
    quint64 firstIndex = 1;
    std::vector<storage::Entry> entries;
    bool operator==(const Model&) const = default;

    void take(const std::vector<storage::Entry>& more, const std::optional<storage::HardState>& promise)
    {
        if (promise)
            hardState = *promise;
        for (const storage::Entry& each : more) {
            entries.resize(static_cast<std::size_t>(each.index - firstIndex));
            entries.push_back(each);
        }
    }
    /// Without what a snapshot up to this index stands for.
    Model beyond(quint64 index) const
    {
        Model model = *this;
        std::erase_if(model.entries, [&](const storage::Entry& each) { return each.index <= index; });
        model.firstIndex = std::max(firstIndex, index + 1);
        return model;
    }
    quint64 lastIndex() const { return firstIndex - 1 + entries.size(); }
};

inline storage::Entry entryOf(quint64 index, quint64 term, QByteArray payload)
{
    return {index, term, 1, std::move(payload)};
}

inline QByteArray contentOf(storage::Disk& disk, const QString& path)
{
    auto file = disk.open(path, storage::Disk::Open::Existing);
    return file ? *(*file)->pread(0, static_cast<qsizetype>((*file)->size())) : QByteArray("none");
}

/// Makes a file hold these bytes and nothing else, durably.
inline bool setContent(storage::Disk& disk, const QString& path, const QByteArray& bytes)
{
    using Open = storage::Disk::Open;
    if (!disk.exists(path) && !(disk.open(path + ".new", Open::CreateNew) && disk.rename(path + ".new", path)))
        return false;
    auto file = disk.open(path, Open::Existing);
    return file && (*file)->truncate(0) && (*file)->append(bytes) && (*file)->sync(storage::SyncOf::Records);
}

/// With so little room made ahead that logs often go on beyond it.
inline const storage::WalOptions kPlain{.fillStep = 64};

inline Result<Model> recover(storage::Disk& disk, const storage::WalOptions& options = kPlain)
{
    auto opened = storage::Wal::open(disk, kFolder, options);
    if (!opened)
        return Error{opened.error()};
    return Model{opened->recovered.hardState, opened->recovered.firstIndex, opened->recovered.entries};
}

} // namespace faultline::tests
