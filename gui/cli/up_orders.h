// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/lab.h"

#include <QObject>

#include <deque>

namespace faultline::cli {

/// What is asked of a cluster that `faultline up` keeps, a line each: `add`, `remove n2`, `transfer n3`. One is carried
/// out after the other, in the order they came, and each is answered by one line.
class UpOrders : public QObject
{
    Q_OBJECT

public:
    /// Those that wait beyond this are refused.
    static constexpr std::size_t kMostWaiting = 100;

    UpOrders(lab::Lab& lab, bool json);

    /// The cluster serves: orders are carried out from now on.
    void begin();
    void take(const QString& line);
    /// No more lines will come; allDone() follows when the last has been answered.
    void close();

signals:
    void answered(const QString& line);
    void allDone();

private:
    void next();
    void answer(const QString& order, bool done, NodeId node, const QString& sentence);

    lab::Lab& m_lab;
    bool m_json;
    std::deque<QString> m_waiting; ///< the first is being carried out when m_current is not 0
    quint64 m_current = 0;
    bool m_begun = false;
    bool m_closed = false;
};

} // namespace faultline::cli
