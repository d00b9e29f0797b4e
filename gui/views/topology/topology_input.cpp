// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/topology_view.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>

// What the pointer and the keys do on the canvas.
namespace faultline::views {
namespace {

constexpr qsizetype kMostStrokePoints = 2'000;
constexpr double kStrokeStep = 2; ///< pixels

bool takesAlong(Qt::KeyboardModifiers modifiers)
{
    return modifiers & (Qt::ControlModifier | Qt::ShiftModifier);
}

bool isFar(QPointF from, QPointF to)
{
    return (to - from).manhattanLength() >= QApplication::startDragDistance();
}

} // namespace

const KnifeStroke* TopologyView::knifeStroke() const
{
    return std::get_if<KnifeStroke>(&m_gesture);
}

void TopologyView::setKnife(bool inHand)
{
    if (inHand == m_knifeInHand)
        return;
    m_knifeInHand = inHand;
    if (!hasKnife() && knifeStroke())
        cancelGesture();
    updateCursor();
}

void TopologyView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !std::holds_alternative<std::monostate>(m_gesture))
        return;
    if (hasKnife()) {
        beginStroke(event->position());
        return;
    }
    const NodeId node = nodeAt(m_layout, event->position());
    const bool more = takesAlong(event->modifiers());
    if (!node) {
        Band band{event->position(), event->position(), m_selection, more ? m_selection : Selection(), false};
        m_gesture = band;
        changeSelection(band.kept);
        return;
    }
    Drag drag;
    drag.node = node;
    drag.pressedAt = event->position();
    drag.grip = event->position() - positionOf(node);
    if (const auto put = m_moved.find(node); put != m_moved.end())
        drag.before = put->second;
    Selection selection = m_selection;
    if (more) {
        selection.toggle(node);
    } else if (selection.contains(node)) {
        drag.selectsAlone = true;
        selection.add(node);
    } else {
        selection.setOnly(node);
    }
    m_gesture = drag;
    changeSelection(selection);
}

void TopologyView::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF point = event->position();
    if (auto* dragged = std::get_if<Drag>(&m_gesture))
        drag(*dragged, point);
    else if (auto* band = std::get_if<Band>(&m_gesture))
        stretch(*band, point);
    else if (auto* stroke = std::get_if<KnifeStroke>(&m_gesture))
        draw(*stroke, point);
    else
        hover(point);
}

void TopologyView::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    if (auto* stroke = std::get_if<KnifeStroke>(&m_gesture))
        draw(*stroke, event->position());
    endGesture();
    hover(event->position());
}

void TopologyView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const NodeId node = nodeAt(m_layout, event->position());
    const auto link = node ? std::nullopt : linkAt(m_arrangement.lines(), event->position());
    if (event->button() != Qt::LeftButton || hasKnife() || takesAlong(event->modifiers()) || (!node && !link)) {
        mousePressEvent(event);
        return;
    }
    if (link) {
        emit linkActivated(link->link);
        return;
    }
    select(node);
    emit detailsRequested(node);
}

void TopologyView::drag(Drag& drag, QPointF point)
{
    if (!drag.moved && !isFar(drag.pressedAt, point))
        return;
    drag.moved = true;
    m_moved[drag.node] = shareOf(m_layout, point - drag.grip);
    relayOut();
}

void TopologyView::stretch(Band& band, QPointF point)
{
    band.to = point;
    if (!band.opened && !isFar(band.from, point))
        return;
    band.opened = true;
    Selection selection = band.kept;
    for (const NodeId node : nodesIn(m_layout, QRectF(band.from, band.to).normalized())) {
        if (!selection.contains(node))
            selection.add(node);
    }
    changeSelection(selection);
    update();
}

void TopologyView::beginStroke(QPointF point)
{
    KnifeStroke stroke;
    stroke.drawn << point;
    foresee(stroke);
    m_gesture = stroke;
    hover(point);
}

void TopologyView::draw(KnifeStroke& stroke, QPointF point)
{
    const bool full = stroke.drawn.size() >= kMostStrokePoints;
    if (full)
        stroke.drawn.last() = point;
    else if (QLineF(stroke.drawn.last(), point).length() >= kStrokeStep)
        stroke.drawn << point;
    foresee(stroke);
    update();
}

void TopologyView::foresee(KnifeStroke& stroke)
{
    stroke.crossings = crossingsOf(stroke.drawn, m_layout, m_arrangement.reachedByClients());
    stroke.cuts = stillWhole(stroke.crossings, m_scene.faults);
    stroke.words = spokenKnife(stroke.crossings, m_scene.faults, sceneNodes());
}

void TopologyView::endGesture()
{
    const Gesture gesture = std::exchange(m_gesture, {});
    update();
    if (const auto* drag = std::get_if<Drag>(&gesture); drag && drag->selectsAlone && !drag->moved)
        select(drag->node);
    if (const auto* stroke = std::get_if<KnifeStroke>(&gesture); stroke && !stroke->cuts.empty())
        emit cutDrawn(linksOf(stroke->crossings));
}

