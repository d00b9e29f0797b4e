// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>

namespace faultline::window {

inline constexpr int kFewestNodes = 3; ///< that a cluster is started with; nodes may leave it later
inline constexpr int kMostNodes = 9;

/// How many nodes the next cluster has. To choose ends the cluster there is, so nothing is a choice but one out of the
/// list that opens, or Return after the arrow keys; the wheel does nothing.
class NodeCountBox final : public QComboBox
{
    Q_OBJECT

public:
    explicit NodeCountBox(QWidget* parent = nullptr);

    int nodes() const { return m_nodes; } ///< to start with: 3 to 9
    /// As many as there are. Fewer than a cluster can be started with are shown, and not chosen. Not while the list is
    /// open.
    void follow(int nodes);

signals:
    void chosen();

protected:
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    int m_nodes = kFewestNodes;
    bool m_isStepping = false; ///< a key goes through the entries
};

} // namespace faultline::window
