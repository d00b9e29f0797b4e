// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/fault_controls.h"

#include "common/fault/disk_fault_text.h"
#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/clock_text.h"
#include "gui/views/theme/icon.h"
#include "gui/window/ask_value.h"

#include <QAction>
#include <QMenu>
#include <QShortcut>

namespace faultline::window {

using namespace std::chrono_literals;

namespace {

constexpr double kSurges[] = {2, 5, 10};
constexpr quint32 kHotShares[] = {50, 90};
constexpr std::chrono::seconds kCrashPeriods[] = {3s, 10s};

/// `name` is what the value is called in its sentence: "share is "180%"; it must be ...". Empty: the sentence is whole.
template <typename T>
std::function<Result<void>(const QString&)> checking(const QString& name, Result<T> (*parse)(const QString&))
{
    return [name, parse](const QString& text) -> Result<void> {
        const Result<T> value = parse(text);
        if (!value)
            return Error{name.isEmpty() ? value.error() : QStringLiteral("%1 is %2").arg(name, value.error())};
        return {};
    };
}

/// Whom a partition by name is about, of those selected; nobody: whom the lab takes by itself.
std::vector<NodeId> aboutSelected(lab::PartitionShape shape, const std::vector<NodeId>& selected)
{
    using Shape = lab::PartitionShape;
    if (shape == Shape::Primaries || shape == Shape::Halves || shape == Shape::MajoritiesRing || selected.empty())
        return {};
    if (shape == Shape::One || shape == Shape::Bridge)
        return {selected.front()};
    return selected;
}

/// "minority: n1 n2".
QString partitionText(lab::PartitionShape shape, const std::vector<NodeId>& selected)
{
    QStringList names;
    for (const NodeId node : aboutSelected(shape, selected))
        names << node.name();
    return names.isEmpty() ? lab::nameOf(shape)
                           : QStringLiteral("%1: %2").arg(lab::nameOf(shape), names.join(QLatin1Char(' ')));
}

} // namespace

FaultControls::FaultControls(lab::Lab& lab, QWidget* window)
    : QObject(window)
    , m_lab(lab)
    , m_window(window)
{
    m_undo = add(tr("Undo"), tr("Undo"), QStringLiteral("Ctrl+Z"), {});
    m_redo = add(tr("Redo"), tr("Redo"), QStringLiteral("Ctrl+Shift+Z"), {});
    m_knife = add(tr("Cut links with a line"), tr("Cut"), QStringLiteral("C"),
                  tr("Draw a line: every link it crosses is cut (or hold C)"));
    m_knife->setCheckable(true);
    m_partition = add(tr("Partition the selected nodes from the rest"), tr("Partition"), QStringLiteral("P"),
                      tr("Cut all links between the selected nodes and the others (P)"));
    m_healPartitions = add(tr("Heal the partitions"), tr("Heal partitions"), {},
                           tr("Join what was cut together; faults of single links stay"));
    m_healAll = add(tr("Heal all"), tr("Heal all"), QStringLiteral("H"), {});
    m_matrix = add(tr("All links..."), tr("All links"), QStringLiteral("M"),
                   tr("Every directed link and what is wrong with it, to look at and to change (M)"));
    m_rolling = add(tr("Rolling restart"), tr("Rolling restart"), {},
                    tr("Restart every running node in turn, the leader last; chosen again it stops"));

    connect(m_undo, &QAction::triggered, this, [this] { m_lab.undo(); });
    connect(m_redo, &QAction::triggered, this, [this] { m_lab.redo(); });
    connect(m_knife, &QAction::toggled, this, &FaultControls::knifeWanted);
    connect(m_partition, &QAction::triggered, this, &FaultControls::partitionSelected);
    connect(m_healPartitions, &QAction::triggered, this, [this] { m_lab.healPartitions(); });
    connect(m_healAll, &QAction::triggered, this, &FaultControls::healAll);
    connect(m_matrix, &QAction::triggered, this, &FaultControls::matrixWanted);
    connect(m_rolling, &QAction::triggered, this, [this] { m_lab.rollingRestart(); });

    const auto whenThere = [this](auto act) {
        return [this, act] {
            if (there())
                act();
        };
    };
    onKey(QKeySequence::Undo, whenThere([this] { m_lab.undo(); }));
    onKey(Qt::CTRL | Qt::SHIFT | Qt::Key_Z, whenThere([this] { m_lab.redo(); }));
    onKey(Qt::CTRL | Qt::Key_Y, whenThere([this] { m_lab.redo(); }));
    onKey(Qt::Key_P, [this] { partitionSelected(); });
    onKey(Qt::Key_H, [this] { healAll(); });
    onKey(Qt::Key_M, [this] { emit matrixWanted(); });
}

FaultControls::~FaultControls() = default;

QAction* FaultControls::add(const QString& text, const QString& shortText, const QString& key, const QString& tip)
{
    auto* action = new QAction(key.isEmpty() ? text : text + QLatin1Char('\t') + key, this);
    action->setIconText(shortText);
    action->setToolTip(tip);
    action->setObjectName(shortText);
    return action;
}

void FaultControls::onKey(const QKeySequence& key, std::function<void()> action)
{
    auto* shortcut = new QShortcut(key, m_window);
    shortcut->setAutoRepeat(false);
    connect(shortcut, &QShortcut::activated, this, std::move(action));
}

bool FaultControls::there()
{
    if (m_lab.timeline().hasCluster())
        return true;
    emit hinted(tr("There is no cluster: start one first."));
    return false;
}

void FaultControls::setSelection(const std::vector<NodeId>& nodes)
{
    m_selection = nodes;
    refresh();
}

void FaultControls::setTheme(const views::Theme& theme)
{
    m_theme = theme;
    m_knife->setIcon(views::icon(views::Glyph::Knife, theme));
    m_healAll->setIcon(views::icon(views::Glyph::Heal, theme));
    m_undo->setIcon(views::icon(views::Glyph::Undo, theme));
    m_redo->setIcon(views::icon(views::Glyph::Redo, theme));
    m_matrix->setIcon(views::icon(views::Glyph::Matrix, theme));
    refresh();
}

void FaultControls::refresh()
{
    const lab::Timeline& timeline = m_lab.timeline();
    const bool running = timeline.hasCluster();
    const lab::FaultStateRecord& faults = timeline.faultState();
    const auto offer = [running](QAction* action, const QString& verb, const QString& sentence, const QString& means,
                                 const QString& key) {
        const bool isThere = running && !sentence.isEmpty();
        QString says = isThere ? QStringLiteral("%1: %2").arg(verb, sentence) : verb;
        if (isThere && !means.isEmpty())
            says += QStringLiteral(" – ") + means;
        action->setEnabled(isThere);
        action->setText(says + QLatin1Char('\t') + key);
        action->setToolTip(isThere ? QStringLiteral("%1 (%2)").arg(says, key)
                                   : tr("%1: there is nothing (%2)").arg(verb, key));
    };
    offer(m_undo, tr("Undo"), faults.undo, faults.undoMeans, QStringLiteral("Ctrl+Z"));
    offer(m_redo, tr("Redo"), faults.redo, faults.redoMeans, QStringLiteral("Ctrl+Shift+Z"));
    for (const auto& [action, shape] : m_partitions)
        action->setText(partitionText(shape, m_selection));
    m_undo->setIconText(tr("Undo"));
    m_redo->setIconText(tr("Redo"));
    m_knife->setEnabled(running);
    if (!running)
        m_knife->setChecked(false);
    m_partition->setEnabled(running && !m_selection.empty() && m_selection.size() < timeline.nodes().size());
    m_healPartitions->setEnabled(!faults.state.cuts.empty());
    m_healAll->setEnabled(running && !faults.state.healthy());
    m_healAll->setToolTip(m_healAll->isEnabled()
                              ? tr("Links, clocks, disks and load as they were; the frozen thaw, the dead restart (H)")
                              : tr("Heal all: nothing is broken (H)"));
    m_matrix->setEnabled(running);
    m_rolling->setEnabled(running);
}

void FaultControls::partitionSelected()
{
    if (!there())
        return;
    if (m_selection.empty())
        emit hinted(tr("Select the nodes of one side first: Ctrl+click, or draw a frame around them."));
    else if (m_selection.size() >= m_lab.timeline().nodes().size())
        emit hinted(tr("All nodes are selected: leave some for the other side."));
    else
        m_lab.partition(m_selection);
}

void FaultControls::healAll()
{
    if (there())
        m_lab.healAll();
}

void FaultControls::fill(QMenu* menu)
{
    menu->setToolTipsVisible(true);
    menu->addActions({m_undo, m_redo});
    menu->addSeparator();
    menu->addActions({m_matrix, m_knife, m_partition});
    fillPartitions(menu->addMenu(tr("Partition by name")));
    fillLoad(menu->addMenu(tr("Load")));
    menu->addAction(m_rolling);
    menu->addSeparator();
    menu->addActions({m_healPartitions, m_healAll});
    connect(menu, &QMenu::aboutToShow, this, &FaultControls::refresh);
}

void FaultControls::fillPartitions(QMenu* menu)
{
    using Shape = lab::PartitionShape;
    menu->setToolTipsVisible(true);
    for (const Shape shape : {Shape::One, Shape::Minority, Shape::Majority, Shape::Halves, Shape::Bridge,
                              Shape::MajoritiesRing, Shape::Primaries, Shape::OneWay}) {
        QAction* action = menu->addAction(partitionText(shape, m_selection));
        m_partitions.emplace_back(action, shape);
        action->setToolTip(lab::describe(shape));
        connect(action, &QAction::triggered, this, [this, shape] {
            if (there())
                m_lab.partition(shape, aboutSelected(shape, m_selection));
        });
    }
}

void FaultControls::fillLoad(QMenu* menu)
{
    for (const double factor : kSurges)
        connect(menu->addAction(tr("Surge: ×%1").arg(factor)), &QAction::triggered, this, [this, factor] {
            if (there())
                m_lab.setSurge(factor);
        });
    connect(menu->addAction(tr("Ramp up to ×10 within 20 s")), &QAction::triggered, this, [this] {
        if (there())
            m_lab.setSurge(10, 20s);
    });
    connect(menu->addAction(tr("Surge...")), &QAction::triggered, this, [this] {
        if (there())
            ask(tr("Load surge"), tr("So many times the load that is set"), QStringLiteral("5"),
                checking(tr("factor"), &lab::parseSurge),
                [this](const QString& text) { m_lab.setSurge(*lab::parseSurge(text)); });
    });
    connect(menu->addAction(tr("As set")), &QAction::triggered, this, [this] {
        if (there())
            m_lab.setSurge(1);
    });
    menu->addSeparator();
    for (const quint32 percent : kHotShares)
        connect(menu->addAction(tr("Hot key: %1% of all operations").arg(percent)), &QAction::triggered, this,
                [this, percent] {
                    if (there())
                        m_lab.setHotKey(fault::Share::ofPercent(percent));
                });
    connect(menu->addAction(tr("Hot key...")), &QAction::triggered, this, [this] {
        if (there())
            ask(tr("Hot key"), tr("Share of the operations that go to one key"), QStringLiteral("80%"),
                checking(tr("share"), &fault::parseShare),
                [this](const QString& text) { m_lab.setHotKey(*fault::parseShare(text)); });
    });
    connect(menu->addAction(tr("No hot key")), &QAction::triggered, this, [this] {
        if (there())
            m_lab.setHotKey({});
    });
}

void FaultControls::extend(QMenu* menu, NodeId node)
{
    const lab::NodeState* state = m_lab.timeline().node(node);
    if (!state)
        return;
    QAction* power = menu->addAction(tr("Power off: its peers hear nothing, not even goodbye"));
    power->setEnabled(state->alive());
    connect(power, &QAction::triggered, this, [this, node] { m_lab.powerOff(node); });
    QMenu* crash = menu->addMenu(tr("Crash loop"));
    const bool crashes = m_lab.timeline().faultState().state.conditionOf(node) == lab::NodeCondition::CrashLooping;
    for (const std::chrono::seconds period : kCrashPeriods) {
        QAction* action = crash->addAction(tr("It runs %1 s at a time").arg(period.count()));
        action->setEnabled(!crashes);
        connect(action, &QAction::triggered, this, [this, node, period] { m_lab.crashLoop(node, period); });
    }
    if (crashes)
        connect(crash->addAction(tr("End it: restart")), &QAction::triggered, this,
                [this, node] { m_lab.restart(node); });
    fillClock(menu->addMenu(tr("Clock")), node);
    fillDisk(menu->addMenu(views::icon(views::Glyph::Disk, m_theme), tr("Disk")), node);
}

void FaultControls::fillClock(QMenu* menu, NodeId node)
{
    // A menu may stay open for long, and a clock that runs fast or slow goes on meanwhile.
    const auto clock = [this, node] {
        const auto& clocks = m_lab.timeline().faultState().state.clocks;
        const auto found = clocks.find(node);
        return found == clocks.end() ? fault::ClockFault() : found->second;
    };
    const auto setAhead = [this, node, clock](std::chrono::microseconds by) { m_lab.setClock(node, by, clock().rate); };
    const auto setRate = [this, node, clock](quint32 rate) {
        m_lab.setClock(node, clock().aheadAt(wire::monotonicNow()), rate);
    };
    const auto offer = [this, menu](const QString& text, const auto& set, auto value) {
        connect(menu->addAction(text), &QAction::triggered, this, [set, value] { set(value); });
    };
    offer(tr("5 s ahead"), setAhead, 5s);
    offer(tr("5 s behind"), setAhead, -5s);
    connect(menu->addAction(tr("Set ahead or behind...")), &QAction::triggered, this, [this, node, setAhead] {
        ask(tr("Clock of %1").arg(node.name()), tr("Ahead of the true time by"), QStringLiteral("5s, -200ms, 2h"),
            checking(tr("offset"), &lab::parseOffset),
            [setAhead](const QString& text) { setAhead(*lab::parseOffset(text)); });
    });
    menu->addSeparator();
    connect(menu->addAction(tr("Jump by a minute")), &QAction::triggered, this,
            [this, node] { m_lab.jumpClock(node, 60s); });
    connect(menu->addAction(tr("Jump back by a minute")), &QAction::triggered, this,
            [this, node] { m_lab.jumpClock(node, -60s); });
    menu->addSeparator();
    offer(tr("Runs 10% fast from now on"), setRate, 1'100'000u);
    offer(tr("Runs 10% slow from now on"), setRate, 900'000u);
    connect(menu->addAction(tr("Speed...")), &QAction::triggered, this, [this, node, setRate] {
        ask(tr("Clock of %1").arg(node.name()), tr("Speed, of the true time's"), QStringLiteral("110%"),
            checking(tr("speed"), &lab::parseClockRate),
            [setRate](const QString& text) { setRate(*lab::parseClockRate(text)); });
    });
    menu->addSeparator();
    QAction* right = menu->addAction(tr("Set right"));
    right->setEnabled(!clock().right());
    connect(right, &QAction::triggered, this, [this, node] { m_lab.setClock(node, 0us, fault::Share::kAll); });
}

void FaultControls::fillDisk(QMenu* menu, NodeId node)
{
    menu->setToolTipsVisible(true);
    const fault::DiskFault now = m_lab.timeline().faultState().state.diskOf(node);
    for (const fault::DiskPreset& preset : fault::diskPresets()) {
        QAction* action = menu->addAction(preset.name);
        action->setToolTip(preset.explanation);
        action->setCheckable(true);
        action->setChecked(preset.fault == now);
        connect(action, &QAction::triggered, this, [this, node, disk = preset.fault] { m_lab.setDisk(node, disk); });
    }
    connect(menu->addAction(tr("By hand...")), &QAction::triggered, this, [this, node, now] {
        ask(
            tr("Disk of %1").arg(node.name()),
            tr("What is wrong with it: one or more of %1").arg(fault::diskFieldNames().join(QStringLiteral(", "))),
            QStringLiteral("latency: 20ms, jitter: 5ms, lies"), checking({}, &fault::parseDiskFault),
            [this, node](const QString& text) { m_lab.setDisk(node, *fault::parseDiskFault(text)); },
            now.healthy() ? QString() : fault::print(now));
    });
    menu->addSeparator();
    QAction* healthy = menu->addAction(tr("Healthy"));
    healthy->setEnabled(!now.healthy());
    connect(healthy, &QAction::triggered, this, [this, node] { m_lab.setDisk(node, {}); });
}

void FaultControls::ask(const QString& title, const QString& label, const QString& example,
                        std::function<Result<void>(const QString&)> check, std::function<void(const QString&)> take,
                        const QString& text)
{
    auto* dialog = new AskValue({title, label, text, example, std::move(check), std::move(take)}, m_theme, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace faultline::window
