// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/lab.h"
#include "gui/views/theme/theme.h"

#include <QObject>

#include <functional>
#include <set>
#include <vector>

class QAction;
class QMenu;
class QToolBar;
class QWidget;

namespace faultline::window {

/// What the user can do to links, clocks, disks, load and several nodes at once, and take back: the knife, partitions
/// by name and by selection, heal all, undo and redo. One action each, on the toolbar, in the menu and behind its key.
class FaultControls final : public QObject
{
    Q_OBJECT

public:
    /// Both must outlive the controls.
    FaultControls(lab::Lab& lab, QWidget* window);
    ~FaultControls() override;

    void setSelection(const std::vector<NodeId>& nodes);
    void setTheme(const views::Theme& theme);
    /// Brings texts and greyness up to date with the timeline.
    void refresh();

    QAction* knife() const { return m_knife; }
    QAction* healAllAction() const { return m_healAll; }
    QAction* undoAction() const { return m_undo; }
    void fill(QMenu* faultsMenu);
    /// What can be done to this node beyond its process: power, crash loop, clock, disk.
    void extend(QMenu* nodeMenu, NodeId node);

    void partitionSelected();
    void healAll();

signals:
    void hinted(const QString& sentence);
    void knifeWanted(bool on);
    void matrixWanted();

private:
    QAction* add(const QString& text, const QString& shortText, const QString& key, const QString& tip);
    void onKey(const QKeySequence& key, std::function<void()> action);
    void fillPartitions(QMenu* menu);
    void fillLoad(QMenu* menu);
    void fillClock(QMenu* menu, NodeId node);
    void fillDisk(QMenu* menu, NodeId node);
    bool there();
    void ask(const QString& title, const QString& label, const QString& example,
             std::function<Result<void>(const QString&)> check, std::function<void(const QString&)> take,
             const QString& text = {});

    lab::Lab& m_lab;
    QWidget* m_window;
    std::vector<NodeId> m_selection;
    views::Theme m_theme;

    std::vector<std::pair<QAction*, lab::PartitionShape>> m_partitions;
    QAction* m_undo = nullptr;
    QAction* m_redo = nullptr;
    QAction* m_knife = nullptr;
    QAction* m_partition = nullptr;
    QAction* m_healPartitions = nullptr;
    QAction* m_healAll = nullptr;
    QAction* m_matrix = nullptr;
    QAction* m_rolling = nullptr;
};

} // namespace faultline::window
