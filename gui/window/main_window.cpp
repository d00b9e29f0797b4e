// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/main_window.h"

#include "gui/views/charts/charts_view.h"
#include "gui/views/client/client_strip.h"
#include "gui/views/events/event_view.h"
#include "gui/views/faults/fault_matrix.h"
#include "gui/views/faults/fault_matrix_model.h"
#include "gui/views/faults/link_menu.h"
#include "gui/views/faults/link_words.h"
#include "gui/views/inspector/inspector.h"
#include "gui/views/theme/icon.h"
#include "gui/views/theme/style_sheet.h"
#include "gui/views/topology/topology_view.h"
#include "gui/window/caption_line.h"
#include "gui/window/controls.h"
#include "gui/window/fault_controls.h"
#include "gui/window/headline_bar.h"
#include "gui/window/keys_sheet.h"
#include "gui/window/own_keys.h"
#include "gui/window/scenarios.h"
#include "gui/window/status_line.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QScreen>
#include <QShortcut>
#include <QSplitter>
#include <QStatusBar>
#include <QTableView>
#include <QTimer>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace faultline::window {
namespace {

constexpr QSize kFirstSize{1280, 800};
constexpr QSize kSmallestSize{720, 520};
constexpr int kLayoutVersion = 3;
constexpr std::chrono::milliseconds kTextsEvery{60};

} // namespace

MainWindow::MainWindow(lab::Lab& lab, QSettings& settings, const DesktopOptions& options)
    : m_lab(lab)
    , m_settings(settings)
    , m_options(options)
    , m_systemIsDark(views::isDark(QApplication::palette()))
    , m_texts(new QTimer(this))
{
    setWindowTitle(QStringLiteral("Faultline"));
    setObjectName(QStringLiteral("mainWindow"));
    setMinimumSize(kSmallestSize);
    setDockNestingEnabled(true);
    m_controls = new Controls(lab, this);
    m_faultControls = new FaultControls(lab, this);
    m_scenarios = new Scenarios(lab, options.lab, this);
    buildViews();
    buildDocks();
    buildMenus();
    buildKeys();
    connectLab();
    connectFaults();
    connectScenarios();
    restore();
    refreshTexts();
    m_canvas->setFocus();
}

MainWindow::~MainWindow()
{
    disconnect(&m_lab, nullptr, this, nullptr);
    disconnect(&m_lab.timeline(), nullptr, this, nullptr);
    m_canvas->setTimeline(nullptr);
    m_charts->setTimeline(nullptr);
    m_strip->setTimeline(nullptr);
    m_events->setTimeline(nullptr);
    m_inspector->setTimeline(nullptr);
    m_matrix->setTimeline(nullptr);
}

void MainWindow::buildViews()
{
    m_headline = new HeadlineBar(this);
    m_caption = new CaptionLine(this);
    m_status = new StatusLine(this);
    m_canvas = new views::TopologyView(this);
    m_strip = new views::ClientStrip(this);
    m_charts = new views::ChartsView(this);

    auto* left = new QWidget(this);
    auto* leftColumn = new QVBoxLayout(left);
    leftColumn->setContentsMargins(0, 0, 0, 0);
    leftColumn->setSpacing(0);
    leftColumn->addWidget(m_canvas, 1);
    leftColumn->addWidget(m_caption);
    leftColumn->addWidget(m_strip);

    m_split = new QSplitter(Qt::Horizontal, this);
    m_split->setHandleWidth(1);
    m_split->setChildrenCollapsible(false);
    m_split->addWidget(left);
    m_split->addWidget(m_charts);
    m_split->setStretchFactor(0, 3);
    m_split->setStretchFactor(1, 2);

    auto* middle = new QWidget(this);
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_headline);
    column->addWidget(m_split, 1);
    setCentralWidget(middle);

    auto* bar = new QToolBar(tr("Toolbar"), this);
    bar->setObjectName(QStringLiteral("toolbar"));
    bar->setMovable(false);
    bar->setFloatable(false);
    bar->toggleViewAction()->setEnabled(false);
    addToolBar(Qt::TopToolBarArea, bar);
    m_controls->fill(bar);
    m_controls->insertInto(bar,
                           {m_faultControls->knife(), m_faultControls->healAllAction(), m_faultControls->undoAction()});
    statusBar()->setSizeGripEnabled(false);
    statusBar()->addWidget(m_status, 1);
}