bool TopologyView::cancelGesture()
{
    const Gesture gesture = std::exchange(m_gesture, {});
    if (const auto* drag = std::get_if<Drag>(&gesture)) {
        if (drag->before)
            m_moved[drag->node] = *drag->before;
        else
            m_moved.erase(drag->node);
        relayOut();
    } else if (const auto* band = std::get_if<Band>(&gesture)) {
        Selection before = band->before;
        before.keepOnly(sceneNodes());
        changeSelection(before);
    }
    update();
    return !std::holds_alternative<std::monostate>(gesture);
}

void TopologyView::cancel()
{
    if (cancelGesture())
        return;
    if (!hasKnife()) {
        select({});
        return;
    }
    m_knifeHeld = false;
    const bool wasInHand = std::exchange(m_knifeInHand, false);
    updateCursor();
    if (wasInHand)
        emit knifePutAway();
}

void TopologyView::leaveEvent(QEvent*)
{
    m_hovered = {};
    m_hoveredLink.reset();
    updateCursor();
    update();
}

void TopologyView::hover(QPointF point)
{
    const NodeId node = hasKnife() ? NodeId() : nodeAt(m_layout, point);
    const auto link = hasKnife() || node ? std::nullopt : linkAt(m_arrangement.lines(), point);
    if (node == m_hovered && link == m_hoveredLink)
        return;
    m_hovered = node;
    m_hoveredLink = link;
    updateCursor();
    update();
}

void TopologyView::updateCursor()
{
    if (hasKnife())
        setCursor(Qt::CrossCursor);
    else
        setCursor(m_hovered || m_hoveredLink ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

QString TopologyView::wordsAt(QPointF point) const
{
    if (const SceneNode* node = sceneNode(nodeAt(m_layout, point)))
        return spokenNode(*node);
    const auto hit = linkAt(m_arrangement.lines(), point);
    if (!hit || !m_linkWords)
        return {};
    QStringList words{m_linkWords(hit->link)};
    if (hit->bothDirections)
        words << m_linkWords(hit->link.reversed());
    words.removeAll(QString());
    words.removeDuplicates();
    return words.join(QLatin1Char('\n'));
}

void TopologyView::contextMenuEvent(QContextMenuEvent* event)
{
    if (!std::holds_alternative<std::monostate>(m_gesture))
        return;
    NodeId node = selected();
    QPoint position = event->globalPos();
    if (event->reason() == QContextMenuEvent::Mouse) {
        node = nodeAt(m_layout, event->pos());
        const auto link = node ? std::nullopt : linkAt(m_arrangement.lines(), event->pos());
        if (link) {
            emit linkMenuRequested(link->link, link->bothDirections, position);
            return;
        }
        Selection selection = m_selection;
        if (selection.contains(node))
            selection.add(node);
        else
            selection.setOnly(node);
        changeSelection(selection);
    } else if (node) {
        position = mapToGlobal(positionOf(node).toPoint());
    }
    if (node)
        emit menuRequested(node, position);
}

void TopologyView::goTo(int step, bool takeAlong)
{
    const NodeId next = neighbour(m_layout, selected(), step);
    if (!takeAlong) {
        select(next);
        return;
    }
    Selection selection = m_selection;
    selection.extendTo(next);
    changeSelection(selection);
}

void TopologyView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::SelectAll)) {
        std::vector<NodeId> all = sceneNodes();
        all.push_back(selected());
        selectNodes(all);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Right:
    case Qt::Key_Down:
        goTo(1, event->modifiers() & Qt::ShiftModifier);
        return;
    case Qt::Key_Left:
    case Qt::Key_Up:
        goTo(-1, event->modifiers() & Qt::ShiftModifier);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (selected())
            emit detailsRequested(selected());
        return;
    case Qt::Key_Escape:
        cancel();
        return;
    case Qt::Key_C:
        if (event->modifiers() != Qt::NoModifier)
            break;
        if (!event->isAutoRepeat() && std::holds_alternative<std::monostate>(m_gesture)) {
            m_knifeHeld = true;
            m_hovered = {};
            m_hoveredLink.reset();
            updateCursor();
            update();
        }
        return;
    default:
        break;
    }
    QWidget::keyPressEvent(event);
}

/// A line that is being drawn when C is let go stays: the hand that draws says when it ends.
void TopologyView::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_C || event->isAutoRepeat()) {
        QWidget::keyReleaseEvent(event);
        return;
    }
    m_knifeHeld = false;
    updateCursor();
}

void TopologyView::focusOutEvent(QFocusEvent* event)
{
    if (std::exchange(m_knifeHeld, false)) {
        if (!m_knifeInHand && knifeStroke())
            cancelGesture();
        updateCursor();
    }
    QWidget::focusOutEvent(event);
}

bool TopologyView::focusNextPrevChild(bool next)
{
    const NodeId newest = selected();
    const NodeId target = neighbour(m_layout, newest, next ? 1 : -1);
    const bool wraps = newest && target && (next ? target <= newest : target >= newest);
    if (!hasFocus() || !target || wraps)
        return QWidget::focusNextPrevChild(next);
    select(target);
    return true;
}

} // namespace faultline::views
