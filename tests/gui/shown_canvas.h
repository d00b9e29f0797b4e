// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fed_timeline.h"
#include "gui/lab/fault/partition.h"
#include "gui/views/topology/link_painter.h"
#include "gui/views/topology/topology_view.h"

#include "common/fault/link_fault_text.h"

#include <QSignalSpy>
#include <QTest>

// A canvas with five nodes, n3 leads, and what can be wrong with their links; for tests of what it shows.
namespace faultline::tests {

using namespace std::chrono_literals;
using lab::FaultState;
using lab::NodeCondition;

inline fault::LinkFault parsed(const char* text)
{
    const auto linkFault = fault::parseLinkFault(QString::fromUtf8(text));
    return linkFault ? *linkFault : fault::LinkFault();
}

inline void setBoth(FaultState& state, LinkId link, const char* text)
{
    state.setLink(link, parsed(text));
    state.setLink(link.reversed(), parsed(text));
}

using Change = void (*)(FaultState&);

inline const std::vector<std::pair<const char*, Change>> kTroubles{
    {"healed", [](FaultState&) {}},
    {"partition",
     [](FaultState& state) {
         state.addCut({}, lab::cutsBetween({{1}, {2}}, {{3}, {4}, {5}}));
     }},
    {"slow link",
     [](FaultState& state) {
         setBoth(state, {{3}, {5}}, "latency: 200ms");
     }},
    {"lossy one way",
     [](FaultState& state) {
         state.setLink({{3}, {1}}, parsed("loss: 5%"));
     }},
    {"everything",
     [](FaultState& state) {
         setBoth(state, {{1}, {3}}, "latency: 200ms, jitter: 50ms, loss: 5%, bandwidth: 1mbit, corrupt: 2%");
         setBoth(state, {{2}, {3}}, "bandwidth: 64kbit");
         state.setLink({{3}, {5}}, parsed("reset"));
         state.setLink({{5}, {3}}, parsed("refuse, reorder: 25%"));
         state.setLink({{2}, {5}}, parsed("corrupt: 10%, duplicate: 10%"));
         state.setLink({kClients, {3}}, parsed("latency: 100ms"));
         setBoth(state, {kClients, {5}}, "cut");
         state.addCut({}, {{{1}, {5}}});
         state.conditions[{4}] = NodeCondition::PoweredOff;
         state.conditions[{5}] = NodeCondition::CrashLooping;
         state.clocks[{2}] = {5s, fault::Share::kAll, 0us};
         state.disks[{2}] = {.latency = 20ms, .full = true, .lies = true};
         state.disks[{3}].lies = true;
     }},
};

class ShownCanvas
{
protected:
    void begin()
    {
        m_fed = std::make_unique<FedTimeline>();
        m_view = std::make_unique<views::TopologyView>();
        m_now = moment(60);
        m_view->setClock([this] { return m_now; });
        m_view->setTimeline(&m_fed->timeline);
        m_changes = std::make_unique<QSignalSpy>(&m_fed->timeline, &lab::Timeline::changed);
        m_view->resize(768, 560);
        m_view->show();
        m_fed->begin(5, {3});
        settle();
    }
    void end()
    {
        m_changes.reset();
        m_view.reset();
        m_fed.reset();
    }
    QPoint middleOf(LinkId link) const
    {
        for (const views::LinkLine& line : m_view->arrangement().lines()) {
            if (line.link == link)
                return line.line.pointAt(0.42).toPoint();
        }
        return {};
    }
    const views::PlacedLink* placed(LinkId link) const
    {
        for (const views::PlacedLink& each : m_view->arrangement().links) {
            if (each.line.link == link)
                return &each;
        }
        return nullptr;
    }
    const views::SceneNode& node(quint32 id) const { return m_view->scene().nodes.at(id - 1); }
    void settle() const
    {
        QTRY_COMPARE(m_changes->isEmpty(), false);
        m_changes->clear();
    }
    void faults(const std::function<void(FaultState&)>& change) const
    {
        m_fed->faults(change);
        settle();
    }

    std::unique_ptr<FedTimeline> m_fed;
    std::unique_ptr<views::TopologyView> m_view;
    std::unique_ptr<QSignalSpy> m_changes;
    lab::Monotonic m_now{0};
};

} // namespace faultline::tests
