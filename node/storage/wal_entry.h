// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <vector>

namespace faultline::storage {

/// One entry of the replicated log, as the disk sees it: opaque, but for its place.
struct Entry
{
    quint64 index = 0; ///< from 1
    quint64 term = 0;
    quint8 kind = 0;
    QByteArray payload;
    bool operator==(const Entry&) const = default;
};

/// What a node has promised: it will not act in an older term, nor vote twice in this one.
struct HardState
{
    quint64 term = 0;
    quint32 vote = 0; ///< 0: nobody
    bool operator==(const HardState&) const = default;
};

/// What a log held when it was opened.
struct Recovered
{
    HardState hardState;
    quint64 firstIndex = 1;     ///< of the first entry, or of the next one to come; what is below it is in a snapshot
    std::vector<Entry> entries; ///< contiguous, from firstIndex
    qint64 cutBytes = 0;        ///< behind the last record: a torn tail, or what the file held in an earlier use

    quint64 lastIndex() const { return firstIndex - 1 + entries.size(); }
};

} // namespace faultline::storage