void MainWindow::buildDocks()
{
    m_events = new views::EventView(this);
    m_inspector = new views::Inspector(this);
    m_eventsDock = new QDockWidget(tr("Events"), this);
    m_eventsDock->setObjectName(QStringLiteral("eventsDock"));
    m_eventsDock->setWidget(m_events);
    addDockWidget(Qt::BottomDockWidgetArea, m_eventsDock);
    m_inspectorDock = new QDockWidget(tr("Node details"), this);
    m_inspectorDock->setObjectName(QStringLiteral("inspectorDock"));
    m_inspectorDock->setWidget(m_inspector);
    addDockWidget(Qt::RightDockWidgetArea, m_inspectorDock);
    m_matrix = new views::FaultMatrix(this);
    m_matrixDock = new QDockWidget(tr("Links"), this);
    m_matrixDock->setObjectName(QStringLiteral("matrixDock"));
    m_matrixDock->setWidget(m_matrix);
    addDockWidget(Qt::BottomDockWidgetArea, m_matrixDock);
    // Beside the canvas and not instead of it: it opens as a window of its own, and can be docked.
    m_matrixDock->setFloating(true);
    m_matrixDock->hide();
    connect(m_matrixDock->toggleViewAction(), &QAction::triggered, this, &MainWindow::placeMatrix);
    m_eventsDock->hide();
    m_inspectorDock->hide();
}

void MainWindow::buildMenus()
{
    m_controls->fill(menuBar()->addMenu(tr("&Cluster")));
    m_faultControls->fill(menuBar()->addMenu(tr("&Faults")));
    m_scenarios->fill(menuBar()->addMenu(tr("&Scenarios")));
    QMenu* view = menuBar()->addMenu(tr("&View"));
    view->addAction(m_matrixDock->toggleViewAction());
    view->addAction(m_eventsDock->toggleViewAction());
    view->addAction(m_inspectorDock->toggleViewAction());
    m_eventsDock->toggleViewAction()->setToolTip(tr("What nodes and lab said, line by line"));
    m_inspectorDock->toggleViewAction()->setToolTip(tr("Everything known of the selected node (double click on it)"));
    view->addSeparator();
    QMenu* themes = view->addMenu(tr("Theme"));
    m_themes = new QActionGroup(this);
    const std::pair<ThemeChoice, QString> choices[] = {
        {ThemeChoice::System, tr("System")}, {ThemeChoice::Light, tr("Light")}, {ThemeChoice::Dark, tr("Dark")}};
    for (const auto& [choice, name] : choices) {
        QAction* action = themes->addAction(name);
        action->setCheckable(true);
        action->setData(static_cast<int>(choice));
        m_themes->addAction(action);
        connect(action, &QAction::triggered, this, [this, wanted = choice] { setThemeChoice(wanted); });
    }
    m_lessMotion = view->addAction(tr("Less motion"));
    m_lessMotion->setCheckable(true);
    connect(m_lessMotion, &QAction::toggled, m_canvas, &views::TopologyView::setReducedMotion);
    QMenu* help = menuBar()->addMenu(tr("&Help"));
    connect(help->addAction(tr("Keys\tF1")), &QAction::triggered, this, &MainWindow::showKeys);

    auto* bar = findChild<QToolBar*>(QStringLiteral("toolbar"));
    bar->addAction(m_matrixDock->toggleViewAction());
    bar->addAction(m_eventsDock->toggleViewAction());
    bar->addAction(m_inspectorDock->toggleViewAction());
    m_eventsDock->toggleViewAction()->setIconText(tr("Events"));
    m_matrixDock->toggleViewAction()->setIconText(tr("Links"));
    m_matrixDock->toggleViewAction()->setToolTip(
        tr("Every directed link and what is wrong with it, to look at and to change (M)"));
    m_inspectorDock->toggleViewAction()->setIconText(tr("Details"));
    // What Qt shows where there is no room for all of them, but in the colour of ink.
    if (auto* more = bar->findChild<QToolButton*>(QStringLiteral("qt_toolbar_ext_button"))) {
        more->setToolButtonStyle(Qt::ToolButtonTextOnly);
        more->setText(QString(QChar(0xBB)));
        more->setToolTip(tr("More buttons"));
        more->setAccessibleName(tr("More buttons"));
    }
}

