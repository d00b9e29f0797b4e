// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/fault/fault_history.h"

#include <algorithm>

namespace faultline::lab {

namespace {

template <typename Key, typename Value>
void change(std::map<Key, Value>& now, const std::map<Key, Value>& from, const std::map<Key, Value>& to)
{
    for (const auto& [key, value] : from) {
        if (!to.contains(key))
            now.erase(key);
    }
    for (const auto& [key, value] : to) {
        const auto before = from.find(key);
        if (before == from.end() || before->second != value)
            now[key] = value;
    }
}

template <typename Key> void change(std::set<Key>& now, const std::set<Key>& from, const std::set<Key>& to)
{
    for (const Key& key : from) {
        if (!to.contains(key))
            now.erase(key);
    }
    for (const Key& key : to) {
        if (!from.contains(key))
            now.insert(key);
    }
}

void change(std::vector<CutSet>& now, const std::vector<CutSet>& from, const std::vector<CutSet>& to)
{
    const auto byId = [](const std::vector<CutSet>& sets) {
        std::map<quint32, CutSet> found;
        for (const CutSet& set : sets)
            found[set.id] = set;
        return found;
    };
    std::map<quint32, CutSet> result = byId(now);
    change(result, byId(from), byId(to));
    now.clear();
    for (const auto& [id, set] : result)
        now.push_back(set);
}

template <typename Key, typename Value> void leaveOutTheSame(std::map<Key, Value>& before, std::map<Key, Value>& after)
{
    for (auto entry = before.begin(); entry != before.end();) {
        const auto same = after.find(entry->first);
        if (same == after.end() || same->second != entry->second) {
            ++entry;
            continue;
        }
        after.erase(same);
        entry = before.erase(entry);
    }
}

template <typename Value> void leaveOutTheSame(Value& before, Value& after)
{
    std::erase_if(before, [&after](const auto& each) {
        const auto same = std::find(after.begin(), after.end(), each);
        if (same == after.end())
            return false;
        after.erase(same);
        return true;
    });
}

} // namespace

FaultState changed(const FaultState& now, const FaultState& from, const FaultState& to)
{
    FaultState result = now;
    change(result.conditions, from.conditions, to.conditions);
    change(result.crashPeriods, from.crashPeriods, to.crashPeriods);
    change(result.clocks, from.clocks, to.clocks);
    change(result.disks, from.disks, to.disks);
    change(result.links, from.links, to.links);
    change(result.cuts, from.cuts, to.cuts);
    change(result.isolated, from.isolated, to.isolated);
    if (from.surge != to.surge)
        result.surge = to.surge;
    if (from.hotKey != to.hotKey)
        result.hotKey = to.hotKey;
    if (from.rolling != to.rolling)
        result.rolling = to.rolling;
    return result;
}

void FaultHistory::did(const QString& sentence, const FaultState& before, const FaultState& after)
{
    if (before == after)
        return;
    // A thousand steps are kept, each of which changed little of all that was wrong.
    Step step{sentence, before, after, std::nullopt};
    leaveOutTheSame(step.before.conditions, step.after.conditions);
    leaveOutTheSame(step.before.crashPeriods, step.after.crashPeriods);
    leaveOutTheSame(step.before.clocks, step.after.clocks);
    leaveOutTheSame(step.before.disks, step.after.disks);
    leaveOutTheSame(step.before.links, step.after.links);
    leaveOutTheSame(step.before.cuts, step.after.cuts);
    leaveOutTheSame(step.before.isolated, step.after.isolated);
    add(std::move(step));
}

void FaultHistory::did(const QString& sentence, MemberStep step)
{
    add({sentence, {}, {}, step});
}

void FaultHistory::add(Step step)
{
    m_undone.clear();
    m_done.push_back(std::move(step));
    if (m_done.size() > kMaxSteps)
        m_done.pop_front();
}

void FaultHistory::undone(MemberStep step)
{
    if (memberToUndo() == step) {
        m_undone.push_back(std::move(m_done.back()));
        m_done.pop_back();
    }
}

void FaultHistory::redone(MemberStep step)
{
    if (memberToRedo() == step) {
        m_done.push_back(std::move(m_undone.back()));
        m_undone.pop_back();
    }
}

std::optional<FaultState> FaultHistory::wouldUndo(const FaultState& now) const
{
    if (m_done.empty() || m_done.back().member)
        return std::nullopt;
    return changed(now, m_done.back().after, m_done.back().before);
}

std::optional<FaultState> FaultHistory::wouldRedo(const FaultState& now) const
{
    if (m_undone.empty() || m_undone.back().member)
        return std::nullopt;
    return changed(now, m_undone.back().before, m_undone.back().after);
}

std::optional<FaultState> FaultHistory::undo(const FaultState& now)
{
    std::optional<FaultState> next = wouldUndo(now);
    if (next) {
        m_undone.push_back(std::move(m_done.back()));
        m_done.pop_back();
    }
    return next;
}

std::optional<FaultState> FaultHistory::redo(const FaultState& now)
{
    std::optional<FaultState> next = wouldRedo(now);
    if (next) {
        m_done.push_back(std::move(m_undone.back()));
        m_undone.pop_back();
    }
    return next;
}

void FaultHistory::clear()
{
    m_done.clear();
    m_undone.clear();
}

} // namespace faultline::lab
