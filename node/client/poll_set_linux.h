// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSocketNotifier>

#include <vector>

struct epoll_event;

namespace faultline::client {

/// Many sockets that an event loop waits for as if they were one (epoll(7)), so that those that are silent cost a turn
/// of it nothing. With a QSocketNotifier for each of 256 busy clients, 11 % of a node's time went into ppoll and 17 %
/// into Qt's own bookkeeping. Of one thread, which has an event loop.
class PollSet
{
public:
    class Member
    {
    public:
        virtual ~Member() = default;
        /// In one call what there is. `isOver`: the connection is gone, whatever else is there.
        virtual void ready(bool toRead, bool toWrite, bool isOver) = 0;
    };

    PollSet();
    ~PollSet();
    PollSet(const PollSet&) = delete;
    PollSet& operator=(const PollSet&) = delete;

    /// False when the system has no room for it. From then on ready() is called as long as there is what is wanted, and
    /// once a turn at most.
    bool add(int descriptor, Member& member, bool wantsRead);
    void change(int descriptor, Member& member, bool wantsRead, bool wantsWrite);
    /// Before the descriptor is closed. May be called from within ready(), of any member.
    void remove(int descriptor, const Member& member);

private:
    void dispatch();
    bool control(int operation, int descriptor, Member& member, bool wantsRead, bool wantsWrite);

    int m_descriptor;
    QSocketNotifier m_notifier;
    std::vector<epoll_event> m_events; ///< those being dispatched; the member is gone where it is null
    std::size_t m_left = 0;            ///< of m_events, from its end
};

} // namespace faultline::client
