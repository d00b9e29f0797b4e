// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/controls.h"

#include "gui/views/theme/figures.h"
#include "gui/views/theme/icon.h"
#include "gui/views/theme/menu_title.h"
#include "gui/window/load_slider.h"
#include "gui/window/node_count_box.h"

#include <QAction>
#include <QActionGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QShortcut>
#include <QToolBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <functional>

namespace faultline::window {
namespace {

constexpr quint32 kFactors[] = {2, 5, 10, 20, 50};

wire::Pace paceOf(quint32 factor)
{
    wire::Pace pace;
    pace.factor = factor;
    return pace;
}

bool sameSpeed(wire::Pace a, const wire::Pace& b)
{
    a.held = b.held;
    return a == b;
}

void keep(QAction* action, const QString& text, views::Glyph glyph, const views::Theme& theme)
{
    if (action->iconText() == text)
        return;
    action->setIconText(text);
    action->setIcon(views::icon(glyph, theme));
}

} // namespace

Controls::Controls(lab::Lab& lab, QWidget* window)
    : QObject(window)
    , m_lab(lab)
    , m_window(window)
{
    m_startStop = add(tr("Start the cluster"), tr("Start"), {}, tr("Start a cluster"));
    m_kill = add(tr("Kill"), tr("Kill"), QStringLiteral("K"), tr("Kill the selected node: SIGKILL, no goodbye (K)"));
    m_stop = add(tr("Stop gracefully"), tr("Stop"), {}, tr("Ask the selected node to end: SIGTERM, it says goodbye"));
    m_freeze = add(tr("Freeze"), tr("Freeze"), QStringLiteral("F"), {});
    m_restart = add(tr("Restart"), tr("Restart"), QStringLiteral("R"),
                    tr("Start the selected node again on its own data; one that runs is killed first (R)"));
    m_isolate = add(tr("Isolate"), tr("Isolate"), QStringLiteral("I"), {});
    m_addNode = add(tr("Add a node"), tr("Add node"), QStringLiteral("A"), {});
    m_removeNode = add(tr("Remove from the cluster"), tr("Remove node"), QStringLiteral("Del"), {});
    m_makeLeader = add(tr("Make it the leader"), tr("Make leader"), {}, {});
    m_hold = add(tr("Hold"), tr("Hold"), QStringLiteral("Space"), {});
    m_reset = add(tr("Reset"), tr("Reset"), QStringLiteral("Home"),
                  tr("A fresh cluster within two seconds, default load, clear charts (Home)"));
    m_leader = add(tr("Select the leader"), tr("Leader"), QStringLiteral("L"), tr("Select the node that leads (L)"));
    m_details = add(tr("Node details"), tr("Details"), QStringLiteral("Return"),
                    tr("Everything known of the selected node (double click, or Return on the canvas)"));
    m_loadOn = add(tr("Load on"), tr("Load"), {}, tr("Take the load off, or put it on again at the same rate"));
    m_loadOn->setCheckable(true);
    m_pace = add(tr("Pace"), tr("Pace"), {}, tr("How fast the cluster's own time runs (T: Real or Watch)"));
    buildPaceMenu();

    connect(m_startStop, &QAction::triggered, this,
            [this] { m_lab.isRunning() ? emit endWanted() : emit startWanted(); });
    connect(m_kill, &QAction::triggered, this, [this] { perform(NodeGesture::Kill); });
    connect(m_stop, &QAction::triggered, this, [this] { perform(NodeGesture::Stop); });
    connect(m_freeze, &QAction::triggered, this, [this] { perform(freezeOrThaw(m_lab.timeline(), m_selected)); });
    connect(m_restart, &QAction::triggered, this, [this] { perform(NodeGesture::Restart); });
    connect(m_isolate, &QAction::triggered, this, [this] { perform(isolateOrRejoin(m_lab.timeline(), m_selected)); });
    connect(m_addNode, &QAction::triggered, this, &Controls::addNode);
    connect(m_removeNode, &QAction::triggered, this, [this] { perform(NodeGesture::Remove); });
    connect(m_makeLeader, &QAction::triggered, this, [this] { perform(NodeGesture::MakeLeader); });
    connect(m_hold, &QAction::triggered, this, &Controls::toggleHold);
    connect(m_reset, &QAction::triggered, this, &Controls::resetWanted);
    connect(m_leader, &QAction::triggered, this, &Controls::selectLeader);
    connect(m_details, &QAction::triggered, this, &Controls::detailsWanted);
    connect(m_loadOn, &QAction::triggered, this, [this](bool on) { m_lab.setLoadOn(on); });

    onKey(Qt::Key_K, [this] { perform(NodeGesture::Kill); });
    onKey(Qt::Key_F, [this] { perform(freezeOrThaw(m_lab.timeline(), m_selected)); });
    onKey(Qt::Key_R, [this] { perform(NodeGesture::Restart); });
    onKey(Qt::Key_I, [this] { perform(isolateOrRejoin(m_lab.timeline(), m_selected)); });
    onKey(Qt::Key_A, [this] { addNode(); });
    onKey(Qt::Key_Delete, [this] { perform(NodeGesture::Remove); });
    onKey(Qt::Key_L, [this] { selectLeader(); });
    onKey(Qt::Key_T, [this] { togglePace(); });
    onKey(Qt::Key_Space, [this] { toggleHold(); });
    onKey(Qt::Key_Home, [this] { emit resetWanted(); });
    for (int number = 1; number <= kMostNodes; ++number)
        onKey(Qt::Key_0 + number, [this, number] { selectNumber(number); });
}

Controls::~Controls() = default;

QAction* Controls::add(const QString& text, const QString& shortText, const QString& key, const QString& tip)
{
    auto* action = new QAction(key.isEmpty() ? text : text + QLatin1Char('\t') + key, this);
    action->setIconText(shortText);
    action->setToolTip(tip);
    action->setObjectName(shortText);
    return action;
}

void Controls::onKey(const QKeySequence& key, std::function<void()> action)
{
    auto* shortcut = new QShortcut(key, m_window);
    shortcut->setAutoRepeat(false);
    connect(shortcut, &QShortcut::activated, this, std::move(action));
}

void Controls::buildPaceMenu()
{
    m_paceMenu = std::make_unique<QMenu>();
    m_paces = new QActionGroup(this);
    const auto offer = [this](const QString& text, const wire::Pace& pace) {
        QAction* action = m_paceMenu->addAction(text);
        action->setCheckable(true);
        m_paces->addAction(action);
        action->setData(QVariant::fromValue(pace.factor));
        action->setProperty("delay_us", QVariant::fromValue<qint64>(pace.baseDelay.count()));
        connect(action, &QAction::triggered, this, [this, pace] { m_lab.setPace(pace); });
    };
    offer(tr("Real\tT"), wire::Pace::real());
    offer(tr("Watch: a tenth, messages take 30 ms\tT"), wire::Pace::watch());
    m_paceMenu->addSeparator();
    for (const quint32 factor : kFactors)
        offer(tr("×%1 slower").arg(factor), paceOf(factor));
    m_pace->setMenu(m_paceMenu.get());
}

void Controls::setSelected(NodeId node)
{
    m_selected = node;
    refresh();
}

void Controls::setTheme(const views::Theme& theme)
{
    m_theme = theme;
    m_shownRunning.reset();
    m_startStop->setIconText({});
    m_freeze->setIconText({});
    m_isolate->setIconText({});
    m_hold->setIconText({});
    m_kill->setIcon(views::icon(views::Glyph::Kill, theme));
    m_restart->setIcon(views::icon(views::Glyph::Restart, theme));
    m_reset->setIcon(views::icon(views::Glyph::Reset, theme));
    m_addNode->setIcon(views::icon(views::Glyph::AddNode, theme));
    m_removeNode->setIcon(views::icon(views::Glyph::RemoveNode, theme));
    m_makeLeader->setIcon(views::icon(views::Glyph::Crown, theme));
    m_leader->setIcon(views::icon(views::Glyph::Crown, theme));
    m_details->setIcon(views::icon(views::Glyph::Details, theme));
    m_pace->setIcon(views::icon(views::Glyph::Pace, theme));
    refresh();
}

void Controls::allow(QAction* action, NodeGesture gesture)
{
    const lab::Timeline& timeline = m_lab.timeline();
    action->setEnabled(m_selected ? whyNot(gesture, timeline, m_selected).isEmpty() : timeline.hasCluster());
}

void Controls::allowUnless(QAction* action, const QString& why, const QString& tip)
{
    action->setEnabled(why.isEmpty());
    action->setToolTip(why.isEmpty() ? tip : why);
}

void Controls::addNode()
{
    if (const QString why = whyNoNodeCanBeAdded(m_lab.timeline()); why.isEmpty())
        m_lab.addNode();
    else
        emit hinted(why);
    refresh();
}

void Controls::refresh()
{
    using views::Glyph;
    const lab::Timeline& timeline = m_lab.timeline();
    const bool running = m_lab.isRunning();
    const QString whom = m_selected ? m_selected.name() : tr("the selected node");

    keep(m_startStop, running ? tr("Stop") : tr("Start"), running ? Glyph::Stop : Glyph::Start, m_theme);
    if (m_shownRunning != running) {
        m_shownRunning = running;
        m_startStop->setText(running ? tr("Stop the cluster") : tr("Start a cluster"));
        m_startStop->setIconText(running ? tr("Stop") : tr("Start"));
        m_startStop->setToolTip(running ? tr("End all nodes and remove the cluster") : tr("Start a fresh cluster"));
    }
    const bool thaw = freezeOrThaw(timeline, m_selected) == NodeGesture::Thaw;
    m_freeze->setText(thaw ? tr("Thaw\tF") : tr("Freeze\tF"));
    keep(m_freeze, thaw ? tr("Thaw") : tr("Freeze"), thaw ? Glyph::Thaw : Glyph::Freeze, m_theme);
    m_freeze->setToolTip(thaw ? tr("Let %1 go on: SIGCONT (F)").arg(whom)
                              : tr("Freeze %1: SIGSTOP, alive and silent (F)").arg(whom));
    const bool rejoin = isolateOrRejoin(timeline, m_selected) == NodeGesture::Rejoin;
    m_isolate->setText(rejoin ? tr("Rejoin its peers\tI") : tr("Isolate from peers; clients still reach it\tI"));
    keep(m_isolate, rejoin ? tr("Rejoin") : tr("Isolate"), rejoin ? Glyph::Rejoin : Glyph::Isolate, m_theme);
    m_isolate->setToolTip(rejoin ? tr("Let %1 hear its peers again (I)").arg(whom)
                                 : tr("Isolate %1 from peers; clients still reach it (I)").arg(whom));
    const bool held = timeline.pace().held;
    m_hold->setText(held ? tr("Go on\tSpace") : tr("Hold\tSpace"));
    keep(m_hold, held ? tr("Go on") : tr("Hold"), held ? Glyph::Release : Glyph::Hold, m_theme);
    m_hold->setToolTip(held ? tr("Let the cluster's time go on (Space)")
                            : tr("Hold the whole cluster: its time and its messages stand still (Space)"));

    allow(m_kill, NodeGesture::Kill);
    allow(m_stop, NodeGesture::Stop);
    allow(m_freeze, thaw ? NodeGesture::Thaw : NodeGesture::Freeze);
    allow(m_restart, NodeGesture::Restart);
    allow(m_isolate, rejoin ? NodeGesture::Rejoin : NodeGesture::Isolate);
    allowUnless(m_addNode, whyNoNodeCanBeAdded(timeline),
                tr("One more node for the running cluster: it learns first, and votes once it has caught up (A)"));
    allowUnless(m_removeNode, whyNot(NodeGesture::Remove, timeline, m_selected),
                tr("Take %1 out of the cluster for good, and its data with it (Del)").arg(whom));
    allowUnless(m_makeLeader, whyNot(NodeGesture::MakeLeader, timeline, m_selected),
                tr("Hand leadership to %1, without an election timeout").arg(whom));
    const bool there = timeline.hasCluster();
    m_hold->setEnabled(there);
    m_leader->setEnabled(static_cast<bool>(timeline.leader()));
    m_reset->setEnabled(true);
    m_loadOn->setEnabled(there);
    m_loadOn->setChecked(!timeline.load().empty() && timeline.load().back().targetRate > 0);

    wire::Pace speed = timeline.pace();
    speed.held = false;
    m_pace->setEnabled(there);
    m_pace->setIconText(lab::spokenPace(speed));
    for (QAction* action : m_paces->actions()) {
        action->setChecked(action->data().toUInt() == speed.factor &&
                           action->property("delay_us").toLongLong() == speed.baseDelay.count());
    }
    if (m_load) {
        m_load->setEnabled(there);
        if (m_loadOn->isChecked())
            m_load->follow(m_lab.rate());
    }
    if (m_nodes && m_followsNodes && !m_nodes->hasFocus())
        m_nodes->follow(there ? static_cast<int>(timeline.nodes().size()) : m_nodes->nodes());
}

void Controls::fill(QToolBar* bar)
{
    bar->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
    bar->setIconSize({22, 22});
    bar->addActions({m_startStop, m_kill, m_freeze, m_restart, m_isolate, m_hold, m_pace, m_reset});
    for (QAction* action : bar->actions()) {
        auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(action));
        if (!button)
            continue;
        button->setMinimumWidth(button->fontMetrics().horizontalAdvance(tr("Restart")) + 16);
        if (action == m_pace)
            button->setPopupMode(QToolButton::InstantPopup);
    }
    auto* gap = new QWidget(bar);
    gap->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(gap);
    m_load = new LoadSlider(bar);
    connect(m_load, &LoadSlider::rateChosen, this, [this](double rate) {
        m_lab.setRate(rate);
        if (!m_loadOn->isChecked())
            m_lab.setLoadOn(true);
    });
    bar->addWidget(m_load);
    bar->addWidget(nodesBox(bar));
}

