// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/client/command_history.h"

namespace faultline::views {

void CommandHistory::add(const QString& line)
{
    if (m_lines.isEmpty() || m_lines.last() != line)
        m_lines.append(line);
    while (m_lines.size() > kKept)
        m_lines.removeFirst();
    m_at = m_lines.size();
    m_typed.clear();
}

QString CommandHistory::older(const QString& typed)
{
    if (m_at == m_lines.size())
        m_typed = typed;
    if (m_at == 0)
        return m_lines.isEmpty() ? typed : m_lines.first();
    return m_lines.at(--m_at);
}

QString CommandHistory::newer(const QString& typed)
{
    if (m_at >= m_lines.size())
        return typed;
    ++m_at;
    return m_at == m_lines.size() ? m_typed : m_lines.at(m_at);
}

} // namespace faultline::views