void MainWindow::buildKeys()
{
    const auto on = [this](const QKeySequence& key, auto action) {
        connect(new QShortcut(key, this), &QShortcut::activated, this, action);
    };
    on(Qt::Key_F1, [this] { showKeys(); });
    on(Qt::Key_Escape, [this] { escape(); });
    on(Qt::Key_Slash, [this] { m_strip->focusInput(); });
    on(Qt::CTRL | Qt::Key_K, [this] { m_strip->focusInput(); });
    auto* ownKeys = new OwnKeys(this);
    for (QObject* top : std::initializer_list<QObject*>{this, m_eventsDock, m_inspectorDock, m_matrixDock})
        top->installEventFilter(ownKeys);
}

void MainWindow::connectLab()
{
    const lab::Timeline* timeline = &m_lab.timeline();
    m_canvas->setTimeline(timeline);
    m_charts->setTimeline(timeline);
    m_strip->setTimeline(timeline);
    m_events->setTimeline(timeline);
    m_inspector->setTimeline(timeline);
    m_matrix->setTimeline(timeline);

    m_texts->setSingleShot(true);
    m_texts->setInterval(kTextsEvery);
    connect(m_texts, &QTimer::timeout, this, &MainWindow::refreshTexts);
    connect(timeline, &lab::Timeline::changed, this, [this] {
        if (!m_texts->isActive())
            m_texts->start();
    });
    connect(&m_lab, &lab::Lab::startFailed, this, &MainWindow::fail);
    connect(&m_lab, &lab::Lab::ended, this, &MainWindow::refreshTexts);
    connect(&m_lab, &lab::Lab::commandReplied, this, [this](const lab::Lab::CommandReply& reply) {
        m_strip->showReply(
            {reply.id, reply.node, reply.line, reply.reply, reply.explanation, reply.isError, reply.took});
    });
    connect(m_strip, &views::ClientStrip::sendRequested, this, [this](NodeId node, const QString& line) {
        m_strip->setPending(m_lab.sendCommand(node, line), node, line);
    });

    connect(m_canvas, &views::TopologyView::selectionChanged, this, [this](NodeId node) {
        m_controls->setSelected(node);
        m_inspector->setNode(node);
    });
    connect(m_canvas, &views::TopologyView::detailsRequested, this, &MainWindow::showDetails);
    connect(m_canvas, &views::TopologyView::menuRequested, this, &MainWindow::showNodeMenu);
    connect(m_canvas, &views::TopologyView::absenceAnswered, this, [this] { startCluster(m_controls->nodeCount()); });
    connect(m_controls, &Controls::selectionWanted, m_canvas, &views::TopologyView::select);
    connect(m_controls, &Controls::hinted, m_caption, &CaptionLine::hint);
    connect(m_controls, &Controls::startWanted, this, [this] { startCluster(m_controls->nodeCount()); });
    connect(m_controls, &Controls::endWanted, this, &MainWindow::endCluster);
    connect(m_controls, &Controls::resetWanted, this, &MainWindow::resetCluster);
    connect(m_controls, &Controls::detailsWanted, this, [this] { showDetails(m_canvas->selected()); });
}

