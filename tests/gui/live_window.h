// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/topology/topology_view.h"
#include "gui/window/main_window.h"

#include <QSettings>
#include <QTemporaryDir>

#include <memory>

class QAction;

namespace faultline::tests {

inline constexpr int kServes_ms = 30'000;
inline constexpr int kSoon_ms = 15'000;

/// The real window over a real cluster, and the hand that drives it: by mouse and keys.
class LiveWindow
{
public:
    /// Returns once the cluster serves and has a leader, or fails the test.
    void open(wire::Pace pace = wire::Pace::real(), int nodes = 5, double rate = 20);
    /// Returns once the window is there.
    void openWith(const window::DesktopOptions& options);
    void close();

    window::MainWindow& mainWindow() const { return *m_window; }
    lab::Lab& lab() const { return *m_lab; }
    const lab::Timeline& timeline() const { return m_lab->timeline(); }
    views::TopologyView* canvas() const;
    QString caption() const;
    QString headline() const;
    QAction* action(const char* name) const;
    NodeId follower() const; ///< the lowest one that runs and does not lead

    void press(const QKeySequence& key) const; ///< on the canvas
    void click(NodeId node, Qt::KeyboardModifiers modifiers = {}) const;
    void clickTool(const char* name) const;
    void drag(QPoint from, QPoint to) const; ///< on the canvas
    void rightClick(QPoint at) const;        ///< on the canvas

private:
    QTemporaryDir m_folder;
    std::unique_ptr<QSettings> m_settings;
    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<window::MainWindow> m_window;
};

} // namespace faultline::tests
