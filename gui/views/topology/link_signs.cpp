// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/link_signs.h"

#include "common/fault/link_fault_text.h"

#include <QStringList>

#include <algorithm>

namespace faultline::views {
namespace {

/// "200ms" -> "200 ms"
QString spaced(QString text)
{
    const auto unit = std::find_if(text.begin(), text.end(), [](QChar c) { return c.isLetter(); });
    text.insert(unit - text.begin(), QLatin1Char(' '));
    return text;
}

QString delayWords(const fault::LinkFault& fault)
{
    const QString latency = spaced(fault::printDuration(fault.latency));
    if (fault.jitter.count() == 0)
        return latency;
    const QString sign =
        fault.distribution == fault::Distribution::Exponential ? QStringLiteral("+ ~") : QStringLiteral("± ");
    const QString jitter = sign + spaced(fault::printDuration(fault.jitter));
    return fault.latency.count() == 0 ? jitter : latency + QLatin1Char(' ') + jitter;
}

} // namespace

LinkSigns signsOf(const fault::LinkFault& fault)
{
    LinkSigns signs;
    const auto mark = [&signs](Glyph glyph, const QString& words, bool stops = false) {
        signs.marks.push_back({glyph, words, stops});
    };
    if (fault.cut)
        mark(Glyph::Cut, {}, true);
    if (fault.reset)
        mark(Glyph::Tear, QStringLiteral("reset"), true);
    if (fault.refuse)
        mark(Glyph::Refuse, QStringLiteral("refused"), true);
    if (fault.latency.count() > 0 || fault.jitter.count() > 0)
        mark(Glyph::Slow, delayWords(fault));
    if (fault.loss)
        mark(Glyph::Lossy, fault::printShare(fault.loss));
    if (fault.bandwidth > 0)
        mark(Glyph::Narrow, fault::printBandwidth(fault.bandwidth));
    if (fault.stall)
        mark(Glyph::Stall, fault::printShare(fault.stall));
    if (fault.corrupt)
        mark(Glyph::Corrupt, fault::printShare(fault.corrupt));
    if (fault.duplicate)
        mark(Glyph::Duplicate, fault::printShare(fault.duplicate));
    if (fault.reorder)
        mark(Glyph::Reorder, fault::printShare(fault.reorder));
    signs.stops = fault.blocks();
    signs.broken = fault.cut;
    signs.wavy = !fault.cut && (fault.latency.count() > 0 || fault.jitter.count() > 0 || fault.stall);
    signs.dotted = !fault.cut && fault.loss;
    signs.thin = !fault.cut && fault.bandwidth > 0;
    return signs;
}

QString wordsOf(const LinkSigns& signs)
{
    QStringList words;
    for (std::size_t i = 0; i < std::min(signs.marks.size(), kMostIcons); ++i) {
        if (!signs.marks[i].words.isEmpty())
            words << signs.marks[i].words;
    }
    return words.join(QStringLiteral(" · "));
}

} // namespace faultline::views
