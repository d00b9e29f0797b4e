// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/link_words.h"

#include "common/fault/link_fault_text.h"
#include "gui/views/theme/figures.h"

#include <algorithm>

namespace faultline::views {
namespace {

using fault::LinkFault;

constexpr std::chrono::milliseconds kLeastCounted{200};

struct CutReason
{
    QString sentence; ///< "the isolation of n1"
    QString word;     ///< "isolated"
};

std::vector<CutReason> reasonsOf(const lab::FaultState& state, LinkId link)
{
    std::vector<CutReason> reasons;
    bool byItself = false;
    const auto own = state.links.find(link);
    if (own != state.links.end() && own->second.cut)
        byItself = true;
    for (const lab::CutSet& cut : state.cuts) {
        if (!cut.links.contains(link))
            continue;
        if (!cut.name.isEmpty())
            reasons.push_back({QStringLiteral("the partition %1").arg(cut.name), cut.name});
        else if (cut.links.size() == 1)
            byItself = true;
        else
            reasons.push_back({QStringLiteral("a cut of %1 links").arg(cut.links.size()),
                               QStringLiteral("%1 links").arg(cut.links.size())});
    }
    for (const NodeId end : {link.from, link.to}) {
        if (!link.isOfClients() && state.isolated.contains(end))
            reasons.push_back({QStringLiteral("the isolation of %1").arg(end.name()), QStringLiteral("isolated")});
        if (state.conditionOf(end) == lab::NodeCondition::PoweredOff)
            reasons.push_back({QStringLiteral("the missing power of %1").arg(end.name()), QStringLiteral("no power")});
    }
    if (byItself && !reasons.empty())
        reasons.push_back({QStringLiteral("a cut of this link alone"), {}});
    return reasons;
}

/// "200ms" as people say it: "200 ms".
QString spaced(std::chrono::microseconds duration)
{
    QString text = fault::printDuration(duration);
    const auto unit = std::find_if(text.cbegin(), text.cend(), [](QChar c) { return c.isLetter(); });
    return text.insert(std::distance(text.cbegin(), unit), QLatin1Char(' '));
}

/// "200 ms", "200 ± 50 ms", "1.5 s ± 200 ms", "5 + ~10 ms": 10 ms more on average.
QString shortDelay(const LinkFault& fault)
{
    if (fault.jitter.count() == 0)
        return spaced(fault.latency);
    const bool onlyLonger = fault.distribution == fault::Distribution::Exponential;
    const QString jitter = spaced(fault.jitter);
    QString latency = spaced(fault.latency);
    const QString unit = jitter.sliced(jitter.indexOf(QLatin1Char(' ')));
    if (latency.endsWith(unit))
        latency.chop(unit.size());
    return (onlyLonger ? QStringLiteral("%1 + ~%2") : QStringLiteral("%1 ± %2")).arg(latency, jitter);
}

/// "10 s", "0.5 s"
QString spokenSpan(std::chrono::microseconds span)
{
    const double seconds = std::chrono::duration<double>(span).count();
    return QStringLiteral("%1 s").arg(QString::number(seconds, 'f', seconds < 0.95 ? 1 : 0));
}

quint64 deliveredTo(const wire::LinkCounters& receiver)
{
    const quint64 kept = receiver.rejectedFrames + receiver.receivedLostFrames;
    return receiver.receivedFrames - std::min(kept, receiver.receivedFrames);
}

QString joined(const QStringList& parts)
{
    return parts.join(QStringLiteral(" · "));
}

} // namespace

QString arrowName(LinkId link)
{
    return QStringLiteral("%1 → %2").arg(link.from.name(), link.to.name());
}

QString spokenLinkState(const lab::FaultState& state, LinkId link)
{
    // The name of the link has the colon of this sentence.
    const QString spoken =
        fault::spokenLinkFault(state.effective(link)).replace(QStringLiteral(": "), QStringLiteral(", "));
    return QStringLiteral("%1: %2").arg(arrowName(link), spoken);
}

QString spokenCutReason(const lab::FaultState& state, LinkId link)
{
    QString sentence;
    const std::vector<CutReason> reasons = reasonsOf(state, link);
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        sentence += i == 0                    ? QStringLiteral("Cut by ")
                    : i + 1 == reasons.size() ? QStringLiteral(" and ")
                                              : QStringLiteral(", ");
        sentence += reasons[i].sentence;
    }
    return sentence;
}

