// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/fault_controls.h"

#include "common/fault/link_fault_text.h"
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

Result<double> parseFactor(const QString& text)
{
    QString number = text;
    if (number.startsWith(QChar(0xD7)) || number.startsWith(QLatin1Char('x')))
        number.remove(0, 1);
    bool isNumber = false;
    const double factor = number.toDouble(&isNumber);
    if (!isNumber || !(factor >= 1 && factor <= lab::kMaxSurge))
        return Error{QObject::tr("\"%1\" is no factor of the load; 1 to %2 would be right, such as 5")
                         .arg(text.left(40))
                         .arg(lab::kMaxSurge)};
    return factor;
}

template <typename T> std::function<Result<void>(const QString&)> checking(Result<T> (*parse)(const QString&))
{
    return [parse](const QString& text) -> Result<void> {
        const Result<T> value = parse(text);
        if (!value)
            return Error{value.error()};
        return {};
    };
}

} // namespace

Result<std::chrono::microseconds> parseOffset(const QString& text)
{
    const bool behind = text.startsWith(QLatin1Char('-'));
    QString plain = text;
    if (behind || text.startsWith(QLatin1Char('+')))
        plain.remove(0, 1);
    // A clock goes further wrong than a link is slow: days and hours are taken apart here.
    qint64 factor = 1;
    for (const auto& [unit, seconds] : {std::pair{u'd', 86'400}, std::pair{u'h', 3'600}}) {
        if (plain.endsWith(QChar(unit))) {
            factor = seconds;
            plain.chop(1);
            plain += QLatin1Char('s');
            break;
        }
    }
    const Result<std::chrono::microseconds> size = fault::parseDuration(plain);
    if (!size || *size > fault::kMaxOffset / factor)
        return Error{QObject::tr("\"%1\" is no offset of a clock; -366d to 366d would be right, such as 5s or -200ms")
                         .arg(text.left(40))};
    return (behind ? -1 : 1) * *size * factor;
}