void Controls::insertInto(QToolBar* bar, const QList<QAction*>& actions)
{
    for (QAction* action : actions) {
        bar->insertAction(m_hold, action);
        if (auto* button = qobject_cast<QToolButton*>(bar->widgetForAction(action)))
            button->setMinimumWidth(button->fontMetrics().horizontalAdvance(tr("Restart")) + 16);
    }
}

QWidget* Controls::nodesBox(QWidget* parent)
{
    auto* box = new QWidget(parent);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(8, 2, 4, 2);
    column->setSpacing(2);
    auto* caption = new QLabel(tr("Nodes"), box);
    caption->setFont(views::scaled(parent->font(), 0.9));
    m_nodes = new NodeCountBox(box);
    m_nodes->setObjectName(QStringLiteral("nodeCount"));
    m_nodes->setFixedHeight(26);
    m_nodes->setAccessibleName(tr("Number of nodes"));
    m_nodes->setToolTip(tr("Start a fresh cluster of that many nodes (with the arrow keys: on Return)"));
    m_nodes->setFocusPolicy(Qt::TabFocus);
    connect(m_nodes, &NodeCountBox::chosen, this, [this] {
        m_nodes->clearFocus();
        emit startWanted();
    });
    auto* more = new QToolButton(box);
    more->setDefaultAction(m_addNode);
    more->setToolButtonStyle(Qt::ToolButtonIconOnly);
    more->setIconSize({18, 18});
    more->setFixedHeight(26);
    more->setAccessibleName(tr("Add a node to the running cluster"));
    auto* row = new QHBoxLayout;
    row->setSpacing(2);
    row->addWidget(m_nodes);
    row->addWidget(more);
    column->addWidget(caption);
    column->addLayout(row);
    return box;
}

