// SPDX-License-Identifier: GPL-3.0-or-later
#include "chaos.h"

#include "live_cluster.h"

namespace faultline::tests {

using namespace lab;
using namespace std::chrono_literals;

namespace {

using Random = std::mt19937;

constexpr auto kBetweenFaults = 300ms;
constexpr auto kBetweenLooks = 200ms;

fault::Share upTo(quint32 percent, Random& random)
{
    return fault::Share::ofPercent(quint32(random() % percent));
}

fault::LinkFault anyLinkFault(Random& random)
{
    fault::LinkFault fault;
    switch (random() % 5) {
    case 0:
        fault.latency = std::chrono::milliseconds(random() % 100);
        fault.jitter = fault.latency / 4;
        break;
    case 1:
        fault.loss = upTo(30, random);
        break;
    case 2:
        fault.duplicate = upTo(30, random);
        fault.reorder = upTo(30, random);
        fault.latency = 5ms;
        break;
    case 3:
        fault.corrupt = upTo(10, random);
        break;
    default:
        fault.cut = true;
    }
    return fault;
}

fault::DiskFault anyHonestDisk(Random& random)
{
    fault::DiskFault disk;
    if (random() % 3 == 0)
        disk.full = true;
    else
        disk.latency = std::chrono::milliseconds(random() % 40);
    return disk;
}

} // namespace

ChaosSize ChaosSize::ofThisRun()
{
    return rounds(0) >= 50 ? ChaosSize{9, 5000, 10min} : ChaosSize();
}

Chaos::Chaos(Lab& lab, const ChaosSize& size, quint32 seed)
    : m_lab(lab)
    , m_size(size)
    , m_random(seed)
{
    QObject::connect(&lab.timeline(), &Timeline::appended, &m_every, [this](const Record& record) {
        const auto* note = std::get_if<NoteRecord>(&record);
        if (note && note->text.contains(QStringLiteral("ended by itself")))
            m_endedByThemselves += note->text;
    });
    QObject::connect(&m_every, &QTimer::timeout, &m_every, [this] { doAnything(); });
    QObject::connect(&m_memoryEvery, &QTimer::timeout, &m_memoryEvery, [this] { noteMemory(); });
}

void Chaos::begin()
{
    m_since = wire::monotonicNow();
    m_okBefore = m_lab.timeline().loadTotal().ok;
    m_every.start(kBetweenFaults);
    m_memoryEvery.start(kBetweenLooks);
}

double Chaos::shareDone() const
{
    return std::chrono::duration<double>(wire::monotonicNow() - m_since) / m_size.length;
}

void Chaos::noteMemory()
{
    for (const auto& [id, node] : m_lab.timeline().nodes())
        m_nodeMemory.note(shareDone(), residentBytes(node.pid));
}

NodeId Chaos::anyNode()
{
    auto node = m_lab.timeline().nodes().begin();
    std::advance(node, m_random() % m_lab.timeline().nodes().size());
    return node->first;
}

void Chaos::doAnything()
{
    ++m_faults;
    const NodeId node = anyNode();
    const NodeId other = anyNode();
    const NodeLife life = m_lab.timeline().node(node)->life;
    switch (m_random() % 14) {
    case 0:
        m_lab.kill(node);
        break;
    case 1:
        m_lab.powerOff(node);
        break;
    case 2:
        m_lab.freeze(node);
        break;
    case 3:
        m_lab.setClock(node, std::chrono::seconds(int(m_random() % 7200) - 3600), fault::Share::kAll);
        break;
    case 4:
        m_lab.partition(PartitionShape(m_random() % 4));
        break;
    case 5:
    case 6:
        m_lab.setDisk(node, anyHonestDisk(m_random));
        break;
    case 7:
    case 8:
        if (node != other)
            m_lab.setLinkFault({{node, other}}, anyLinkFault(m_random));
        break;
    case 9:
        m_lab.setDisk(node, {});
        break;
    case 10:
        if (m_random() % 8 == 0)
            m_lab.healAll();
        else
            m_lab.healPartitions();
        break;
    default:
        if (life == NodeLife::Frozen)
            m_lab.thaw(node);
        else if (life == NodeLife::Dead)
            m_lab.restart(node);
        else
            m_lab.undo();
    }
}

bool Chaos::endsWell()
{
    const auto took = std::chrono::duration<double>(wire::monotonicNow() - m_since);
    m_reached = double(m_lab.timeline().loadTotal().ok - m_okBefore) / took.count();
    m_every.stop();
    m_memoryEvery.stop();
    m_lab.healAll();
    const auto allRun = [this] {
        const auto& nodes = m_lab.timeline().nodes();
        return std::all_of(nodes.begin(), nodes.end(), [](const auto& entry) {
            return entry.second.life == NodeLife::Running && entry.second.status.has_value();
        });
    };
    const auto failed = [this](const char* what) {
        qWarning("%s: %s", what, qPrintable(headline(m_lab.timeline())));
        return false;
    };
    if (!QTest::qWaitFor(allRun, kPatienceMs))
        return failed("not every node runs after everything was healed");
    m_lab.setRate(500);
    if (!serves(m_lab))
        return failed("no write is acknowledged after everything was healed");
    return readsAllBack(m_lab) || failed("not everything acknowledged is read back");
}

QString Chaos::summary() const
{
    const TallyRecord& tally = m_lab.timeline().tally();
    const auto mb = [](qint64 bytes) { return bytes / 1'000'000; };
    return QStringLiteral(
               "%1 faults in %2 s, %3 op/s of %4 asked for: %5 acknowledged, %6 read back, %7 lost; memory of "
               "a node at most %8 MB in the second quarter, %9 MB in the last")
        .arg(m_faults)
        .arg(m_size.length.count())
        .arg(qint64(m_reached))
        .arg(qint64(m_size.rate))
        .arg(tally.acknowledged)
        .arg(tally.readBack)
        .arg(tally.lost)
        .arg(mb(m_nodeMemory.most(1)))
        .arg(mb(m_nodeMemory.most(3)));
}

} // namespace faultline::tests
