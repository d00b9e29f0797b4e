// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/topology_view.h"

#include "gui/views/theme/figures.h"
#include "gui/views/theme/icon.h"
#include "gui/views/topology/legend.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QToolTip>
#include <QVBoxLayout>

namespace faultline::views {
namespace {

constexpr std::chrono::milliseconds kFrame{16};
constexpr std::chrono::seconds kTurn{4}; ///< a candidate's ring, once around
constexpr int kMargin = 12;

} // namespace

TopologyView::TopologyView(QWidget* parent)
    : QWidget(parent)
    , m_theme(Theme::light())
    , m_clock([] { return wire::monotonicNow(); })
    , m_frames(new QTimer(this))
    , m_legend(new Legend(this))
    , m_legendButton(new QToolButton(this))
    , m_absence(new QWidget(this))
    , m_absenceText(new QLabel(m_absence))
    , m_absenceButton(new QPushButton(m_absence))
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAccessibleName(tr("Cluster"));
    setObjectName(QStringLiteral("canvas"));

    m_frames->setInterval(kFrame);
    connect(m_frames, &QTimer::timeout, this, [this] {
        if (m_timeline)
            m_flights.follow(m_timeline->messages(), m_clock(), m_timeline->pace().held);
        update();
        updateAnimation();
    });

    m_legendButton->setObjectName(QStringLiteral("legendButton"));
    m_legendButton->setCheckable(true);
    m_legendButton->setAutoRaise(true);
    m_legendButton->setFixedSize(30, 30);
    m_legendButton->setIconSize({18, 18});
    m_legendButton->setAccessibleName(tr("What the shapes mean"));
    m_legendButton->installEventFilter(this);
    connect(m_legendButton, &QToolButton::toggled, this, [this] { showLegend(); });
    connect(this, &QObject::destroyed, m_legend, &QObject::deleteLater);

    auto* column = new QVBoxLayout(m_absence);
    column->setSpacing(16);
    m_absenceText->setObjectName(QStringLiteral("absence"));
    m_absenceText->setWordWrap(true);
    m_absenceText->setAlignment(Qt::AlignCenter);
    m_absenceText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_absenceButton->setObjectName(QStringLiteral("absenceButton"));
    column->addStretch();
    column->addWidget(m_absenceText);
    column->addWidget(m_absenceButton, 0, Qt::AlignHCenter);
    column->addStretch();
    m_absence->hide();
    connect(m_absenceButton, &QPushButton::clicked, this, &TopologyView::absenceAnswered);
    setTheme(m_theme);
}

void TopologyView::setTimeline(const lab::Timeline* timeline)
{
    if (m_timeline)
        disconnect(m_timeline, nullptr, this, nullptr);
    m_timeline = timeline;
    if (m_timeline)
        connect(m_timeline, &lab::Timeline::changed, this, &TopologyView::takeIn);
    takeIn();
}

void TopologyView::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_legend->setTheme(theme);
    m_legendButton->setIcon(icon(Glyph::Legend, theme));
    m_absenceText->setFont(scaled(font(), 1.25));
    update();
}

void TopologyView::setClock(Clock clock)
{
    m_clock = std::move(clock);
}

void TopologyView::setReducedMotion(bool reduced)
{
    m_reducedMotion = reduced;
    updateAnimation();
    update();
}

void TopologyView::setAbsence(const QString& sentence, const QString& button)
{
    m_absenceText->setText(sentence);
    m_absenceButton->setText(button);
    m_absenceButton->setVisible(!button.isEmpty());
    placeChildren();
}

void TopologyView::setLinkWords(std::function<QString(LinkId)> words)
{
    m_linkWords = std::move(words);
}

void TopologyView::select(NodeId node)
{
    if (node && !m_layout.find(node))
        return;
    Selection selection;
    selection.setOnly(node);
    changeSelection(selection);
}

void TopologyView::selectNodes(const std::vector<NodeId>& nodes)
{
    Selection selection;
    selection.set(nodes);
    selection.keepOnly(sceneNodes());
    changeSelection(selection);
}

void TopologyView::changeSelection(const Selection& selection)
{
    if (selection == m_selection)
        return;
    const NodeId before = m_selection.newest();
    m_selection = selection;
    const NodeId newest = m_selection.newest();
    const SceneNode* shown = sceneNode(newest);
    QString spoken = shown ? spokenNode(*shown) : tr("no node selected");
    if (m_selection.nodes().size() > 1)
        spoken = tr("%1 nodes selected; %2").arg(m_selection.nodes().size()).arg(spoken);
    setAccessibleDescription(spoken);
    QAccessibleEvent said(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&said);
    update();
    emit selectionSetChanged();
    if (newest != before)
        emit selectionChanged(newest);
}

QPointF TopologyView::positionOf(NodeId node) const
{
    const NodePlace* place = m_layout.find(node);
    return place ? place->centre : QPointF();
}

double TopologyView::nodeRadius() const
{
    return m_layout.radius;
}

const SceneNode* TopologyView::sceneNode(NodeId id) const
{
    for (const SceneNode& node : m_scene.nodes) {
        if (node.id == id)
            return &node;
    }
    return nullptr;
}

std::vector<NodeId> TopologyView::sceneNodes() const
{
    std::vector<NodeId> ids;
    for (const SceneNode& node : m_scene.nodes)
        ids.push_back(node.id);
    return ids;
}