void Controls::fill(QMenu* menu)
{
    menu->addActions({m_startStop, m_reset});
    menu->addSeparator();
    menu->addActions({m_leader, m_kill, m_stop, m_freeze, m_restart, m_isolate});
    menu->addSeparator();
    menu->addActions({m_addNode, m_removeNode, m_makeLeader});
    menu->addSeparator();
    menu->addActions({m_hold, m_pace, m_loadOn});
}

std::unique_ptr<QMenu> Controls::nodeMenu(QWidget* parent) const
{
    auto menu = std::make_unique<QMenu>(parent);
    menu->setObjectName(QStringLiteral("nodeMenu"));
    views::addTitle(menu.get(), m_selected.name());
    menu->addActions({m_kill, m_stop, m_freeze, m_restart, m_isolate});
    menu->addSeparator();
    menu->addActions({m_makeLeader, m_removeNode});
    menu->addSeparator();
    menu->addAction(m_details);
    return menu;
}

int Controls::nodeCount() const
{
    return m_nodes ? m_nodes->nodes() : 0;
}

void Controls::setNodeCount(int count)
{
    m_nodes->follow(std::clamp(count, kFewestNodes, kMostNodes));
}

void Controls::setRate(double operationsPerSecond)
{
    m_load->setRate(operationsPerSecond);
}

