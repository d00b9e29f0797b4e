// SPDX-License-Identifier: GPL-3.0-or-later
#include "story_cluster.h"

#include "story_words.h"

#include <algorithm>
#include <utility>

namespace faultline::raft {

namespace {

constexpr auto kTick = std::chrono::milliseconds(10);

const std::map<QString, bool ProtocolRules::*>& rulesByName()
{
    static const std::map<QString, bool ProtocolRules::*> rules{
        {"voteOncePerTerm", &ProtocolRules::voteOncePerTerm},
        {"rememberVote", &ProtocolRules::rememberVote},
        {"voteForUpToDateOnly", &ProtocolRules::voteForUpToDateOnly},
        {"needMajority", &ProtocolRules::needMajority},
        {"commitOnlyOwnTerm", &ProtocolRules::commitOnlyOwnTerm},
        {"syncBeforeAcknowledge", &ProtocolRules::syncBeforeAcknowledge},
        {"checkPrevious", &ProtocolRules::checkPrevious},
        {"ignoreStaleTerms", &ProtocolRules::ignoreStaleTerms},
        {"stepDownOnHigherTerm", &ProtocolRules::stepDownOnHigherTerm},
        {"keepWhatMatches", &ProtocolRules::keepWhatMatches},
        {"keepCommitted", &ProtocolRules::keepCommitted},
        {"applyOnlyCommitted", &ProtocolRules::applyOnlyCommitted},
        {"confirmBeforeRead", &ProtocolRules::confirmBeforeRead},
        {"readBehindOwnCommit", &ProtocolRules::readBehindOwnCommit},
        {"leaseByClock", &ProtocolRules::leaseByClock},
        {"jointMajorities", &ProtocolRules::jointMajorities},
        {"learnersDoNotCount", &ProtocolRules::learnersDoNotCount},
        {"oneChangeAtATime", &ProtocolRules::oneChangeAtATime},
        {"snapshotKeepsItsTerm", &ProtocolRules::snapshotKeepsItsTerm},
        {"truncationVoidsWrites", &ProtocolRules::truncationVoidsWrites},
    };
    return rules;
}

NodeId nodeOf(const QString& name)
{
    return {name.mid(1).toUInt()};
}

std::set<NodeId> idsOf(const QStringList& names)
{
    std::set<NodeId> ids;
    for (const QString& each : names)
        ids.insert(nodeOf(each));
    return ids;
}

} // namespace

Raft& StoryCluster::raft(NodeId id)
{
    return *m_nodes.at(id).raft;
}

std::vector<NodeId> StoryCluster::nodesOf(const QStringList& names) const
{
    std::vector<NodeId> ids;
    for (const auto& [id, node] : m_nodes) {
        if (names.isEmpty() || names.contains(QStringLiteral("all")) || names.contains(name(id)))
            ids.push_back(id);
    }
    return ids;
}

/// n1 is every link to and from n1; no name at all, every link.
std::set<StoryCluster::Link> StoryCluster::linksOf(const QStringList& names) const
{
    std::set<Link> links;
    for (const auto& [from, node] : m_nodes) {
        for (const auto& [to, other] : m_nodes) {
            const bool isNamed =
                names.isEmpty() || std::any_of(names.begin(), names.end(), [&, a = from, b = to](const QString& each) {
                    return each.contains(QStringLiteral("->")) ? each == name(a) + QStringLiteral("->") + name(b)
                                                               : each == name(a) || each == name(b);
                });
            if (isNamed && from != to)
                links.insert({from.value, to.value});
        }
    }
    return links;
}

bool StoryCluster::setOption(const QString& word)
{
    const QString key = word.section(u'=', 0, 0);
    const QString value = word.section(u'=', 1);
    const auto number = value.toULongLong();
    if (key == u"off" && rulesByName().contains(value))
        m_options.rules.*rulesByName().at(value) = false;
    else if (key == u"leases")
        m_options.leases = true;
    else if (key == u"no-pre-vote")
        m_options.preVote = false;
    else if (key == u"no-check-quorum")
        m_options.checkQuorum = false;
    else if (key == u"maxEntriesPerAppend")
        m_options.maxEntriesPerAppend = number;
    else if (key == u"maxInflightAppends")
        m_options.maxInflightAppends = int(number);
    else if (key == u"maxInflightBytes")
        m_options.maxInflightBytes = number;
    else if (key == u"maxSnapshotPiece")
        m_options.maxSnapshotPiece = number;
    else if (key == u"maxUncommittedEntries")
        m_options.maxUncommittedEntries = number;
    else if (key == u"caughtUpWithin")
        m_options.caughtUpWithin = number;
    else
        return false;
    return true;
}

void StoryCluster::begin(const QStringList& names)
{
    m_options = {};
    m_nodes.clear();
    m_links.clear();
    m_cuts.clear();
    m_isLoud = true;
    for (const QString& each : names) {
        if (each.startsWith(u'n') && nodeOf(each))
            m_options.initial.voters.insert(nodeOf(each));
        else if (!setOption(each))
            say(QStringLiteral("? there is no option %1").arg(each));
    }
    for (const NodeId id : m_options.initial.voters) {
        m_nodes.emplace(id, Node());
        start(id);
    }
}

void StoryCluster::storeLog(NodeId id, const QStringList& words)
{
    Node& node = m_nodes.at(id);
    node.raft.reset();
    node.writes.clear();
    node.disk = {};
    QStringList commands;
    for (const QString& word : words) {
        if (word.startsWith(QStringLiteral("term=")))
            node.disk.hardState.term = {word.mid(5).toULongLong()};
        else if (word.startsWith(QStringLiteral("vote=")))
            node.disk.hardState.votedFor = nodeOf(word.mid(5));
        else
            node.disk.entries.push_back({{word.section(u':', 0, 0).toULongLong()},
                                         {node.disk.entries.size() + 1},
                                         EntryKind::Command,
                                         word.section(u':', 1).toUtf8()});
    }
    if (!node.disk.entries.empty())
        node.disk.hardState.term = std::max(node.disk.hardState.term, node.disk.entries.back().term);
}

void StoryCluster::start(NodeId id)
{
    Node& node = m_nodes.at(id);
    Options options = m_options;
    options.self = id;
    options.random = [id](std::uint32_t bound) { return (5 * id.value) % bound; };
    if (!node.isMember)
        options.initial = {};
    node.writes.clear();
    node.state = node.disk.snapshot.bytes.isEmpty() ? QByteArrayList() : node.disk.snapshot.bytes.split(u' ');
    node.raft =
        std::make_unique<Raft>(options,
                               StoredState{node.disk.hardState, node.disk.snapshot.mark, node.disk.entries,
                                           node.disk.partial.mark, std::uint64_t(node.disk.partial.bytes.size())},
                               node.now);
    settle(id);
}

void StoryCluster::tick(const std::vector<NodeId>& nodes, int count)
{
    for (int i = 0; i < count; ++i) {
        for (const NodeId id : nodes) {
            Node& node = m_nodes.at(id);
            node.now += kTick;
            if (!node.raft)
                continue;
            node.raft->tick(node.now);
            settle(id);
        }
    }
}

/// Its clock runs out first, and the others have not heard a leader for long enough to help it.
void StoryCluster::elect(NodeId id)
{
    constexpr int kShortestTimeout = 25;
    std::vector<NodeId> others;
    for (const auto& [other, node] : m_nodes) {
        if (node.raft && node.raft->role() != Role::Leader)
            others.push_back(other);
    }
    const bool wasLoud = std::exchange(m_isLoud, false);
    tick(others, kShortestTimeout);
    while (raft(id).role() == Role::Follower)
        tick({id}, 1);
    deliver(linksOf({}), true);
    m_isLoud = wasLoud;
    m_printed = m_printed.filter(QStringLiteral(" leads term "));
    m_printed = m_printed.filter(QStringLiteral("votes of"));
}

void StoryCluster::send(Message message)
{
    if (auto* install = std::get_if<InstallSnapshot>(&message.body)) {
        const StoredSnapshot& newest = m_nodes.at(message.from).disk.snapshot;
        install->piece.bytes =
            newest.bytes.mid(qsizetype(install->piece.offset), qsizetype(m_options.maxSnapshotPiece));
        install->piece.isLast =
            install->piece.offset + std::uint64_t(install->piece.bytes.size()) >= std::uint64_t(newest.bytes.size());
    }
    const Link link{message.from.value, message.to.value};
    const bool isCut = m_cuts.contains(link);
    if (m_isLoud)
        say(told(message) + (isCut ? QStringLiteral("  (lost)") : QString()));
    if (!isCut)
        m_links[link].push_back(std::move(message));
}

void StoryCluster::hand(const Message& message)
{
    const auto node = m_nodes.find(message.to);
    if (node == m_nodes.end() || !node->second.raft)
        return;
    node->second.raft->receive(message, node->second.now);
    settle(message.to);
}

void StoryCluster::deliver(const std::set<Link>& links, bool untilQuiet)
{
    constexpr int kMostRounds = 200;
    for (int round = 0; round < (untilQuiet ? kMostRounds : 1); ++round) {
        std::vector<Message> due;
        for (const Link& link : links) {
            for (Message& message : std::exchange(m_links[link], {}))
                due.push_back(std::move(message));
        }
        if (due.empty())
            return;
        for (const Message& message : due)
            hand(message);
    }
}

void StoryCluster::settle(NodeId id)
{
    Node& node = m_nodes.at(id);
    while (node.raft && node.raft->hasReady()) {
        Ready ready = node.raft->takeReady();
        for (const Event& event : ready.events)
            say(told(id, event));
        for (const Message& message : ready.sendNow)
            send(message);
        apply(id, ready.committed);
        for (const ConfirmedRead& read : ready.reads)
            say(QStringLiteral("%1 answers read %2 at index %3").arg(name(id)).arg(read.id).arg(read.index.value));
        for (const std::uint64_t read : ready.refusedReads)
            say(QStringLiteral("%1 refuses read %2").arg(name(id)).arg(read));
        if (ready.writeNumber == 0)
            continue;
        node.writes.push_back(std::move(ready));
        if (!node.isSlow) {
            const Ready due = std::move(node.writes.front());
            node.writes.pop_front();
            write(id, due);
        }
    }
    if (node.raft)
        node.raft->checkAll();
}

void StoryCluster::write(NodeId id, const Ready& ready)
{
    Node& node = m_nodes.at(id);
    if (ready.hardState)
        node.disk.hardState = *ready.hardState;
    auto& stored = node.disk.entries;
    if (!ready.entries.empty()) {
        std::erase_if(stored, [&](const Entry& entry) { return entry.index >= ready.entries.front().index; });
        stored.insert(stored.end(), ready.entries.begin(), ready.entries.end());
    }
    for (const SnapshotPiece& piece : ready.snapshotPieces) {
        if (piece.offset == 0)
            node.disk.partial = {piece.mark, {}};
        node.disk.partial.bytes += piece.bytes;
        if (piece.isLast && !install(id))
            node.raft->snapshotRefused();
    }
    node.raft->written(ready.writeNumber, node.now);
    for (const Message& message : ready.sendAfterWritten)
        send(message);
}

bool StoryCluster::install(NodeId id)
{
    Node& node = m_nodes.at(id);
    StoredSnapshot whole = std::exchange(node.disk.partial, {});
    if (std::exchange(node.isSpoiled, false)) {
        say(QStringLiteral("%1 finds the snapshot damaged and drops it").arg(name(id)));
        return false;
    }
    node.state = whole.bytes.split(u' ');
    node.disk.snapshot = std::move(whole);
    node.disk.entries.clear();
    return true;
}

void StoryCluster::apply(NodeId id, const std::vector<Entry>& entries)
{
    if (entries.empty())
        return;
    for (const Entry& entry : entries) {
        if (entry.kind == EntryKind::Command)
            m_nodes.at(id).state.append(entry.payload);
    }
    say(QStringLiteral("%1 applies %2%3  %4")
            .arg(name(id))
            .arg(entries.front().index.value)
            .arg(entries.size() == 1 ? QString() : QStringLiteral(" to %1").arg(entries.back().index.value))
            .arg(told(entries)));
}

void StoryCluster::takeSnapshot(NodeId id, std::uint64_t keep)
{
    Node& node = m_nodes.at(id);
    const SnapshotMark mark = node.raft->markOfApplied();
    node.disk.snapshot = {mark, node.state.join(' ')};
    const LogIndex firstKept{std::max(mark.lastIndex.value + 1 - std::min(keep, mark.lastIndex.value),
                                      node.raft->status().firstIndex.value)};
    std::erase_if(node.disk.entries, [&](const Entry& entry) { return entry.index < firstKept; });
    node.raft->compacted(mark, firstKept);
    say(QStringLiteral("%1 has a snapshot up to (%2,%3), and its log begins at %4")
            .arg(name(id))
            .arg(mark.lastTerm.value)
            .arg(mark.lastIndex.value)
            .arg(node.raft->status().firstIndex.value));
}

void StoryCluster::show(NodeId id)
{
    static const std::map<Role, QString> roles{{Role::Follower, "follows"},
                                               {Role::PreCandidate, "asks for pre-votes"},
                                               {Role::Candidate, "stands for election"},
                                               {Role::Leader, "leads"}};
    const Node& node = m_nodes.at(id);
    if (!node.raft) {
        say(QStringLiteral("%1 is off, disk: %2").arg(name(id), told(node.disk.entries)));
        return;
    }
    const Status status = node.raft->status();
    const QString who =
        status.role == Role::Follower ? QStringLiteral("follows ") + name(status.leader) : roles.at(status.role);
    say(QStringLiteral("%1 %2, term %3, log from %4 to (%5,%6), commit %7, state: %8")
            .arg(name(id), who)
            .arg(status.term.value)
            .arg(status.firstIndex.value)
            .arg(status.lastTerm.value)
            .arg(status.lastIndex.value)
            .arg(status.commit.value)
            .arg(QString::fromUtf8(node.state.join(' '))));
    static const QStringList states{"probed", "replicated to", "sent the snapshot"};
    for (const FollowerProgress& p : status.progress)
        say(QStringLiteral("   %1 is %2, has %3, next %4, %5 under way")
                .arg(name(p.id), states.at(int(p.state)))
                .arg(p.match.value)
                .arg(p.next.value)
                .arg(p.inflight));
}

QStringList StoryCluster::run(const QString& command)
{
    m_printed.clear();
    QStringList words = command.split(u' ', Qt::SkipEmptyParts);
    const QString verb = words.takeFirst();
    const auto first = [&] { return nodeOf(words.value(0)); };
    const QStringList rest = words.mid(1);
    if (verb == u"group") {
        begin(words);
    } else if (verb == u"spare") {
        Node spare;
        spare.isMember = false;
        m_nodes.insert_or_assign(first(), std::move(spare));
        start(first());
    } else if (verb == u"log") {
        storeLog(first(), rest);
    } else if (verb == u"start") {
        for (const NodeId id : nodesOf(words))
            start(id);
    } else if (verb == u"tick") {
        tick(nodesOf(words.mid(0, words.size() - 1)), words.last().toInt());
    } else if (verb == u"stall") {
        for (const NodeId id : nodesOf(words.mid(0, words.size() - 1)))
            m_nodes.at(id).now += std::chrono::milliseconds(words.last().toInt());
    } else if (verb == u"elect") {
        elect(first());
    } else if (verb == u"deliver" || verb == u"step") {
        deliver(linksOf(words), verb == u"deliver");
    } else if (verb == u"last" || verb == u"double") {
        auto& link = m_links[*linksOf(words).begin()];
        if (link.empty()) {
            say(QStringLiteral("? nothing lies on %1").arg(words.join(u' ')));
            return m_printed;
        }
        const Message message = verb == u"last" ? link.back() : link.front();
        if (verb == u"last")
            link.pop_back();
        hand(message);
    } else if (verb == u"lose") {
        for (const Link& link : linksOf(words))
            m_links[link].clear();
    } else if (verb == u"cut") {
        m_cuts.merge(linksOf(words));
    } else if (verb == u"heal") {
        m_cuts.clear();
    } else if (verb == u"propose") {
        for (const QString& payload : rest) {
            const auto outcome = raft(first()).propose(payload.toUtf8(), now(first()));
            if (const auto* refused = std::get_if<Raft::ProposalRefused>(&outcome))
                say(QStringLiteral("%1 refuses %2: %3")
                        .arg(words[0], payload,
                             QStringList{"it does not lead", "it hands over", "too much is not committed"}.at(
                                 int(*refused))));
        }
        settle(first());
    } else if (verb == u"read") {
        for (const QString& id : rest) {
            if (!raft(first()).read(id.toULongLong(), now(first())))
                say(QStringLiteral("%1 does not lead").arg(words[0]));
        }
        settle(first());
    } else if (verb == u"transfer") {
        if (const auto refusal = raft(first()).transferLeadership(nodeOf(words.value(1)), now(first())))
            say(QStringLiteral("refused: ") + QString::fromStdString(*refusal));
        settle(first());
    } else if (verb == u"change") {
        const qsizetype learn = rest.indexOf(QStringLiteral("learn"));
        const auto outcome = raft(first()).changeMembership(
            idsOf(rest.mid(0, learn)), learn < 0 ? std::set<NodeId>{} : idsOf(rest.mid(learn + 1)), {}, now(first()));
        if (const auto* refused = std::get_if<Raft::ChangeRefused>(&outcome))
            say(QStringLiteral("refused: ") + QString::fromStdString(refused->reason));
        settle(first());
    } else if (verb == u"broken") {
        const Link link = *linksOf(words).begin();
        raft({link.first}).connectionBroke({link.second}, now({link.first}));
        settle({link.first});
    } else if (verb == u"slow") {
        m_nodes.at(first()).isSlow = true;
    } else if (verb == u"sync") {
        Node& node = m_nodes.at(first());
        const auto count = rest.isEmpty() ? node.writes.size() : rest[0].toULongLong();
        for (std::size_t i = 0; i < count && !node.writes.empty(); ++i) {
            const Ready due = std::move(node.writes.front());
            node.writes.pop_front();
            write(first(), due);
        }
        settle(first());
    } else if (verb == u"off") {
        m_nodes.at(first()).raft.reset();
        m_nodes.at(first()).writes.clear();
    } else if (verb == u"snapshot") {
        takeSnapshot(first(), words.value(1).toULongLong());
    } else if (verb == u"spoil") {
        m_nodes.at(first()).isSpoiled = true;
    } else if (verb == u"quiet" || verb == u"loud") {
        m_isLoud = verb == u"loud";
    } else if (verb == u"show") {
        for (const NodeId id : nodesOf(words))
            show(id);
    } else {
        say(QStringLiteral("? there is no command %1").arg(verb));
    }
    return m_printed;
}

} // namespace faultline::raft
