// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/raft/types.h"

#include <QByteArray>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace faultline::raft {

/// What an entry is for. Numbers are on disk and on the wire: never reuse one.
enum class EntryKind : std::uint8_t {
    NoOp = 0,       ///< the first entry of a leader's term: committing it commits everything before it (§8)
    Command = 1,    ///< opaque to consensus; the store applies it
    Membership = 2, ///< who belongs to the group from here on: encodeMembership()
};

struct Entry
{
    Term term;
    LogIndex index;
    EntryKind kind = EntryKind::Command;
    QByteArray payload;
    bool operator==(const Entry&) const = default;
};

/// The entries that a message carries. A leader says the same to most of its followers, so that copies share them, and
/// nobody changes them any more.
class Entries
{
public:
    Entries() = default;
    Entries(std::vector<Entry> entries)
        : m_shared(entries.empty() ? nullptr : std::make_shared<const std::vector<Entry>>(std::move(entries)))
    {}
    Entries(std::initializer_list<Entry> entries)
        : Entries(std::vector<Entry>(entries))
    {}

    bool empty() const { return !m_shared; }
    std::size_t size() const { return m_shared ? m_shared->size() : 0; }
    const Entry* begin() const { return m_shared ? m_shared->data() : nullptr; }
    const Entry* end() const { return begin() + size(); }
    const Entry& operator[](std::size_t place) const { return (*m_shared)[place]; }
    const Entry& front() const { return m_shared->front(); }
    const Entry& back() const { return m_shared->back(); }

    /// Not only alike: one is a copy of the other, and there are some.
    bool areThoseOf(const Entries& other) const { return m_shared && m_shared == other.m_shared; }
    bool operator==(const Entries& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

private:
    std::shared_ptr<const std::vector<Entry>> m_shared; ///< null when there are none
};

} // namespace faultline::raft
