// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/link_fault_text.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using namespace faultline;
using namespace faultline::fault;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// A sentence is one short line that can be shown.
void checkSentence(const QString& sentence)
{
    require(!sentence.isEmpty() && sentence.size() < 300);
    for (const QChar character : sentence)
        require(character.isPrint() || character.isSurrogate());
}

void checkRanges(const LinkFault& fault)
{
    for (const std::chrono::microseconds delay : {fault.latency, fault.jitter})
        require(delay.count() >= 0 && delay <= kMaxLatency);
    for (const Share share : {fault.loss, fault.duplicate, fault.corrupt, fault.reorder, fault.stall})
        require(share.millionths <= Share::kAll);
    require(fault.bandwidth == 0 || (fault.bandwidth >= kMinBandwidth && fault.bandwidth <= kMaxBandwidth));
}

void checkLine(const QString& line)
{
    const auto fault = parseLinkFault(line);
    if (!fault) {
        checkSentence(fault.error());
        return;
    }
    checkRanges(*fault);
    const QString printed = print(*fault);
    const auto again = parseLinkFault(printed);
    require(again && *again == *fault && print(*again) == printed);
    require(!spokenLinkFault(*fault).isEmpty());
    for (const bool ofClients : {false, true}) {
        if (const auto valid = validate(*fault, ofClients); !valid)
            checkSentence(valid.error());
    }
}

void checkField(const QString& name, const QString& text)
{
    LinkFault fault;
    if (const auto set = setField(fault, name, text); !set) {
        checkSentence(set.error());
        require(fault.healthy());
        return;
    }
    checkRanges(fault);
    LinkFault again;
    require(setField(again, name, printField(fault, name)) && again == fault);
}

template <typename Parsed, typename Print> void checkValue(const Parsed& parsed, const Print& print)
{
    if (!parsed)
        checkSentence(parsed.error());
    else
        print(*parsed);
}

} // namespace

// The first byte chooses a line or a field; what is taken must be in range and print to what is taken as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const auto* rest = reinterpret_cast<const char*>(data) + 1;
    const auto length = static_cast<qsizetype>(size - 1);
    // Text comes from files in UTF-8, and from fields and the clipboard as any 16-bit units.
    const QString text = data[0] & 0x80 ? QString::fromUtf8(rest, length) : QString::fromLatin1(rest, length);
    QString units(length / 2, Qt::Uninitialized);
    std::copy_n(rest, units.size() * 2, reinterpret_cast<char*>(units.data()));

    const auto choice = static_cast<qsizetype>(data[0] & 0x7f) % (fieldNames().size() + 2);
    for (const QString& each : {text, units}) {
        if (choice < fieldNames().size())
            checkField(fieldNames()[choice], each);
        else if (choice == fieldNames().size())
            checkField(each, QStringLiteral("1"));
        else
            checkLine(each);
        checkValue(parseDuration(each), [](auto duration) {
            const auto again = parseDuration(printDuration(duration));
            require(again && *again == duration);
        });
        checkValue(parseShare(each), [](Share share) {
            const auto again = parseShare(printShare(share));
            require(again && *again == share);
        });
        checkValue(parseBandwidth(each), [](quint64 bits) {
            const auto again = parseBandwidth(printBandwidth(bits));
            require(again && *again == bits);
        });
    }
    return 0;
}
