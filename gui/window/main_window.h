// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/lab.h"
#include "gui/views/theme/theme.h"
#include "gui/window/desktop.h"
#include "gui/window/remembered.h"

#include <QMainWindow>

class QActionGroup;
class QDockWidget;
class QSettings;
class QSplitter;
class QTimer;

namespace faultline::views {
class FaultMatrix;
class LinkMenu;
class ChartsView;
class ClientStrip;
class EventView;
class Inspector;
class TopologyView;
} // namespace faultline::views

namespace faultline::window {

class CaptionLine;
class Controls;
class HeadlineBar;
class FaultControls;
class Scenarios;
class StatusLine;

/// The window: a headline, the canvas with a caption and a client under it, two charts; event list and node details
/// when asked for. It owns no knowledge of the cluster: views read the timeline, and what they ask for goes to the lab.
class MainWindow final : public QMainWindow
{
    Q_OBJECT

public:
    /// `lab` and `settings` must outlive the window.
    MainWindow(lab::Lab& lab, QSettings& settings, const DesktopOptions& options);
    ~MainWindow() override;

    /// A fresh cluster with that many nodes (0: as the options say), or the sentence on the canvas that says why not.
    /// A scenario that is acted out ends without a verdict, as it does by the next two.
    void startCluster(int nodes = 0);
    void resetCluster();
    void endCluster();

    const views::Theme& theme() const { return m_theme; }
    void setThemeChoice(ThemeChoice choice);
    void showDetails(NodeId node);

protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void buildViews();
    void buildDocks();
    void buildMenus();
    void connectFaults();
    void connectScenarios();
    void showNodeMenu(NodeId node, QPoint position);
    void showLinkMenu(const std::vector<LinkId>& links, QPoint position);
    void showMatrix();
    void placeMatrix();
    void buildKeys();
    void connectLab();
    void restore();
    void applyTheme(bool dark);
    void refreshTexts();
    void showKeys();
    void escape();
    void fail(const QString& sentence);

    lab::Lab& m_lab;
    QSettings& m_settings;
    DesktopOptions m_options;
    views::Theme m_theme;
    ThemeChoice m_themeChoice = ThemeChoice::System;
    bool m_systemIsDark = false;
    bool m_applyingTheme = false;
    QString m_failure; ///< why there is no cluster; empty when that was wanted

    HeadlineBar* m_headline = nullptr;
    CaptionLine* m_caption = nullptr;
    StatusLine* m_status = nullptr;
    QSplitter* m_split = nullptr;
    views::TopologyView* m_canvas = nullptr;
    views::ClientStrip* m_strip = nullptr;
    views::ChartsView* m_charts = nullptr;
    views::EventView* m_events = nullptr;
    views::Inspector* m_inspector = nullptr;
    QDockWidget* m_eventsDock = nullptr;
    QDockWidget* m_inspectorDock = nullptr;
    Controls* m_controls = nullptr;
    FaultControls* m_faultControls = nullptr;
    Scenarios* m_scenarios = nullptr;
    views::FaultMatrix* m_matrix = nullptr;
    views::LinkMenu* m_linkMenu = nullptr;
    QDockWidget* m_matrixDock = nullptr;
    bool m_matrixIsPlaced = false;
    QActionGroup* m_themes = nullptr;
    QAction* m_lessMotion = nullptr;
    QTimer* m_texts = nullptr;
};

} // namespace faultline::window
