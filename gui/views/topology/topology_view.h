// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/theme/theme.h"
#include "gui/views/topology/flights.h"
#include "gui/views/topology/layout.h"
#include "gui/views/topology/rates.h"
#include "gui/views/topology/scene.h"

#include <QWidget>

#include <functional>
#include <optional>

class QLabel;
class QPushButton;
class QTimer;
class QToolButton;

namespace faultline::views {

class Legend;

/// The cluster as a picture: who leads, who is dead, who speaks with whom. Click selects, dragging moves a node and
/// does nothing else, Escape cancels the drag or the selection, arrows and Tab go from node to node, Return opens the
/// details. Repaints at most 60 times a second, only while visible and while something moves.
class TopologyView final : public QWidget
{
    Q_OBJECT

public:
    using Clock = std::function<lab::Monotonic()>;

    explicit TopologyView(QWidget* parent = nullptr);

    void setTimeline(const lab::Timeline* timeline); ///< must outlive the view or be taken away with nullptr
    void setTheme(const Theme& theme);
    void setClock(Clock clock);          ///< what "now" is; the machine's monotonic clock unless told otherwise
    void setReducedMotion(bool reduced); ///< dots still travel, for that is the message; rings no longer turn
    /// What stands on the canvas while there is no cluster: a sentence and what the button under it says.
    void setAbsence(const QString& sentence, const QString& button);

    NodeId selected() const { return m_selected; }
    void select(NodeId node); ///< nobody to deselect; a node that is not there changes nothing
    void cancel();            ///< a drag, else the selection
    QPointF positionOf(NodeId node) const;
    double nodeRadius() const;
    const Scene& scene() const { return m_scene; }
    const Flights& flights() const { return m_flights; }

    QSize sizeHint() const override { return {760, 520}; }
    QSize minimumSizeHint() const override { return {300, 240}; }

signals:
    void selectionChanged(faultline::NodeId node);
    void detailsRequested(faultline::NodeId node);
    void menuRequested(faultline::NodeId node, QPoint globalPosition);
    void absenceAnswered(); ///< the button on the empty canvas

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    bool eventFilter(QObject* watched, QEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Drag
    {
        NodeId node;
        QPointF pressedAt;
        QPointF grip;                  ///< from the node's centre to the pointer
        std::optional<QPointF> before; ///< where the user had put it, if anywhere
        bool moved = false;
    };

    void takeIn();
    void relayOut();
    void placeChildren();
    void setHovered(NodeId node);
    void cancelDrag();
    void updateAnimation();
    const SceneNode* sceneNode(NodeId id) const;

    const lab::Timeline* m_timeline = nullptr;
    Theme m_theme;
    Clock m_clock;
    bool m_reducedMotion = false;
    Scene m_scene;
    Layout m_layout;
    Rates m_rates;
    Flights m_flights;
    MovedNodes m_moved;
    lab::Monotonic m_clusterSince{0};
    NodeId m_selected;
    NodeId m_hovered;
    std::optional<Drag> m_drag;
    QTimer* m_frames = nullptr;
    Legend* m_legend = nullptr;
    QToolButton* m_legendButton = nullptr;
    QWidget* m_absence = nullptr;
    QLabel* m_absenceText = nullptr;
    QPushButton* m_absenceButton = nullptr;
};

} // namespace faultline::views
