// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace faultline::wire {

/// A part of `block` that shares its bytes instead of copying them, so that what came in one frame stays one block,
/// however many logs and queues hold parts of it; the block lives as long as any of them. A QByteArray like any other
/// (who writes to it gets bytes of its own), but for one thing: no zero stands behind it, so it is read by its size.
///
/// A part of borrowed bytes (QByteArray::fromRawData) is copied, since nobody could keep them alive.
inline QByteArray sharedSlice(const QByteArray& block, qsizetype offset, qsizetype length)
{
    Q_ASSERT(offset >= 0 && length >= 0 && offset <= block.size() - length);
    QByteArray whole = block;
    QByteArray::DataPointer& data = whole.data_ptr();
    if (!data.d_ptr())
        return block.sliced(offset, length);
    QByteArray::DataPointer part(data.d_ptr(), const_cast<char*>(block.constData()) + offset, length);
    part.ref();
    return QByteArray(std::move(part));
}

} // namespace faultline::wire