Result<quint32> parseRate(const QString& text)
{
    QString number = text;
    const bool isPercent = number.endsWith(QLatin1Char('%'));
    if (isPercent)
        number.chop(1);
    bool isNumber = false;
    const double percent = number.toDouble(&isNumber);
    if (!isPercent || !isNumber || !(percent >= 10 && percent <= 1000))
        return Error{QObject::tr("\"%1\" is no speed of a clock; 10% to 1000% would be right, such as 110%")
                         .arg(text.left(40))};
    return static_cast<quint32>(qRound64(percent * 10'000));
}

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
    m_matrix = add(tr("All links..."), tr("Links"), QStringLiteral("M"),
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
    m_knife->setIcon(views::icon(views::Glyph::Knife, theme));
    m_healAll->setIcon(views::icon(views::Glyph::Heal, theme));
    m_undo->setIcon(views::icon(views::Glyph::Undo, theme));
    m_redo->setIcon(views::icon(views::Glyph::Redo, theme));
    m_matrix->setIcon(views::icon(views::Glyph::Matrix, theme));
}

void FaultControls::refresh()
{
    const lab::Timeline& timeline = m_lab.timeline();
    const bool running = timeline.hasCluster();
    const lab::FaultStateRecord& faults = timeline.faultState();
    const auto offer = [](QAction* action, const QString& verb, const QString& sentence, const QString& key) {
        action->setEnabled(!sentence.isEmpty());
        action->setText((sentence.isEmpty() ? verb : QStringLiteral("%1: %2").arg(verb, sentence)) +
                        QLatin1Char('\t') + key);
        action->setToolTip(sentence.isEmpty() ? tr("%1: there is nothing (%2)").arg(verb, key)
                                              : QStringLiteral("%1: %2 (%3)").arg(verb, sentence, key));
    };
    offer(m_undo, tr("Undo"), running ? faults.undo : QString(), QStringLiteral("Ctrl+Z"));
    offer(m_redo, tr("Redo"), running ? faults.redo : QString(), QStringLiteral("Ctrl+Shift+Z"));
    m_undo->setIconText(tr("Undo"));
    m_redo->setIconText(tr("Redo"));
    m_knife->setEnabled(running);
    if (!running)
        m_knife->setChecked(false);
    m_partition->setEnabled(running && !m_selection.empty() && m_selection.size() < timeline.nodes().size());
    m_healPartitions->setEnabled(!faults.state.cuts.empty());
    m_healAll->setEnabled(running && !faults.state.healthy());
    m_healAll->setToolTip(m_healAll->isEnabled()
                              ? tr("Links, clocks and load as they were; the frozen thaw, the dead restart (H)")
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
        QAction* action = menu->addAction(lab::nameOf(shape));
        action->setToolTip(lab::describe(shape));
        connect(action, &QAction::triggered, this, [this, shape] {
            if (there())
                m_lab.partition(shape, m_selection);
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
                checking(&parseFactor), [this](const QString& text) { m_lab.setSurge(*parseFactor(text)); });
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
                checking(&fault::parseShare), [this](const QString& text) { m_lab.setHotKey(*fault::parseShare(text)); });
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
    const bool crashes =
        m_lab.timeline().faultState().state.conditionOf(node) == lab::NodeCondition::CrashLooping;
    for (const std::chrono::seconds period : kCrashPeriods) {
        QAction* action = crash->addAction(tr("It runs %1 s at a time").arg(period.count()));
        action->setEnabled(!crashes);
        connect(action, &QAction::triggered, this, [this, node, period] { m_lab.crashLoop(node, period); });
    }
    if (crashes)
        connect(crash->addAction(tr("End it: restart")), &QAction::triggered, this,
                [this, node] { m_lab.restart(node); });
    fillClock(menu->addMenu(tr("Clock")), node);
}

void FaultControls::fillClock(QMenu* menu, NodeId node)
{
    const auto& clocks = m_lab.timeline().faultState().state.clocks;
    const auto found = clocks.find(node);
    const fault::ClockFault clock = found == clocks.end() ? fault::ClockFault() : found->second;
    const auto ahead = clock.right() ? 0us : clock.aheadAt(wire::monotonicNow());
    const auto offer = [&](const QString& text, std::chrono::microseconds offset, quint32 rate) {
        connect(menu->addAction(text), &QAction::triggered, this,
                [this, node, offset, rate] { m_lab.setClock(node, offset, rate); });
    };
    offer(tr("5 s ahead"), 5s, clock.rate);
    offer(tr("5 s behind"), -5s, clock.rate);
    connect(menu->addAction(tr("Set ahead or behind...")), &QAction::triggered, this, [this, node, rate = clock.rate] {
        ask(tr("Clock of %1").arg(node.name()), tr("Ahead of the true time by"), QStringLiteral("5s, -200ms, 2h"),
            checking(&parseOffset),
            [this, node, rate](const QString& text) { m_lab.setClock(node, *parseOffset(text), rate); });
    });
    menu->addSeparator();
    connect(menu->addAction(tr("Jump by a minute")), &QAction::triggered, this,
            [this, node] { m_lab.jumpClock(node, 60s); });
    connect(menu->addAction(tr("Jump back by a minute")), &QAction::triggered, this,
            [this, node] { m_lab.jumpClock(node, -60s); });
    menu->addSeparator();
    offer(tr("Runs 10% fast from now on"), ahead, 1'100'000);
    offer(tr("Runs 10% slow from now on"), ahead, 900'000);
    connect(menu->addAction(tr("Speed...")), &QAction::triggered, this, [this, node] {
        ask(tr("Clock of %1").arg(node.name()), tr("Speed, of the true time's"), QStringLiteral("110%"),
            checking(&parseRate), [this, node](const QString& text) {
                const auto& now = m_lab.timeline().faultState().state.clocks;
                const auto old = now.find(node);
                m_lab.setClock(node, old == now.end() ? 0us : old->second.aheadAt(wire::monotonicNow()),
                               *parseRate(text));
            });
    });
    menu->addSeparator();
    QAction* right = menu->addAction(tr("Set right"));
    right->setEnabled(!clock.right());
    connect(right, &QAction::triggered, this, [this, node] { m_lab.setClock(node, 0us, fault::Share::kAll); });
}

void FaultControls::ask(const QString& title, const QString& label, const QString& example,
                        std::function<Result<void>(const QString&)> check, std::function<void(const QString&)> take)
{
    auto* dialog = new AskValue({title, label, {}, example, std::move(check), std::move(take)}, m_window);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

} // namespace faultline::window
