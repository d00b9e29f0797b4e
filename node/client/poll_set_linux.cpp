// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/poll_set_linux.h"

#include "common/result/result.h"

#include <sys/epoll.h>
#include <unistd.h>

namespace faultline::client {

namespace {
constexpr std::size_t kMostAtOnce = 1024;
}

PollSet::PollSet()
    : m_descriptor(::epoll_create1(EPOLL_CLOEXEC))
    , m_notifier(m_descriptor, QSocketNotifier::Read)
{
    FAULTLINE_INVARIANT(m_descriptor >= 0, "the system has a descriptor left for the set of clients");
    QObject::connect(&m_notifier, &QSocketNotifier::activated, &m_notifier, [this] { dispatch(); });
}

PollSet::~PollSet()
{
    m_notifier.setEnabled(false);
    ::close(m_descriptor);
}

bool PollSet::control(int operation, int descriptor, Member& member, bool wantsRead, bool wantsWrite)
{
    epoll_event event{};
    event.events = (wantsRead ? EPOLLIN : 0U) | (wantsWrite ? EPOLLOUT : 0U);
    event.data.ptr = &member;
    return ::epoll_ctl(m_descriptor, operation, descriptor, &event) == 0;
}

bool PollSet::add(int descriptor, Member& member, bool wantsRead)
{
    return control(EPOLL_CTL_ADD, descriptor, member, wantsRead, false);
}

void PollSet::change(int descriptor, Member& member, bool wantsRead, bool wantsWrite)
{
    control(EPOLL_CTL_MOD, descriptor, member, wantsRead, wantsWrite);
}

void PollSet::remove(int descriptor, const Member& member)
{
    ::epoll_ctl(m_descriptor, EPOLL_CTL_DEL, descriptor, nullptr);
    for (std::size_t i = m_events.size() - m_left; i < m_events.size(); ++i) {
        if (m_events[i].data.ptr == &member)
            m_events[i].data.ptr = nullptr;
    }
}

void PollSet::dispatch()
{
    if (m_left > 0)
        return; // a loop within one of the members' calls
    m_events.resize(kMostAtOnce);
    const int count = ::epoll_wait(m_descriptor, m_events.data(), static_cast<int>(m_events.size()), 0);
    m_events.resize(static_cast<std::size_t>(std::max(count, 0)));
    for (m_left = m_events.size(); m_left > 0;) {
        const epoll_event event = m_events[m_events.size() - m_left];
        --m_left;
        if (auto* member = static_cast<Member*>(event.data.ptr))
            member->ready((event.events & EPOLLIN) != 0, (event.events & EPOLLOUT) != 0,
                          (event.events & (EPOLLERR | EPOLLHUP)) != 0);
    }
}

} // namespace faultline::client
