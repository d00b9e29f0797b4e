// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

namespace faultline::views {

/// The lines sent so far, to be walked with Up and Down as in a shell: what was being typed comes back at the end.
class CommandHistory
{
public:
    static constexpr int kKept = 200;

    void add(const QString& line);
    /// The line before; `typed` is what stands in the field now and is kept. The same line when there is none before.
    QString older(const QString& typed);
    QString newer(const QString& typed);

private:
    QStringList m_lines;
    qsizetype m_at = 0; ///< m_lines.size(): at what is being typed
    QString m_typed;
};

} // namespace faultline::views
