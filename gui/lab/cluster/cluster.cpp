// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/cluster/cluster.h"

#include <QDir>
#include <QFileInfo>
#include <QRandomGenerator>

#include <algorithm>
#include <array>

namespace faultline::lab {

using namespace std::chrono_literals;

namespace {

constexpr auto kStopPatience = 2s;
constexpr auto kEndPatience = 1s;

QByteArray randomHex()
{
    std::array<quint32, 4> words{};
    QRandomGenerator::system()->fillRange(words.data(), qsizetype(words.size()));
    return QByteArray(reinterpret_cast<const char*>(words.data()), sizeof words).toHex();
}

QStringList memberArgument(const ClusterRecord::Member& member)
{
    return {QStringLiteral("--member"),
            QStringLiteral("%1=127.0.0.1:%2/%3").arg(member.id.name()).arg(member.peerPort).arg(member.clientPort)};
}

} // namespace

Result<std::unique_ptr<Cluster>> Cluster::create(const ClusterOptions& options)
{
    const QFileInfo program(options.nodeProgram);
    if (!program.isFile() || !program.isExecutable())
        return Error{
            QStringLiteral("the node program %1 is not there, or cannot be run; build it, or say where it is with "
                           "--node-program")
                .arg(options.nodeProgram)};
    if (options.nodes < 3 || options.nodes > 9)
        return Error{
            QStringLiteral("a cluster of %1 nodes cannot be started; 3 to 9 would be right").arg(options.nodes)};
    auto folder = ClusterFolder::create(options.dataRoot);
    if (!folder)
        return Error{folder.error()};

    std::unique_ptr<Cluster> cluster(new Cluster(*std::move(folder), options));
    QStringList memberArguments;
    for (int i = 1; i <= options.nodes; ++i) {
        const auto member = cluster->claim({static_cast<quint32>(i)});
        if (!member) {
            cluster->m_nodes.clear();
            cluster->m_folder.remove();
            return Error{member.error()};
        }
        memberArguments << memberArgument(*member);
    }
    for (const ClusterRecord::Member& member : cluster->m_members)
        cluster->prepare(member.id, memberArguments);
    return cluster;
}

Cluster::Cluster(ClusterFolder folder, const ClusterOptions& options)
    : m_folder(std::move(folder))
    , m_program(options.nodeProgram)
    , m_snapshotAfter(options.snapshotAfter)
    , m_name(randomHex())
    , m_token(randomHex())
{}

Cluster::~Cluster()
{
    // All at once, then reap: one after the other each could take its time.
    for (auto& [id, node] : m_nodes) {
        node.link->close();
        node.process->disconnect(this);
        node.process->signal(ProcessSignal::Kill);
    }
}

Result<ClusterRecord::Member> Cluster::claim(NodeId id)
{
    auto block = PortBlock::claim();
    if (!block)
        return Error{block.error()};
    const ClusterRecord::Member member{id, block->client(), block->peer(), block->control()};
    Node& node = m_nodes[id];
    node.id = id;
    node.ports = std::make_unique<PortBlock>(*std::move(block));
    m_members.push_back(member);
    return member;
}

void Cluster::prepare(NodeId id, const QStringList& memberArguments)
{
    Node& node = m_nodes.at(id);
    QStringList arguments =
        QStringList{QStringLiteral("--id"),      QString::number(id.value),   QStringLiteral("--data"),
                    m_folder.nodeFolder(id),     QStringLiteral("--cluster"), QString::fromLatin1(m_name),
                    QStringLiteral("--managed"), QStringLiteral("--control"), QString::number(node.ports->control())} +
        memberArguments;
    if (m_snapshotAfter != 0)
        arguments << QStringLiteral("--snapshot-after") << QString::number(m_snapshotAfter);
    node.process = std::make_unique<NodeProcess>(id, m_program, arguments, m_token);
    connect(node.process.get(), &NodeProcess::started, this, [this, &node] {
        m_folder.noteProcess(node.id, node.process->pid());
        setLife(node, NodeLife::Starting);
        node.link->open();
        if (m_ending) // it was not there yet when the others were ended
            node.process->signal(ProcessSignal::Kill);
    });
    connect(node.process.get(), &NodeProcess::ended, this,
            [this, &node](bool orderly, const QString& how) { onEnded(node, orderly, how); });

    wire::Hello hello;
    hello.clusterId = wire::clusterIdOf(m_name);
    hello.to = id;
    hello.lowestVersion = wire::kLowestVersion;
    hello.highestVersion = wire::kHighestVersion;
    hello.token = m_token;
    node.link = std::make_unique<ControlLink>(node.ports->control(), hello);
    connect(node.link.get(), &ControlLink::opened, this, [this, &node] { node.link->send(m_desired); });
    connect(node.link.get(), &ControlLink::received, this,
            [this, &node](const wire::ControlMessage& message) { onMessage(node, message); });
}

void Cluster::start()
{
    for (auto& [id, node] : m_nodes)
        startProcess(node);
}

void Cluster::startProcess(Node& node)
{
    node.endAsked = false;
    node.killAsked = false;
    node.powerIsCut = false;
    node.startAgain = false;
    node.obeyedVersion = 0;
    node.process->start(node.losesUnsynced ? QStringList{QStringLiteral("--after-power-cut")} : QStringList());
}

std::vector<NodeId> Cluster::ids() const
{
    std::vector<NodeId> ids;
    for (const auto& [id, node] : m_nodes)
        ids.push_back(id);
    return ids;
}

Cluster::Node* Cluster::find(NodeId node)
{
    const auto found = m_nodes.find(node);
    return found == m_nodes.end() ? nullptr : &found->second;
}

const Cluster::Node* Cluster::find(NodeId node) const
{
    const auto found = m_nodes.find(node);
    return found == m_nodes.end() ? nullptr : &found->second;
}

std::optional<NodeLife> Cluster::lifeOf(NodeId node) const
{
    const Node* found = find(node);
    return found ? std::optional(found->life) : std::nullopt;
}

bool Cluster::isOnItsWayOut(NodeId node) const
{
    const Node* found = find(node);
    return found && found->endAsked;
}

void Cluster::setLife(Node& node, NodeLife life, const QString& how)
{
    node.life = life;
    emit happened(NodeRecord{wire::monotonicNow(), node.id, life, node.process->pid(), how});
}

void Cluster::setDesired(const wire::DesiredState& desired)
{
    m_desired = desired;
    for (auto& [id, node] : m_nodes)
        node.link->send(m_desired);
}

bool Cluster::isDesiredObeyed(NodeId except) const
{
    return std::all_of(m_nodes.begin(), m_nodes.end(), [&](const auto& entry) {
        const Node& node = entry.second;
        return node.life != NodeLife::Running || node.id == except || node.obeyedVersion >= m_desired.version;
    });
}

void Cluster::onMessage(Node& node, const wire::ControlMessage& message)
{
    if (const auto* ack = std::get_if<wire::DesiredStateAck>(&message)) {
        if (ack->asks != 0) { // it stood still, and says nothing to anyone until it knows what it missed
            wire::DesiredState answer = m_desired;
            answer.answers = ack->asks;
            node.link->send(answer);
            return;
        }
        node.obeyedVersion = std::max(node.obeyedVersion, ack->version);
        if (node.life == NodeLife::Starting) {
            node.losesUnsynced = false;
            setLife(node, NodeLife::Running);
            emit running(node.id);
        }
    } else if (const auto* status = std::get_if<wire::Status>(&message)) {
        emit happened(StatusRecord{node.id, *status});
    } else if (const auto* histograms = std::get_if<wire::Histograms>(&message)) {
        emit happened(HistogramsRecord{node.id, *histograms});
    } else if (const auto* activity = std::get_if<wire::Activity>(&message)) {
        for (const wire::NodeEvent& event : activity->events)
            emit happened(EventRecord{node.id, event});
        for (const wire::MessageSample& sample : activity->samples)
            emit happened(MessageRecord{sample});
    }
}

void Cluster::onEnded(Node& node, bool orderly, const QString& how)
{
    node.link->close();
    node.patience.reset();
    const bool neverRan = node.life == NodeLife::Starting;
    const bool asked = std::exchange(node.endAsked, false);
    setLife(node, asked && orderly ? NodeLife::Stopped : NodeLife::Dead,
            node.powerIsCut    ? QStringLiteral("lost power")
            : asked && orderly ? QStringLiteral("stopped (%1)").arg(how)
                               : how);
    emit ended(node.id, asked, neverRan, how);
    if (node.isLeaving)
        forget(node.id);
    else if (node.startAgain && !m_ending)
        QTimer::singleShot(0, node.process.get(), [this, &node] { // once QProcess has tidied up
            if (node.startAgain && !m_ending)
                startProcess(node);
        });
    if (m_ending && isGone())
        emit gone();
}

bool Cluster::kill(NodeId id)
{
    Node* node = find(id);
    if (node)
        node->startAgain = false;
    if (!node || !node->process->isAlive() || node->killAsked)
        return false;
    node->endAsked = true;
    node->killAsked = true;
    return node->process->signal(ProcessSignal::Kill);
}

bool Cluster::cutPower(NodeId id)
{
    if (Node* node = find(id))
        node->powerIsCut = node->losesUnsynced = true;
    return kill(id);
}

bool Cluster::stop(NodeId id)
{
    Node* node = find(id);
    if (!node || !node->process->isAlive() || node->life == NodeLife::Stopping)
        return false;
    node->startAgain = false;
    setLife(*node, NodeLife::Stopping);
    askToEnd(*node, kStopPatience);
    return true;
}

void Cluster::askToEnd(Node& node, std::chrono::milliseconds patience)
{
    node.endAsked = true;
    node.process->signal(ProcessSignal::Terminate);
    node.process->signal(ProcessSignal::Continue); // a frozen node would never hear it
    node.patience = std::make_unique<QTimer>();
    node.patience->setSingleShot(true);
    connect(node.patience.get(), &QTimer::timeout, this, [&node] { node.process->signal(ProcessSignal::Kill); });
    node.patience->start(patience);
}

bool Cluster::freeze(NodeId id)
{
    Node* node = find(id);
    if (!node || node->life != NodeLife::Running || !node->process->signal(ProcessSignal::Stop))
        return false;
    setLife(*node, NodeLife::Frozen);
    return true;
}

bool Cluster::thaw(NodeId id)
{
    Node* node = find(id);
    if (!node || node->life != NodeLife::Frozen || !node->process->signal(ProcessSignal::Continue))
        return false;
    setLife(*node, NodeLife::Running);
    return true;
}

bool Cluster::restart(NodeId id)
{
    Node* node = find(id);
    if (!node || m_ending || node->isLeaving)
        return false;
    if (!node->process->isAlive()) {
        startProcess(*node);
        return true;
    }
    kill(id);
    node->startAgain = true;
    return true;
}

Result<ClusterRecord::Member> Cluster::add(NodeId id)
{
    FAULTLINE_INVARIANT(!m_ending && !find(id), "a node is added once, to a cluster that goes on");
    const auto member = claim(id);
    if (!member)
        return member;
    prepare(id, QStringList{QStringLiteral("--join")} + memberArgument(*member));
    emit happened(MemberRecord{wire::monotonicNow(), *member, true});
    startProcess(m_nodes.at(id));
    return member;
}

bool Cluster::remove(NodeId id)
{
    Node* node = find(id);
    if (!node || node->isLeaving || m_ending)
        return false;
    node->isLeaving = true;
    node->startAgain = false;
    if (!node->process->isAlive()) {
        forget(id);
        return true;
    }
    setLife(*node, NodeLife::Stopping);
    askToEnd(*node, kEndPatience);
    return true;
}

void Cluster::forget(NodeId id)
{
    // Later: it may be the node's own process that calls.
    QMetaObject::invokeMethod(
        this,
        [this, id] {
            const auto place = std::find_if(m_members.begin(), m_members.end(),
                                            [id](const ClusterRecord::Member& member) { return member.id == id; });
            // Forgotten already, when it was let go because its process had ended.
            if (m_ending || place == m_members.end())
                return;
            const ClusterRecord::Member member = *place;
            m_members.erase(place);
            m_nodes.erase(id);
            m_folder.discard(id);
            emit happened(MemberRecord{wire::monotonicNow(), member, false});
            emit removed(member);
        },
        Qt::QueuedConnection);
}

void Cluster::end(bool gracefully)
{
    m_ending = true;
    if (isGone()) {
        QMetaObject::invokeMethod(this, &Cluster::gone, Qt::QueuedConnection);
        return;
    }
    for (auto& [id, node] : m_nodes) {
        node.startAgain = false;
        if (!node.process->isAlive())
            continue;
        if (gracefully) {
            askToEnd(node, kEndPatience);
        } else {
            node.endAsked = true;
            node.process->signal(ProcessSignal::Kill);
        }
    }
}

bool Cluster::isGone() const
{
    return std::none_of(m_nodes.begin(), m_nodes.end(),
                        [](const auto& entry) { return entry.second.process->isAlive(); });
}

} // namespace faultline::lab
