// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/client/admission.h"

namespace faultline::client {

bool Admission::admits(quint64 pending, qint64 bytes, std::chrono::microseconds now)
{
    if (pending >= kLastPending || bytes >= kLastBytes)
        return false;
    if (!m_limits.isOn || pending < m_limits.small)
        return true;
    if (pending >= m_limits.pending || bytes >= m_limits.bytes)
        return false;
    forgetEnded(pending);
    return m_marks.empty() || now - m_marks.front().at <= m_limits.delay;
}

void Admission::forgetEnded(quint64 pending)
{
    // Commands end nearly in the order they came, so the oldest under way is about the one that came `pending` ago.
    const quint64 oldest = m_submitted - pending;
    while (!m_marks.empty() && (pending == 0 || (m_marks.size() > 1 && m_marks[1].number <= oldest)))
        m_marks.pop_front();
}

void Admission::submitted(quint64 pending, std::chrono::microseconds now)
{
    forgetEnded(pending);
    if (m_marks.empty() || now - m_marks.back().at >= kApart) {
        if (m_marks.size() >= kMostMarks)
            m_marks.pop_back();
        m_marks.push_back({m_submitted, now});
    }
    ++m_submitted;
}

} // namespace faultline::client
