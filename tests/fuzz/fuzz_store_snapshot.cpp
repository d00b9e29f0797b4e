// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/store.h"

#include <cstdint>
#include <cstdlib>

using namespace faultline::kv;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace

// Any bytes as a snapshot of the store: refused with a sentence, or taken, and then written again as the same state.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const QByteArrayView bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    if (const auto content = readSnapshot(bytes); !content)
        require(content.error().endsWith(QLatin1Char('.')));
    Store store;
    if (const auto restored = store.restore(bytes); !restored) {
        require(restored.error().endsWith(QLatin1Char('.')));
        require(store.stateHash() == 0);
        return 0;
    }
    QByteArray again;
    SnapshotWriter writer = store.snapshot();
    for (QByteArray piece = writer.next(7); !piece.isEmpty(); piece = writer.next(7))
        again += piece;
    Store other;
    require(bool(other.restore(again)) && other.stateHash() == store.stateHash());
    return 0;
}
