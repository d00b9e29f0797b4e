// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/group/group.h"
#include "node/storage/real_disk.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace faultline::test {

inline QByteArray set(const QByteArray& key, const QByteArray& value)
{
    const std::array<QByteArrayView, 2> arguments{key, value};
    return kv::encodeCommand(kv::Verb::Set, arguments);
}
inline QByteArray get(const QByteArray& key)
{
    const std::array<QByteArrayView, 1> arguments{key};
    return kv::encodeCommand(kv::Verb::Get, arguments);
}

/// Does the work when the test says so, as a disk of its own pace would.
class HeldStorage final : public node::StorageQueue
{
public:
    bool isHeld = false;
    std::optional<QString> failure; ///< what comes of all work from now on
    void run(std::function<Result<void>()> work, std::function<void(Result<void>)> done) override
    {
        m_queued.emplace_back(std::move(work), std::move(done));
        if (!isHeld)
            doAll();
    }
    bool doOne()
    {
        if (m_queued.empty())
            return false;
        const auto [work, done] = std::move(m_queued.front());
        m_queued.pop_front();
        done(failure ? Result<void>(Error{*failure}) : work());
        return true;
    }
    void doAll()
    {
        while (doOne()) {
        }
    }
    std::size_t waiting() const { return m_queued.size(); }

private:
    std::deque<std::pair<std::function<Result<void>()>, std::function<void(Result<void>)>>> m_queued;
};

/// One member of a few groups that share a network of function calls, each with a real log in a folder of its own.
struct Member : node::Transport
{
    raft::NodeId id;
    node::GroupOptions options;
    std::deque<raft::Message>* network = nullptr;
    std::function<void(raft::Message&)> whenSent; ///< sees every message, and may change it
    storage::RealDisk disk;
    storage::Disk* other = nullptr; ///< instead of that one; must outlive it
    HeldStorage storage;
    std::unique_ptr<node::Group> group;
    std::map<quint64, kv::Result> completed;
    std::vector<quint64> unknown;
    std::vector<quint64> refused;
    std::vector<raft::Event> events;
    std::vector<raft::LogIndex> applied;
    int dues = 0;
    raft::Instant time{0};
    std::chrono::nanoseconds passed{0}; ///< a microsecond each time it is asked for
    kv::TimeOfDay clock;                ///< 0 until a test sets it
    quint64 stops = 0;

    void start()
    {
        auto opened = node::Group::open(options, {other ? *other : disk, storage, *this, [this] { return time; },
                                                  [this] { return passed += std::chrono::microseconds(1); },
                                                  [this] { return clock; }, [this] { return stops; }});
        if (!opened)
            qFatal("%s", qPrintable(opened.error()));
        group = *std::move(opened);
        group->whenDue = [this] { ++dues; };
        group->whenCompleted = [this](quint64 request, const kv::Result& result) {
            completed.emplace(request, result);
        };
        group->whenUnknown = [this](quint64 request) { unknown.push_back(request); };
        group->whenRefused = [this](quint64 request) { refused.push_back(request); };
        group->whenEvent = [this](const raft::Event& event) { events.push_back(event); };
        group->whenApplied = [this](const raft::Entry& entry) { applied.push_back(entry.index); };
    }
    void stop() { group.reset(); }
    void send(const raft::Message& message) override
    {
        network->push_back(message);
        if (whenSent)
            whenSent(network->back());
    }
    template <typename Event> int count() const
    {
        return int(std::count_if(events.begin(), events.end(),
                                 [](const raft::Event& event) { return std::holds_alternative<Event>(event); }));
    }
};

struct World
{
    QTemporaryDir folder;
    std::deque<raft::Message> network;
    std::map<std::uint32_t, std::unique_ptr<Member>> members;
    std::uint32_t silent = 0; ///< nothing from or to this one arrives
    std::function<void(node::GroupOptions&)> adjust;

    explicit World(std::uint32_t count, std::function<void(node::GroupOptions&)> adjusted = {})
        : adjust(std::move(adjusted))
    {
        raft::Membership initial;
        for (std::uint32_t id = 1; id <= count; ++id)
            initial.voters.insert({id});
        for (std::uint32_t id = 1; id <= count; ++id)
            add(id, initial);
    }
    Member& add(std::uint32_t id, const raft::Membership& initial)
    {
        auto member = std::make_unique<Member>();
        member->id = {id};
        member->network = &network;
        node::GroupOptions& options = member->options;
        options.folder = folder.filePath(QString::number(id));
        options.raft.self = {id};
        options.raft.initial = initial;
        options.raft.electionTicksMin = 6 + int(id) * 4; // the lowest number wins the first election
        options.raft.electionTicksMax = options.raft.electionTicksMin;
        options.raft.random = [](std::uint32_t) { return 0u; };
        if (adjust)
            adjust(options);
        member->start();
        return *members.emplace(id, std::move(member)).first->second;
    }
    node::Group& operator[](std::uint32_t id) { return *members.at(id)->group; }
    Member& member(std::uint32_t id) { return *members.at(id); }
    void deliver()
    {
        while (!network.empty()) {
            const raft::Message message = network.front();
            network.pop_front();
            const auto to = members.find(message.to.value);
            if (to != members.end() && to->second->group && message.from.value != silent && message.to.value != silent)
                to->second->group->receive(message);
        }
    }
    void settle()
    {
        for (bool moved = true; moved;) {
            moved = false;
            for (auto& [id, member] : members) {
                member->dues = 0;
                if (member->group && !member->group->turn())
                    qFatal("the disk failed");
                if (member->group)
                    member->group->consensus().checkAll();
                moved = moved || member->dues > 0;
            }
            moved = moved || !network.empty();
            deliver();
        }
    }
    void ticks(int count)
    {
        for (int i = 0; i < count; ++i) {
            for (auto& [id, member] : members) {
                if (member->group)
                    member->group->tick();
            }
            settle();
        }
    }
};

} // namespace faultline::test
