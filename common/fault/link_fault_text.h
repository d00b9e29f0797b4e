// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"
#include "common/result/result.h"

#include <QString>
#include <QStringList>

// How people write the faults of a link: in scenario files, in fields of the window, on the clipboard, and how they are
// shown to them. Whatever is printed parses to the same value. Errors are one plain sentence with the allowed range.
namespace faultline::fault {

/// "200ms", "1.5s", "2min", "250us"; a space before the unit is allowed, a bare 0 too. Never negative, whole
/// microseconds, 31 years at most; fields have narrower ranges.
Result<std::chrono::microseconds> parseDuration(const QString& text);
/// "5%", "0.5%", "0.05".
Result<Share> parseShare(const QString& text);
/// Bits a second by "1mbit", "64kbit", "1gbit", "8000bit", bytes a second by "100KB/s", "2MB/s", "500B/s" (k is 1,000);
/// "unlimited" or "0" is 0.
Result<quint64> parseBandwidth(const QString& text);

QString printDuration(std::chrono::microseconds duration);  ///< the shortest exact one: "200ms", "1.5s", "250us"
QString spokenDuration(std::chrono::microseconds duration); ///< "200 ms"
QString printShare(Share share);                            ///< "5%", "0.25%"
QString printBandwidth(quint64 bitsPerSecond);              ///< "1mbit", "unlimited"
QString nameOf(Distribution distribution);                  ///< "normal"

/// latency, jitter, distribution, loss, duplicate, corrupt, reorder, bandwidth, stall, cut, reset, refuse: in this
/// order.
const QStringList& fieldNames();
/// What the field does, and what it takes: "added to every message; 0 to 1min, such as 200ms".
QString describeField(const QString& field);
/// Sets one field from its text. The error names the field, what was given and the allowed range; the fault is
/// unchanged.
Result<void> setField(LinkFault& fault, const QString& field, const QString& text);
QString printField(const LinkFault& fault, const QString& field);

/// Whether the fields go together and suit the link: no jitter without room for it (constant), no faults of whole
/// messages on links of clients.
Result<void> validate(const LinkFault& fault, bool linkOfClients);

/// "latency: 200ms, jitter: 50ms, loss: 5%", fields at rest left out; "healthy". Flags stand alone: "cut".
QString print(const LinkFault& fault);
/// Of such a line; commas or line ends between the fields, each given once. Says nothing of what does not go together.
Result<LinkFault> parseLinkFault(const QString& text);

/// For a sentence, after the name of the link: "cut", "slow: 200 ms ± 50 ms", "loses 5%", several joined by ", ".
QString spokenLinkFault(const LinkFault& fault);

/// A fault that has a name of its own, for menus: "200 ms each way", "lossy Wi-Fi", "transatlantic", "flaky", ...
struct Preset
{
    QString name;
    QString explanation; ///< what it sets, in words
    LinkFault fault;
    bool suitsClients = false;
};
const QList<Preset>& presets();

} // namespace faultline::fault
