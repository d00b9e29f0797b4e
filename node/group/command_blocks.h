// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace faultline::node {

/// Where the commands that a leader takes lie, one behind the other in blocks: a turn of the event loop brings many,
/// and an allocation for each, that lives as long as the log holds it, costs more than its bytes. What is handed out is
/// a slice of the block, which log, wire and disk share, also from other threads; its bytes never change any more.
///
/// A block lives as long as one of its slices. The log lets go of commands from either end, so that what it keeps of
/// others beside its own comes to two blocks at most; who keeps one command for longer must copy it.
class CommandBlocks
{
public:
    static constexpr qsizetype kBlock = qsizetype(64) << 10;
    /// A larger command stays what it is, a block of its own, and so no block ends with more than this unused.
    static constexpr qsizetype kLargest = qsizetype(4) << 10;

    QByteArray add(QByteArray command);

private:
    QByteArray m_block;
    char* m_bytes = nullptr; ///< of the block: to ask it for them would copy it, since slices share it
    qsizetype m_used = 0;
};

} // namespace faultline::node