QString shortCutReason(const lab::FaultState& state, LinkId link)
{
    const std::vector<CutReason> reasons = reasonsOf(state, link);
    return reasons.empty() ? QString() : reasons.front().word;
}

QStringList shortFacts(const LinkFault& fault)
{
    QStringList facts;
    if (fault.cut)
        facts << QStringLiteral("cut");
    if (fault.refuse)
        facts << QStringLiteral("refuse");
    if (fault.reset)
        facts << QStringLiteral("reset");
    if (fault.latency.count() > 0 || fault.jitter.count() > 0)
        facts << shortDelay(fault);
    if (fault.loss)
        facts << fault::printShare(fault.loss);
    if (fault.bandwidth > 0)
        facts << fault::printBandwidth(fault.bandwidth);
    if (fault.stall)
        facts << QStringLiteral("stall %1").arg(fault::printShare(fault.stall));
    if (fault.corrupt)
        facts << QStringLiteral("corrupt %1").arg(fault::printShare(fault.corrupt));
    if (fault.duplicate)
        facts << QStringLiteral("twice %1").arg(fault::printShare(fault.duplicate));
    if (fault.reorder)
        facts << QStringLiteral("reorder %1").arg(fault::printShare(fault.reorder));
    return facts;
}

QString spokenCounts(const lab::Timeline& timeline, const LinkCounts& counts, LinkId link)
{
    if (link.isOfClients())
        return QStringLiteral("What passes is counted between nodes only");
    const auto [over, sender, receiver] = counts.of(link);
    const auto lives = [&timeline](NodeId end) { return timeline.node(end) && timeline.node(end)->alive(); };
    if (!sender && !receiver && lives(link.from) && lives(link.to))
        return QStringLiteral("no report yet");
    QStringList lines;
    if ((sender || receiver) && over < kLeastCounted) {
        lines << QStringLiteral("counted from now on");
    } else if (sender || receiver) {
        QStringList messages;
        if (receiver)
            messages << QStringLiteral("%1 delivered").arg(grouped(deliveredTo(*receiver)));
        messages << QStringLiteral("%1 lost").arg(
            grouped((sender ? sender->lostFrames : 0) + (receiver ? receiver->receivedLostFrames : 0)));
        if (sender) {
            messages << QStringLiteral("%1 duplicated").arg(grouped(sender->duplicatedFrames));
            messages << QStringLiteral("%1 corrupted").arg(grouped(sender->corruptedFrames));
        }
        if (receiver && receiver->rejectedFrames > 0)
            messages << QStringLiteral("%1 rejected").arg(grouped(receiver->rejectedFrames));
        lines << QStringLiteral("in the last %1: %2").arg(spokenSpan(over), joined(messages));
    }
    if (sender && over >= kLeastCounted) {
        QStringList rest;
        if (sender->sentFrames > 0 && sender->delayed.count() > 0) {
            const std::chrono::nanoseconds total = sender->delayed;
            const QString mean = spokenLatency(total / static_cast<qint64>(sender->sentFrames));
            rest << (timeline.pace().factor == 1 ? QStringLiteral("delayed by %1 on average")
                                                 : QStringLiteral("delayed by %1 of cluster time on average"))
                        .arg(mean);
        }
        rest << QStringLiteral("%1 sent").arg(spokenBytes(sender->sentBytes));
        lines << joined(rest);
    }
    for (const auto& [end, counted] : {std::pair{link.from, sender.has_value()}, {link.to, receiver.has_value()}}) {
        if (!lives(end))
            lines << QStringLiteral("%1 has ended and counts nothing").arg(end.name());
        else if (!counted && timeline.node(end)->life == lab::NodeLife::Frozen)
            lines << QStringLiteral("%1 is frozen and reports nothing").arg(end.name());
        else if (!counted)
            lines << QStringLiteral("%1: no report yet").arg(end.name());
    }
    return lines.join(QLatin1Char('\n'));
}

QString spokenLink(const lab::Timeline& timeline, const LinkCounts& counts, LinkId link)
{
    const lab::FaultState& state = timeline.faultState().state;
    QStringList lines{spokenLinkState(state, link)};
    if (const QString reason = spokenCutReason(state, link); !reason.isEmpty())
        lines << reason;
    lines << spokenCounts(timeline, counts, link);
    return lines.join(QLatin1Char('\n'));
}

} // namespace faultline::views