void Controls::perform(NodeGesture gesture)
{
    const QString why = whyNot(gesture, m_lab.timeline(), m_selected);
    if (!why.isEmpty()) {
        emit hinted(why);
        return;
    }
    switch (gesture) {
    case NodeGesture::Kill:
        m_lab.kill(m_selected);
        break;
    case NodeGesture::Stop:
        m_lab.stop(m_selected);
        break;
    case NodeGesture::Freeze:
        m_lab.freeze(m_selected);
        break;
    case NodeGesture::Thaw:
        m_lab.thaw(m_selected);
        break;
    case NodeGesture::Restart:
        m_lab.restart(m_selected);
        break;
    case NodeGesture::Isolate:
        m_lab.isolate(m_selected);
        break;
    case NodeGesture::Rejoin:
        m_lab.rejoin(m_selected);
        break;
    case NodeGesture::Remove:
        m_lab.removeNode(m_selected);
        break;
    case NodeGesture::MakeLeader:
        m_lab.transferLeadership(m_selected);
        break;
    }
    refresh();
}

void Controls::selectNumber(int number)
{
    const NodeId node{static_cast<quint32>(number)};
    if (m_lab.timeline().node(node))
        emit selectionWanted(node);
    else if (!m_lab.timeline().hasCluster())
        emit hinted(whyNot(NodeGesture::Kill, m_lab.timeline(), node));
    else
        emit hinted(
            tr("There is no %1: this cluster has %2 nodes.").arg(node.name()).arg(m_lab.timeline().nodes().size()));
}

void Controls::selectLeader()
{
    const NodeId leader = m_lab.timeline().leader();
    if (leader)
        emit selectionWanted(leader);
    else
        emit hinted(tr("No node leads at the moment."));
}

void Controls::togglePace()
{
    const bool real = sameSpeed(wire::Pace::real(), m_lab.timeline().pace());
    m_lab.setPace(real ? wire::Pace::watch() : wire::Pace::real());
}

void Controls::toggleHold()
{
    if (m_lab.timeline().hasCluster())
        m_lab.setHeld(!m_lab.timeline().pace().held);
    else
        emit hinted(whyNot(NodeGesture::Kill, m_lab.timeline(), {}));
}

} // namespace faultline::window