void MainWindow::connectFaults()
{
    m_canvas->setLinkWords(
        [this](LinkId link) { return views::spokenLink(m_lab.timeline(), m_matrix->model()->counts(), link); });
    m_linkMenu = new views::LinkMenu(this);
    const auto setFault = [this](const std::vector<LinkId>& links, const fault::LinkFault& fault,
                                 std::chrono::milliseconds over,
                                 const QString& name) { m_lab.setLinkFault(links, fault, over, name); };
    const auto cut = [this](const std::vector<LinkId>& links) { m_lab.cut({links.begin(), links.end()}); };
    const auto heal = [this](const std::vector<LinkId>& links) { m_lab.healLinks(links); };
    connect(m_linkMenu, &views::LinkMenu::faultChosen, this, setFault);
    connect(m_linkMenu, &views::LinkMenu::cutWanted, this, cut);
    connect(m_linkMenu, &views::LinkMenu::healWanted, this, heal);
    connect(m_linkMenu, &views::LinkMenu::editWanted, m_matrix, &views::FaultMatrix::edit);
    connect(m_matrix, &views::FaultMatrix::faultChosen, this, setFault);
    connect(m_matrix, &views::FaultMatrix::cutWanted, this, cut);
    connect(m_matrix, &views::FaultMatrix::healWanted, this, heal);

    connect(m_canvas, &views::TopologyView::linkMenuRequested, this, [this](LinkId link, bool both, QPoint position) {
        showLinkMenu(both ? std::vector{link, link.reversed()} : std::vector{link}, position);
    });
    connect(m_canvas, &views::TopologyView::linkActivated, this, [this](LinkId link) { m_matrix->edit({link}); });
    connect(m_canvas, &views::TopologyView::selectionSetChanged, this,
            [this] { m_faultControls->setSelection(m_canvas->selectedNodes()); });
    connect(m_canvas, &views::TopologyView::cutDrawn, this,
            [this](const std::set<LinkId>& links) { m_lab.cut(links); });
    connect(m_faultControls, &FaultControls::knifeWanted, m_canvas, &views::TopologyView::setKnife);
    connect(m_canvas, &views::TopologyView::knifePutAway, m_faultControls->knife(),
            [this] { m_faultControls->knife()->setChecked(false); });
    connect(m_faultControls, &FaultControls::hinted, m_caption, &CaptionLine::hint);
    connect(m_faultControls, &FaultControls::matrixWanted, this, &MainWindow::showMatrix);
}

void MainWindow::connectScenarios()
{
    connect(m_scenarios, &Scenarios::began, this, [this] {
        m_controls->followNodes(false);
        m_failure.clear();
        m_strip->clearReplies();
    });
    connect(m_scenarios, &Scenarios::told, this, [this](const QString& title, const QString& line) {
        m_caption->tell(title, line);
        refreshTexts();
    });
    connect(m_scenarios, &Scenarios::stopped, m_caption, &CaptionLine::hint);
    connect(m_scenarios, &Scenarios::failed, this, &MainWindow::fail);
}

void MainWindow::showNodeMenu(NodeId node, QPoint position)
{
    QMenu* menu = m_controls->nodeMenu(this).release();
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setToolTipsVisible(true);
    menu->addSeparator();
    m_faultControls->extend(menu, node);
    const std::vector<NodeId>& selected = m_canvas->selectedNodes();
    if (selected.size() > 1) {
        menu->addSeparator();
        connect(menu->addAction(tr("Partition the %1 selected from the rest\tP").arg(selected.size())),
                &QAction::triggered, m_faultControls, &FaultControls::partitionSelected);
        menu->addSeparator();
        if (selected.size() == 2)
            m_linkMenu->fill(menu, m_lab.timeline().faultState().state,
                             {{selected[0], selected[1]}, {selected[1], selected[0]}});
    } else if (m_lab.timeline().node(node)) {
        std::vector<LinkId> links;
        for (const auto& [peer, state] : m_lab.timeline().nodes()) {
            if (peer != node) {
                links.push_back({node, peer});
                links.push_back({peer, node});
            }
        }
        QMenu* all = menu->addMenu(tr("All its links"));
        all->setToolTipsVisible(true);
        m_linkMenu->fill(all, m_lab.timeline().faultState().state, links);
        QMenu* clients = menu->addMenu(tr("Its clients"));
        clients->setToolTipsVisible(true);
        m_linkMenu->fill(clients, m_lab.timeline().faultState().state, {{kClients, node}, {node, kClients}});
    }
    menu->popup(position);
}

