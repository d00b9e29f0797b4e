// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/entry_book.h"

#include "node/kv/command.h"

#include <algorithm>

#include <xxhash.h>

namespace faultline::sim {

quint64 contentOf(const raft::Entry& entry)
{
    return XXH3_64bits_withSeed(entry.payload.constData(), static_cast<std::size_t>(entry.payload.size()),
                                static_cast<quint64>(entry.kind));
}

quint64 contentOfCommand(QByteArray payload)
{
    kv::setStamp(payload, 0);
    return contentOf({{}, {}, raft::EntryKind::Command, std::move(payload)});
}

const EntryBook::Known* EntryBook::find(raft::LogIndex index, raft::Term term) const
{
    if (index.value >= m_known.size())
        return nullptr;
    const auto& here = m_known[index.value];
    const auto found =
        std::find_if(here.begin(), here.end(), [term](const Known& known) { return known.term == term; });
    return found == here.end() ? nullptr : &*found;
}

void EntryBook::sees(quint32 from, const raft::AppendEntries& append, Instant at)
{
    raft::Term previous = append.previousTerm;
    for (const raft::Entry& entry : append.entries) {
        const quint64 content = contentOf(entry);
        const Known* known = find(entry.index, entry.term);
        m_verdict.saw(Check::LogMatching);
        if (!known) {
            if (entry.index.value >= m_known.size())
                m_known.resize(entry.index.value + 1);
            m_known[entry.index.value].push_back({entry.term, previous, content});
        } else if (known->previous != previous || known->content != content) {
            m_verdict.fail(Check::LogMatching, at,
                           QStringLiteral("n%1 sent entry %2 of term %3 %4 than it was before")
                               .arg(from + 1)
                               .arg(entry.index.value)
                               .arg(entry.term.value)
                               .arg(known->content != content ? QStringLiteral("with other content")
                                                              : QStringLiteral("behind another term")));
        }
        previous = entry.term;
    }
}

void EntryBook::sees(quint32 node, raft::LogIndex index, raft::Term term, raft::Term previous, Instant at)
{
    const Known* known = find(index, term);
    if (!known)
        return;
    m_verdict.saw(Check::LogMatching);
    if (known->previous != previous)
        m_verdict.fail(Check::LogMatching, at,
                       QStringLiteral("the log of n%1 has entry %2 of term %3 behind term %4; elsewhere it stands "
                                      "behind term %5")
                           .arg(node + 1)
                           .arg(index.value)
                           .arg(term.value)
                           .arg(previous.value)
                           .arg(known->previous.value));
}

} // namespace faultline::sim
