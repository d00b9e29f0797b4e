// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/control.h"
#include "common/wire/frame.h"
#include "common/wire/hello.h"

#include <cstdint>
#include <cstdlib>

using namespace faultline::wire;

// The first byte chooses: raw bytes at the frame reader, or a payload as it comes out of a good frame, since random
// bytes never have the right checksum. What decodes must encode and decode to itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const QByteArray rest(reinterpret_cast<const char*>(data) + 1, static_cast<qsizetype>(size - 1));
    if (data[0] % 3 == 0) {
        FrameReader reader;
        reader.append(rest);
        Frame frame;
        for (;;) {
            const auto outcome = reader.next(frame);
            if (outcome == FrameReader::Outcome::NeedMore || outcome == FrameReader::Outcome::BadHeader)
                return 0;
        }
    }
    if (data[0] % 3 == 1) {
        static_cast<void>(decodeHello(rest));
        return 0;
    }
    const auto message = decodeControl(rest);
    if (message && !decodeControl(encodeControl(*message, 1)))
        std::abort();
    return 0;
}
