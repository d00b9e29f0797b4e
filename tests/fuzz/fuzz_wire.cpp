// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/control.h"
#include "common/wire/frame.h"
#include "common/wire/hello.h"

#include <cstdint>
#include <cstdlib>

using namespace faultline::wire;

namespace {

/// One good payload of each kind, to be damaged.
QByteArray goodPayload(unsigned choice)
{
    switch (choice % 5) {
    case 0: {
        DesiredState desired;
        desired.version = 3;
        desired.links.resize(2);
        desired.watchedKey = "x";
        return encodeControl(desired, 1);
    }
    case 1:
        return encodeControl(DesiredStateAck{7}, 2);
    case 2: {
        Status status;
        status.watchedValue = "1";
        status.links.resize(2);
        return encodeControl(status, 3);
    }
    case 3: {
        Histograms histograms;
        histograms.request.record(std::chrono::milliseconds(3), 5);
        return encodeControl(histograms, 4);
    }
    default: {
        Activity activity;
        activity.events.resize(2);
        activity.samples.resize(2);
        return encodeControl(activity, 5);
    }
    }
}

void checkControl(const QByteArray& payload)
{
    const auto message = decodeControl(payload);
    if (message && !decodeControl(encodeControl(*message, 1)))
        std::abort();
}

} // namespace

// The first byte chooses: raw bytes at the frame reader; a payload as it comes out of a good frame, since random bytes
// never have the right checksum; or a good payload damaged in places. What decodes must encode to what decodes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const QByteArray rest(reinterpret_cast<const char*>(data) + 1, static_cast<qsizetype>(size - 1));
    if (data[0] % 4 == 0) {
        FrameReader reader;
        reader.append(rest);
        Frame frame;
        for (;;) {
            const auto outcome = reader.next(frame);
            if (outcome == FrameReader::Outcome::NeedMore || outcome == FrameReader::Outcome::BadHeader)
                return 0;
        }
    }
    if (data[0] % 4 == 1) {
        static_cast<void>(decodeHello(rest));
        return 0;
    }
    if (data[0] % 4 == 2) {
        checkControl(rest);
        return 0;
    }
    QByteArray payload = goodPayload(data[0] / 4u);
    for (qsizetype i = 0; i + 1 < rest.size(); i += 2) {
        const qsizetype at = static_cast<unsigned char>(rest[i]) % payload.size();
        payload[at] = rest[i + 1];
    }
    checkControl(payload);
    return 0;
}
