// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/store.h"

#include <cstdint>
#include <cstdlib>
#include <utility>

using namespace faultline::kv;

namespace {

NextPiece inPieces(const QByteArray& bytes, qsizetype size)
{
    return [bytes, size, at = qsizetype(0)]() mutable -> faultline::Result<std::optional<QByteArray>> {
        if (at >= bytes.size())
            return std::optional<QByteArray>();
        return std::optional(bytes.mid(std::exchange(at, at + size), size));
    };
}

void require(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace

// Any bytes as a snapshot of the store: refused with a sentence, or taken, and then written again as the same state.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    if (const auto content = readSnapshot(inPieces(bytes, 3)); !content)
        require(content.error().endsWith(QLatin1Char('.')));
    Store store;
    if (const auto restored = store.restore(inPieces(bytes, 1 << 20)); !restored) {
        require(restored.error().endsWith(QLatin1Char('.')));
        require(store.stateHash() == 0);
        return 0;
    }
    QByteArray again;
    SnapshotWriter writer = store.snapshot();
    for (QByteArray piece = writer.next(7); !piece.isEmpty(); piece = writer.next(7))
        again += piece;
    Store other;
    require(bool(other.restore(inPieces(again, 50))) && other.stateHash() == store.stateHash());
    return 0;
}
