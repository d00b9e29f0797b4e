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
        desired.isolate({2});
        QCOMPARE(desired.state().version, first + 3);
        QCOMPARE(desired.state().pace, wire::Pace::watch());
        QCOMPARE(desired.state().watchedKey, QByteArray("k"));
    }

    void isolationCutsBothWaysToEveryPeer()
    {
        DesiredFaults desired({{1}, {2}, {3}, {4}});
        desired.isolate({2});
        const auto& links = desired.state().links;
        QCOMPARE(links.size(), std::size_t(6));
        QVERIFY(std::all_of(links.begin(), links.end(), [](const wire::LinkState& state) {
            return state.fault.cut && (state.link.from == NodeId{2}) != (state.link.to == NodeId{2});
        }));
        desired.isolate({3});
        QCOMPARE(desired.state().links.size(), std::size_t(10));
        desired.rejoin({2});
        QVERIFY(!desired.isIsolated({2}) && desired.isIsolated({3}));
        QCOMPARE(desired.state().links.size(), std::size_t(6));
        desired.rejoin({3});
        QVERIFY(desired.state().links.empty());
    }
};

QTEST_APPLESS_MAIN(TestDesiredFaults)
#include "tst_desired_faults.moc"
