// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/topology_view.h"

#include "gui/views/theme/figures.h"
#include "gui/views/theme/icon.h"
#include "gui/views/topology/legend.h"
#include "gui/views/topology/scene_painter.h"

#include <QAccessible>
#include <QApplication>
#include <QHelpEvent>
#include <QLabel>
#include <QMouseEvent>
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
    connect(m_legendButton, &QToolButton::toggled, this, [this](bool on) {
        m_legend->setVisible(on || m_legendButton->underMouse());
        m_legend->raise();
    });

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

void TopologyView::select(NodeId node)
{
    if (node && !m_layout.find(node))
        return;
    if (node == m_selected)
        return;
    m_selected = node;
    const SceneNode* shown = sceneNode(node);
    setAccessibleDescription(shown ? spokenNode(*shown) : tr("no node selected"));
    QAccessibleEvent spoken(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&spoken);
    update();
    emit selectionChanged(node);
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
        m_scene = sceneOf(*m_timeline, m_rates);
        m_flights.follow(m_timeline->messages(), m_clock(), m_timeline->pace().held);
    }
    const bool sameNodes = m_scene.nodes.size() == m_layout.nodes.size() &&
                           std::equal(m_scene.nodes.begin(), m_scene.nodes.end(), m_layout.nodes.begin(),
                                      [](const SceneNode& a, const NodePlace& b) { return a.id == b.id; });
    if (!sameNodes)
        relayOut();
    m_absence->setVisible(m_scene.nodes.empty());
    m_legendButton->setVisible(!m_scene.nodes.empty());
    if (m_scene.nodes.empty())
        m_legendButton->setChecked(false);
    if (isVisible())
        update();
    updateAnimation();
}

void TopologyView::relayOut()
{
    std::vector<NodeId> ids;
    for (const SceneNode& node : m_scene.nodes)
        ids.push_back(node.id);
    m_layout = layOut(size(), ids, m_moved);
    if (m_drag && !m_layout.find(m_drag->node))
        m_drag.reset();
    if (m_selected && !m_layout.find(m_selected))
        select({});
    update();
}

void TopologyView::placeChildren()
{
    m_legendButton->move(width() - m_legendButton->width() - kMargin, height() - m_legendButton->height() - kMargin);
    const QSize wanted = m_legend->sizeHint();
    m_legend->resize(wanted);
    m_legend->move(width() - wanted.width() - kMargin, std::max(4, m_legendButton->y() - wanted.height() - 6));
    m_absence->setGeometry(rect().adjusted(width() / 8, 0, -width() / 8, 0));
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
    paintFrame(
        painter,
        {m_scene, m_layout, m_flights.all(), now, turned, m_selected, m_drag ? m_drag->node : m_hovered, hasFocus()},
        m_theme);
}

void TopologyView::resizeEvent(QResizeEvent*)
{
    relayOut();
    placeChildren();
}

void TopologyView::showEvent(QShowEvent*)
{
    updateAnimation();
}

void TopologyView::hideEvent(QHideEvent*)
{
    updateAnimation();
}

void TopologyView::mousePressEvent(QMouseEvent* event)
{
    const NodeId node = nodeAt(m_layout, event->position());
    select(node);
    if (event->button() != Qt::LeftButton || !node)
        return;
    Drag drag;
    drag.node = node;
    drag.pressedAt = event->position();
    drag.grip = event->position() - positionOf(node);
    if (const auto put = m_moved.find(node); put != m_moved.end())
        drag.before = put->second;
    m_drag = drag;
}

void TopologyView::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_drag) {
        setHovered(nodeAt(m_layout, event->position()));
        return;
    }
    if (!m_drag->moved && (event->position() - m_drag->pressedAt).manhattanLength() < QApplication::startDragDistance())
        return;
    m_drag->moved = true;
    m_moved[m_drag->node] = shareOf(m_layout, event->position() - m_drag->grip);
    relayOut();
}

void TopologyView::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        m_drag.reset();
}

void TopologyView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const NodeId node = nodeAt(m_layout, event->position());
    if (!node || event->button() != Qt::LeftButton)
        return;
    select(node);
    emit detailsRequested(node);
}

void TopologyView::leaveEvent(QEvent*)
{
    setHovered({});
}

void TopologyView::setHovered(NodeId node)
{
    if (node == m_hovered)
        return;
    m_hovered = node;
    setCursor(node ? Qt::PointingHandCursor : Qt::ArrowCursor);
    update();
}

void TopologyView::contextMenuEvent(QContextMenuEvent* event)
{
    NodeId node = m_selected;
    QPoint position = event->globalPos();
    if (event->reason() == QContextMenuEvent::Mouse) {
        node = nodeAt(m_layout, event->pos());
        select(node);
    } else if (node) {
        position = mapToGlobal(positionOf(node).toPoint());
    }
    if (node)
        emit menuRequested(node, position);
}

void TopologyView::cancel()
{
    if (m_drag)
        cancelDrag();
    else
        select({});
}

void TopologyView::cancelDrag()
{
    if (m_drag->before)
        m_moved[m_drag->node] = *m_drag->before;
    else
        m_moved.erase(m_drag->node);
    m_drag.reset();
    relayOut();
}

void TopologyView::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Right:
    case Qt::Key_Down:
        select(neighbour(m_layout, m_selected, 1));
        return;
    case Qt::Key_Left:
    case Qt::Key_Up:
        select(neighbour(m_layout, m_selected, -1));
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_selected)
            emit detailsRequested(m_selected);
        return;
    case Qt::Key_Escape:
        cancel();
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

bool TopologyView::focusNextPrevChild(bool next)
{
    const NodeId target = neighbour(m_layout, m_selected, next ? 1 : -1);
    const bool wraps = m_selected && target && (next ? target <= m_selected : target >= m_selected);
    if (!hasFocus() || !target || wraps)
        return QWidget::focusNextPrevChild(next);
    select(target);
    return true;
}

bool TopologyView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_legendButton && (event->type() == QEvent::Enter || event->type() == QEvent::Leave)) {
        m_legend->setVisible(event->type() == QEvent::Enter || m_legendButton->isChecked());
        m_legend->raise();
    }
    return QWidget::eventFilter(watched, event);
}

bool TopologyView::event(QEvent* event)
{
    if (event->type() == QEvent::FontChange)
        m_absenceText->setFont(scaled(font(), 1.25));
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const SceneNode* node = sceneNode(nodeAt(m_layout, help->pos()));
        if (node)
            QToolTip::showText(help->globalPos(), spokenNode(*node), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace faultline::views