void MainWindow::showLinkMenu(const std::vector<LinkId>& links, QPoint position)
{
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setToolTipsVisible(true);
    m_linkMenu->fill(menu, m_lab.timeline().faultState().state, links);
    menu->popup(position);
}

void MainWindow::showMatrix()
{
    const bool show = !m_matrixDock->isVisible();
    m_matrixDock->setVisible(show);
    if (show) {
        placeMatrix();
        m_matrixDock->raise();
        m_matrix->table()->setFocus();
    }
}

void MainWindow::placeMatrix()
{
    if (std::exchange(m_matrixIsPlaced, true) || !m_matrixDock->isFloating())
        return;
    constexpr int kTitle = 32;
    // Where all of it does not fit onto the screen, it scrolls.
    const QRect room = screen()->availableGeometry().adjusted(0, kTitle, 0, 0);
    m_matrixDock->resize((m_matrix->sizeHint() + QSize(2, kTitle)).boundedTo(room.size()));
    const QPoint wanted = mapToGlobal(QPoint(std::max(0, width() - m_matrixDock->width() - 16), height() / 3));
    m_matrixDock->move(std::clamp(wanted.x(), room.left(), room.right() + 1 - m_matrixDock->width()),
                       std::clamp(wanted.y(), room.top(), room.bottom() + 1 - m_matrixDock->height()));
}

void MainWindow::restore()
{
    const Remembered values = remembered(m_settings);
    m_lessMotion->setChecked(values.reducedMotion);
    m_controls->setNodeCount(m_options.lab.nodes);
    m_controls->setRate(m_options.lab.rate);
    if (m_options.dark) {
        m_themeChoice = *m_options.dark ? ThemeChoice::Dark : ThemeChoice::Light;
        applyTheme(*m_options.dark);
    } else {
        setThemeChoice(values.theme);
    }
    for (QAction* action : m_themes->actions())
        action->setChecked(action->data().toInt() == static_cast<int>(m_themeChoice));
    resize(m_options.size.isValid() ? m_options.size : kFirstSize);
    m_split->setSizes({width() * 6 / 10, width() * 4 / 10});
    if (m_options.size.isValid())
        return;
    if (restoreGeometry(values.geometry)) {
        const QRect room = screen()->availableGeometry();
        if (!room.intersects(geometry()) || width() > room.width() * 2 || height() > room.height() * 2)
            resize(kFirstSize);
    }
    if (!values.docks.isEmpty() && restoreState(values.docks, kLayoutVersion))
        m_matrixIsPlaced = values.linksArePlaced;
    if (!values.split.isEmpty())
        m_split->setSizes(values.split);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    Remembered values = remembered(m_settings);
    values.reducedMotion = m_lessMotion->isChecked();
    if (!m_options.dark)
        values.theme = m_themeChoice;
    if (!m_options.size.isValid()) {
        values.geometry = saveGeometry();
        values.docks = saveState(kLayoutVersion);
        values.linksArePlaced = m_matrixIsPlaced;
        values.split = m_split->sizes();
    }
    remember(m_settings, values);
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::ThemeChange && m_themeChoice == ThemeChoice::System && !m_applyingTheme)
        setThemeChoice(ThemeChoice::System);
}

