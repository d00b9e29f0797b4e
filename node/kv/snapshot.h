// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "node/kv/sessions.h"
#include "node/kv/tables.h"

#include <QByteArray>

#include <functional>
#include <optional>
#include <vector>

namespace faultline::kv {

/// The state of a Store as bytes, in pieces, so that writing it to a disk or to a peer needs no second copy of it all.
/// It is the state as of the call of Store::snapshot(), whatever is applied meanwhile; equal states give equal bytes.
///
///     8 bytes   "FLSTATE" and the version, 2
///     8 bytes   Store::stateHash(), lowest byte first: what is restored must come to it
///     varints   number of keys; sessions ever opened, their uses, number of open ones; the state's time and lag, in
///               milliseconds (node/kv/time.h)
///     keys      in the order of their slots, and of their bytes within one: key, value, each with its length before it
///               as a varint; deadline as a varint
///     sessions  in the order of their ids: id, last use, acked-below, number of replies; then each reply by its
///               sequence number: that, its kind, what it says
///
/// Version 1, which is still read, had neither time nor lag nor deadlines, and its keys in the order of their bytes.
class SnapshotWriter
{
public:
    struct State ///< of a store
    {
        std::vector<Table> tables; ///< by slot, none of them empty
        quint64 keys = 0;
        Sessions sessions;
        qint64 time = 0;
        qint64 lag = 0;
        quint64 hash = 0;
    };
    explicit SnapshotWriter(State state);

    /// The next `maxBytes` (1 at least), fewer at the end, none after it.
    QByteArray next(qsizetype maxBytes);

private:
    bool writeOne();
    void writeTable(const Table& table);

    State m_state;
    std::size_t m_nextTable = 0;
    quint64 m_lastSession = 0; ///< the last one written
    QByteArray m_written;      ///< and not yet taken
};

/// The next bytes of a snapshot, as many as come; nothing behind the last.
using NextPiece = std::function<faultline::Result<std::optional<QByteArray>>()>;

/// What a snapshot says, checked against all that this format promises but for the hash. The error is one sentence with
/// the place, or what `next` said. Never trusts a count or a length, and holds of what it reads one record or reply at
/// a time.
struct SnapshotContent
{
    Tables tables;
    Sessions sessions;
    qint64 time = 0;
    qint64 lag = 0;
    quint64 stateHash = 0;
};
faultline::Result<SnapshotContent> readSnapshot(const NextPiece& next);

} // namespace faultline::kv