void TopologyView::takeIn()
{
    if (!m_timeline || !m_timeline->hasCluster()) {
        m_scene = {};
        m_rates.clear();
        m_flights.clear();
        m_clusterSince = {};
    } else {
        const bool fresh = m_clusterSince != m_timeline->clusterSince();
        if (fresh) {
            m_clusterSince = m_timeline->clusterSince();
            m_rates.clear();
            m_flights.skip(m_timeline->messages());
        }
        m_rates.follow(m_timeline->nodes());
        m_scene = sceneOf(*m_timeline, m_rates, m_clock());
        m_flights.follow(m_timeline->messages(), m_clock(), m_timeline->pace().held);
    }
    const bool sameNodes = m_scene.nodes.size() == m_layout.nodes.size() &&
                           std::equal(m_scene.nodes.begin(), m_scene.nodes.end(), m_layout.nodes.begin(),
                                      [](const SceneNode& a, const NodePlace& b) { return a.id == b.id; });
    if (sameNodes)
        rearrange();
    else
        relayOut();
    if (auto* stroke = std::get_if<KnifeStroke>(&m_gesture))
        foresee(*stroke);
    // The button goes, and Space shall not press whatever comes after it.
    if (m_absenceButton->hasFocus() && !m_scene.nodes.empty())
        setFocus();
    m_absence->setVisible(m_scene.nodes.empty());
    m_legendButton->setVisible(!m_scene.nodes.empty());
    if (m_scene.nodes.empty()) {
        m_legendButton->setChecked(false);
        m_legend->hide();
    }
    if (isVisible())
        update();
    updateAnimation();
}

void TopologyView::relayOut()
{
    m_layout = layOut(size(), sceneNodes(), m_moved);
    rearrange();
    if (const auto* drag = std::get_if<Drag>(&m_gesture); drag && !m_layout.find(drag->node))
        m_gesture = {};
    if (m_layout.nodes.empty())
        m_gesture = {};
    Selection left = m_selection;
    left.keepOnly(sceneNodes());
    changeSelection(left);
    update();
}

void TopologyView::rearrange()
{
    m_arrangement = arrange(m_scene, m_layout, font());
}

void TopologyView::placeChildren()
{
    m_legendButton->move(width() - m_legendButton->width() - kMargin, height() - m_legendButton->height() - kMargin);
    m_absence->setGeometry(rect().adjusted(width() / 8, 0, -width() / 8, 0));
}

/// It may reach beyond a small canvas, and so it is the window's while it is shown.
void TopologyView::showLegend()
{
    const bool wanted =
        isVisible() && m_legendButton->isVisible() && (m_legendButton->isChecked() || m_legendButton->underMouse());
    if (!wanted) {
        m_legend->hide();
        return;
    }
    QWidget* host = window();
    if (m_legend->parentWidget() != host)
        m_legend->setParent(host);
    const QPoint corner = m_legendButton->mapTo(host, QPoint(m_legendButton->width(), 0));
    m_legend->fitInto({host->width() - 8, host->height() - 8});
    const int left = std::min(corner.x() - m_legend->width(), host->width() - 4 - m_legend->width());
    m_legend->move(std::max(4, left), std::max(4, corner.y() - 6 - m_legend->height()));
    m_legend->show();
    m_legend->raise();
}

void TopologyView::updateAnimation()
{
    const bool moves = !m_flights.empty() || (m_scene.somethingTurns && !m_reducedMotion);
    const bool wanted = isVisible() && moves;
    if (wanted && !m_frames->isActive())
        m_frames->start();
    else if (!wanted && m_frames->isActive())
        m_frames->stop();
}

void TopologyView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme.canvas);
    if (m_scene.nodes.empty())
        return;
    const lab::Monotonic now = m_clock();
    const std::chrono::microseconds turn = kTurn;
    const double turned = m_reducedMotion || m_scene.held
                              ? 0
                              : static_cast<double>(now.count() % turn.count()) / static_cast<double>(turn.count());
    const auto* drag = std::get_if<Drag>(&m_gesture);
    const auto* band = std::get_if<Band>(&m_gesture);
    Frame frame{m_scene, m_layout, m_arrangement, m_flights.all(), m_selection, now, turned};
    frame.hovered = drag ? drag->node : m_hovered;
    frame.hoveredLink = m_hoveredLink;
    frame.focused = hasFocus();
    if (band && band->opened)
        frame.band = QRectF(band->from, band->to).normalized();
    frame.knife = knifeStroke();
    paintFrame(painter, frame, m_theme);
}

void TopologyView::resizeEvent(QResizeEvent*)
{
    relayOut();
    placeChildren();
    showLegend();
}

void TopologyView::showEvent(QShowEvent*)
{
    updateAnimation();
}

void TopologyView::hideEvent(QHideEvent*)
{
    cancelGesture();
    m_legend->hide();
    m_knifeHeld = false;
    updateCursor();
    updateAnimation();
}

bool TopologyView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_legendButton && (event->type() == QEvent::Enter || event->type() == QEvent::Leave))
        QTimer::singleShot(0, this, &TopologyView::showLegend);
    return QWidget::eventFilter(watched, event);
}

bool TopologyView::event(QEvent* event)
{
    if (event->type() == QEvent::FontChange) {
        m_absenceText->setFont(scaled(font(), 1.25));
        rearrange();
    }
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QString words = wordsAt(help->pos());
        if (words.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(help->globalPos(), words, this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace faultline::views