void MainWindow::setThemeChoice(ThemeChoice choice)
{
    m_themeChoice = choice;
    applyTheme(choice == ThemeChoice::Dark || (choice == ThemeChoice::System && m_systemIsDark));
    for (QAction* action : m_themes->actions())
        action->setChecked(action->data().toInt() == static_cast<int>(choice));
}

void MainWindow::applyTheme(bool dark)
{
    m_applyingTheme = true;
    m_theme = views::Theme::of(dark);
    QApplication::setPalette(m_theme.palette());
    setStyleSheet(views::styleSheet(m_theme));
    m_headline->setTheme(m_theme);
    m_caption->setTheme(m_theme);
    m_status->setTheme(m_theme);
    m_canvas->setTheme(m_theme);
    m_charts->setTheme(m_theme);
    m_strip->setTheme(m_theme);
    m_events->setTheme(m_theme);
    m_inspector->setTheme(m_theme);
    m_matrix->setTheme(m_theme);
    m_faultControls->setTheme(m_theme);
    m_scenarios->setTheme(m_theme);
    m_eventsDock->toggleViewAction()->setIcon(views::icon(views::Glyph::Events, m_theme));
    m_matrixDock->toggleViewAction()->setIcon(views::icon(views::Glyph::Matrix, m_theme));
    m_inspectorDock->toggleViewAction()->setIcon(views::icon(views::Glyph::Details, m_theme));
    m_controls->setTheme(m_theme);
    m_applyingTheme = false;
}

void MainWindow::startCluster(int nodes)
{
    lab::LabOptions options = m_options.lab;
    if (nodes > 0)
        options.nodes = nodes;
    m_scenarios->abandon();
    m_controls->followNodes(true);
    m_failure.clear();
    m_strip->clearReplies();
    const Result<void> started = m_lab.start(options);
    if (!started)
        fail(started.error());
    refreshTexts();
}

void MainWindow::resetCluster()
{
    // A cluster of a scenario has its nodes, load and pace by it; what is wanted now is one's own again.
    if (!m_lab.isRunning() || m_scenarios->isRunning()) {
        startCluster(m_controls->nodeCount());
        return;
    }
    m_failure.clear();
    m_strip->clearReplies();
    m_lab.reset();
    refreshTexts();
}

void MainWindow::endCluster()
{
    m_failure.clear();
    if (m_scenarios->isRunning())
        m_scenarios->stop();
    else
        m_lab.end();
    refreshTexts();
}

void MainWindow::fail(const QString& sentence)
{
    m_failure = sentence;
    refreshTexts();
}

void MainWindow::refreshTexts()
{
    const lab::Timeline& timeline = m_lab.timeline();
    if (timeline.hasCluster()) {
        m_headline->setSentence(lab::headline(timeline));
    } else {
        m_headline->setSentence(m_failure.isEmpty() ? tr("No cluster is running")
                                                    : tr("No cluster: it could not start"));
        const int nodes = std::max(3, m_controls->nodeCount());
        if (m_failure.isEmpty())
            m_canvas->setAbsence(tr("No cluster. Start one with %1 nodes, then break it.").arg(nodes), tr("Start"));
        else
            m_canvas->setAbsence(m_failure, tr("Retry"));
    }
    m_caption->follow(timeline);
    m_status->follow(timeline);
    m_controls->refresh();
    m_faultControls->refresh();
}

void MainWindow::showDetails(NodeId node)
{
    m_inspector->setNode(node);
    m_inspectorDock->show();
    m_inspectorDock->raise();
}

void MainWindow::showKeys()
{
    auto* sheet = new KeysSheet(this);
    sheet->setAttribute(Qt::WA_DeleteOnClose);
    sheet->open();
}

void MainWindow::escape()
{
    if (QWidget* focus = QApplication::focusWidget(); focus && focus != m_canvas && isAncestorOf(focus)) {
        m_canvas->setFocus();
        return;
    }
    m_canvas->cancel();
}

} // namespace faultline::window
