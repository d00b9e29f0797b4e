// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "node/kv/sessions.h"

#include <QByteArray>
#include <QHash>

#include <map>

namespace faultline::kv {

/// The state of a Store as bytes, in pieces, so that writing it to a disk or to a peer needs no second copy of it all.
/// It is the state as of the call of Store::snapshot(), whatever is applied meanwhile; equal states give equal bytes.
///
///     8 bytes   "FLSTATE" and the version, 1
///     8 bytes   Store::stateHash(), lowest byte first: what is restored must come to it
///     varints   number of keys; sessions ever opened, their uses, number of open ones
///     keys      in the order of their bytes: key, value, each with its length before it as a varint
///     sessions  in the order of their ids: id, last use, acked-below, number of replies; then each reply by its
///               sequence number: that, its kind, what it says
class SnapshotWriter
{
public:
    SnapshotWriter(const QHash<QByteArray, QByteArray>& values, Sessions sessions, quint64 stateHash);

    /// The next `maxBytes` (1 at least), fewer at the end, none after it.
    QByteArray next(qsizetype maxBytes);

private:
    bool writeOne();

    std::map<QByteArray, QByteArray> m_values; ///< those not yet written
    Sessions m_sessions;
    quint64 m_lastSession = 0; ///< the last one written
    QByteArray m_written;      ///< and not yet taken
};

/// What a snapshot says, checked against all that this format promises but for the hash. The error is one sentence with
/// the place. Never trusts a count or a length.
struct SnapshotContent
{
    QHash<QByteArray, QByteArray> values;
    Sessions sessions;
    quint64 stateHash = 0;
};
faultline::Result<SnapshotContent> readSnapshot(QByteArrayView bytes);

} // namespace faultline::kv
