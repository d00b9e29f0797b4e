// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/fault/desired_faults.h"

#include <QTest>

#include <algorithm>

using namespace faultline;
using namespace faultline::lab;

class TestDesiredFaults : public QObject
{
    Q_OBJECT

private slots:
    void everyChangeIsANewVersionOfTheWhole()
    {
        DesiredFaults desired({{1}, {2}, {3}});
        const quint64 first = desired.state().version;
        desired.setPace(wire::Pace::watch());
        desired.setWatchedKey("k");
        FaultState faults;
        faults.isolated.insert({2});
        desired.setFaults(faults);
        QCOMPARE(desired.state().version, first + 3);
        QCOMPARE(desired.state().pace, wire::Pace::watch());
        QCOMPARE(desired.state().watchedKey, QByteArray("k"));
    }

    void isolationCutsBothWaysToEveryPeer()
    {
        DesiredFaults desired({{1}, {2}, {3}, {4}});
        FaultState faults;
        faults.isolated.insert({2});
        desired.setFaults(faults);
        const auto& links = desired.state().links;
        QCOMPARE(links.size(), std::size_t(6));
        QVERIFY(std::all_of(links.begin(), links.end(), [](const wire::LinkState& state) {
            return state.fault.cut && (state.link.from == NodeId{2}) != (state.link.to == NodeId{2});
        }));
        QVERIFY(desired.clientLinks().empty());
        faults.isolated.insert({3});
        desired.setFaults(faults);
        QCOMPARE(desired.state().links.size(), std::size_t(10));
        desired.setFaults({});
        QVERIFY(desired.state().links.empty());
    }

    void withoutPowerNobodyHearsItNotEvenClients()
    {
        DesiredFaults desired({{1}, {2}, {3}});
        FaultState faults;
        faults.conditions[{1}] = NodeCondition::PoweredOff;
        desired.setFaults(faults);
        QCOMPARE(desired.state().links.size(), std::size_t(4));
        QCOMPARE(desired.clientLinks().size(), std::size_t(2));
        faults.conditions[{1}] = NodeCondition::Killed;
        desired.setFaults(faults);
        QVERIFY(desired.state().links.empty() && desired.clientLinks().empty());
    }

    void linksOfClientsAreNoNodesBusiness()
    {
        DesiredFaults desired({{1}, {2}});
        FaultState faults;
        fault::LinkFault slow;
        slow.latency = std::chrono::milliseconds(5);
        faults.setLink({kClients, {1}}, slow);
        faults.setLink({{1}, {2}}, slow);
        desired.setFaults(faults);
        QCOMPARE(desired.state().links, (std::vector<wire::LinkState>{{{{1}, {2}}, slow}}));
        QCOMPARE(desired.clientLinks(), (std::vector<wire::LinkState>{{{kClients, {1}}, slow}}));
    }

    void brokenDisksAreNamed()
    {
        DesiredFaults desired({{1}, {2}});
        FaultState faults;
        faults.disks[{2}].lies = true;
        desired.setFaults(faults);
        QCOMPARE(desired.state().disks, (std::vector<wire::DiskState>{{{2}, {.lies = true}}}));
        desired.setFaults({});
        QVERIFY(desired.state().disks.empty());
    }

    void aNewNodeIsIsolatedFromTheOthersToo()
    {
        DesiredFaults desired({{1}, {2}});
        FaultState faults;
        faults.isolated.insert({2});
        desired.setNodes({{1}, {2}, {3}});
        desired.setFaults(faults);
        QCOMPARE(desired.state().links.size(), std::size_t(4));
    }

    void wrongClocksAreNamed()
    {
        DesiredFaults desired({{1}, {2}});
        FaultState faults;
        faults.clocks[{2}].offset = std::chrono::seconds(5);
        desired.setFaults(faults);
        QCOMPARE(desired.state().clocks.size(), std::size_t(1));
        QCOMPARE(desired.state().clocks.front().node, NodeId{2});
    }
};

QTEST_APPLESS_MAIN(TestDesiredFaults)
#include "tst_desired_faults.moc"
