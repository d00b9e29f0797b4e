// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/lab.h"
#include "gui/views/theme/theme.h"
#include "gui/window/possible.h"

#include <QObject>

#include <functional>
#include <memory>
#include <optional>

class QAction;
class QActionGroup;
class QMenu;
class QShortcut;
class QToolBar;
class QToolButton;
class QWidget;

namespace faultline::window {

class LoadSlider;
class NodeCountBox;

/// Everything the user can do to the cluster, once each: the same action stands on the toolbar, in the menu, in a
/// node's own menu and behind its key. What makes no sense on the selected node is grey; its key says why.
class Controls final : public QObject
{
    Q_OBJECT

public:
    /// Keys act in `window` unless a field there wants the character. Both must outlive the controls.
    Controls(lab::Lab& lab, QWidget* window);
    ~Controls() override;

    void setSelected(NodeId node);
    void setTheme(const views::Theme& theme);
    /// Brings texts, ticks and greyness up to date with the timeline.
    void refresh();

    void fill(QToolBar* bar);
    /// After what is done to nodes and before what is done to time.
    void insertInto(QToolBar* bar, const QList<QAction*>& actions);
    void fill(QMenu* clusterMenu);
    std::unique_ptr<QMenu> nodeMenu(QWidget* parent) const; ///< for the selected node

    int nodeCount() const;
    void setNodeCount(int count);
    /// Whether the count is that of the cluster there is. Not while somebody else's is, so that one's own comes back.
    void followNodes(bool follows) { m_followsNodes = follows; }
    void setRate(double operationsPerSecond); ///< what the slider stands at before there is a load to follow
    QAction* details() const { return m_details; }

    void perform(NodeGesture gesture); ///< on the selected node, or says why not
    void selectNumber(int number);
    void selectLeader();
    void togglePace();
    void toggleHold();

signals:
    void hinted(const QString& sentence);
    void selectionWanted(faultline::NodeId node);
    void startWanted();
    void endWanted();
    void resetWanted();
    void detailsWanted();

private:
    QAction* add(const QString& text, const QString& shortText, const QString& key, const QString& tip);
    void onKey(const QKeySequence& key, std::function<void()> action);
    void allow(QAction* action, NodeGesture gesture);
    /// Grey, with the reason as its tip, when there is one.
    void allowUnless(QAction* action, const QString& why, const QString& tip);
    void addNode();
    void buildPaceMenu();
    QWidget* nodesBox(QWidget* parent);

    lab::Lab& m_lab;
    QWidget* m_window;
    NodeId m_selected;
    std::optional<bool> m_shownRunning;

    QAction* m_startStop = nullptr;
    QAction* m_kill = nullptr;
    QAction* m_stop = nullptr;
    QAction* m_freeze = nullptr;
    QAction* m_restart = nullptr;
    QAction* m_isolate = nullptr;
    QAction* m_addNode = nullptr;
    QAction* m_removeNode = nullptr;
    QAction* m_makeLeader = nullptr;
    QAction* m_hold = nullptr;
    QAction* m_reset = nullptr;
    QAction* m_leader = nullptr;
    QAction* m_details = nullptr;
    QAction* m_loadOn = nullptr;
    QAction* m_pace = nullptr;
    std::unique_ptr<QMenu> m_paceMenu;
    QActionGroup* m_paces = nullptr;
    NodeCountBox* m_nodes = nullptr;
    bool m_followsNodes = true;
    LoadSlider* m_load = nullptr;
    views::Theme m_theme;
};

} // namespace faultline::window
