// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/group/command_blocks.h"

#include "common/wire/shared_slice.h"

#include <cstring>

namespace faultline::node {

QByteArray CommandBlocks::add(QByteArray command)
{
    const qsizetype size = command.size();
    if (size > kLargest || size == 0)
        return command;
    if (size > m_block.size() - m_used) {
        m_block = QByteArray(kBlock, Qt::Uninitialized);
        m_bytes = m_block.data();
        m_used = 0;
    }
    std::memcpy(m_bytes + m_used, command.constData(), static_cast<std::size_t>(size));
    m_used += size;
    return wire::sharedSlice(m_block, m_used - size, size);
}

} // namespace faultline::node
