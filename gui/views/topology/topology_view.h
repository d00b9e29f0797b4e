// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/theme/theme.h"
#include "gui/views/topology/arrangement.h"
#include "gui/views/topology/flights.h"
#include "gui/views/topology/layout.h"
#include "gui/views/topology/rates.h"
#include "gui/views/topology/scene.h"
#include "gui/views/topology/scene_painter.h"
#include "gui/views/topology/selection.h"

#include <QWidget>

#include <functional>
#include <optional>
#include <set>
#include <variant>
#include <vector>

class QLabel;
class QPushButton;
class QTimer;
class QToolButton;

namespace faultline::views {

class Legend;

/// The cluster as a picture: who leads, who is dead, who speaks with whom, what is wrong with which link.
///
/// Click selects a node, with Ctrl or Shift one more; dragging a node moves it and does nothing else, dragging on empty
/// canvas selects what is inside. Arrows and Tab go from node to node, with Shift the arrows take them along, Ctrl+A
/// takes all, Return opens the details. With the knife, or while C is held, a drawn line cuts the links it crosses.
/// Escape cancels what is under way, then puts the knife away, then deselects. Nothing is done to the cluster here: the
/// signals say what is wanted. Repaints at most 60 times a second, only while visible and while something moves.
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

    /// What is said of a link while the pointer rests on it; of one direction at a time, empty: nothing.
    void setLinkWords(std::function<QString(LinkId)> words);

    NodeId selected() const { return m_selection.newest(); } ///< of several the one that was selected last
    const std::vector<NodeId>& selectedNodes() const { return m_selection.nodes(); } ///< in the order of selection
    void select(NodeId node); ///< it alone; nobody to deselect; a node that is not there changes nothing
    void selectNodes(const std::vector<NodeId>& nodes); ///< those that are there
    void setKnife(bool inHand);
    bool hasKnife() const { return m_knifeInHand || m_knifeHeld; } ///< in hand, or while its key is held
    void cancel(); ///< what is under way, else the knife, else the selection
    QPointF positionOf(NodeId node) const;
    double nodeRadius() const;
    const Scene& scene() const { return m_scene; }
    const Flights& flights() const { return m_flights; }
    const Arrangement& arrangement() const { return m_arrangement; }
    const KnifeStroke* knifeStroke() const; ///< while one is drawn, else null
    std::optional<LinkHit> hoveredLink() const { return m_hoveredLink; }

    QSize sizeHint() const override { return {760, 520}; }
    QSize minimumSizeHint() const override { return {300, 240}; }

signals:
    void selectionChanged(faultline::NodeId node);
    void selectionSetChanged(); ///< selectedNodes() has others, or another order
    void detailsRequested(faultline::NodeId node);
    void menuRequested(faultline::NodeId node, QPoint globalPosition); ///< for the whole selection, of which it is one
    /// A link that is drawn as one line for both directions is named from its lower node, or from the clients.
    void linkMenuRequested(faultline::LinkId link, bool bothDirections, QPoint globalPosition);
    void linkActivated(faultline::LinkId link);
    void cutDrawn(const std::set<faultline::LinkId>& links); ///< both directions of each link crossed, never none
    void knifePutAway();                                     ///< by Escape, after setKnife(true)
    void absenceAnswered();                                  ///< the button on the empty canvas

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
    void keyReleaseEvent(QKeyEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
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
        bool selectsAlone = false;     ///< when it is let go where it was
        bool moved = false;
    };
    struct Band
    {
        QPointF from;
        QPointF to;
        Selection before;
        Selection kept; ///< to which it adds
        bool opened = false;
    };
    using Gesture = std::variant<std::monostate, Drag, Band, KnifeStroke>;

    void takeIn();
    void relayOut();
    void rearrange();
    void placeChildren();
    void showLegend();
    void updateAnimation();
    const SceneNode* sceneNode(NodeId id) const;
    std::vector<NodeId> sceneNodes() const;
    void changeSelection(const Selection& selection);

    void hover(QPointF point);
    void updateCursor();
    QString wordsAt(QPointF point) const;
    void drag(Drag& drag, QPointF point);
    void stretch(Band& band, QPointF point);
    void beginStroke(QPointF point);
    void draw(KnifeStroke& stroke, QPointF point);
    void foresee(KnifeStroke& stroke);
    void endGesture();
    bool cancelGesture();
    void goTo(int step, bool takeAlong);

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
    Arrangement m_arrangement;
    Selection m_selection;
    NodeId m_hovered;
    std::optional<LinkHit> m_hoveredLink;
    std::function<QString(LinkId)> m_linkWords;
    Gesture m_gesture;
    bool m_knifeInHand = false;
    bool m_knifeHeld = false;
    QTimer* m_frames = nullptr;
    Legend* m_legend = nullptr;
    QToolButton* m_legendButton = nullptr;
    QWidget* m_absence = nullptr;
    QLabel* m_absenceText = nullptr;
    QPushButton* m_absenceButton = nullptr;
};

} // namespace faultline::views
