// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/storage/disk.h"

#include <cstdlib>

namespace faultline::tests {

/// A file to read from. Nothing that is fuzzed may write.
class MemoryFile final : public storage::File
{
public:
    explicit MemoryFile(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {}
    qint64 size() const override { return m_bytes.size(); }
    Result<QByteArray> pread(qint64 offset, qsizetype length) const override { return m_bytes.mid(offset, length); }
    Result<void> write(qint64, QByteArrayView) override { std::abort(); }
    Result<void> writeAgain(qint64, qint64) override { std::abort(); }
    Result<void> append(QByteArrayView) override { std::abort(); }
    Result<void> truncate(qint64) override { std::abort(); }
    Result<bool> fillTo(qint64) override { std::abort(); }
    bool lackedSpace() const override { return false; }
    Result<void> sync(storage::SyncOf) override { std::abort(); }

private:
    QByteArray m_bytes;
};

} // namespace faultline::tests
