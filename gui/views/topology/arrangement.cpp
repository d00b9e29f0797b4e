// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/arrangement.h"

#include "gui/views/theme/figures.h"
#include "gui/views/topology/node_painter.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace faultline::views {
namespace {

constexpr double kIcon = 15;       ///< at 100%
constexpr double kIconGap = 3;     ///< between icons
constexpr double kIconRim = 3.5;   ///< around them
constexpr double kCorner = 46;     ///< at the lower right, where the legend's button is
constexpr double kAroundNode = 9;  ///< the ring of an isolated one
constexpr double kOnOneLine = 0.5; ///< where icons stand best, along the line
constexpr double kOnALane = 0.69;  ///< nearer to the receiver
constexpr double kStep = 0.03;
constexpr int kSteps = 7; ///< to either side

double distanceTo(const QRectF& area, QPointF point)
{
    const QPointF nearest(std::clamp(point.x(), area.left(), area.right()),
                          std::clamp(point.y(), area.top(), area.bottom()));
    return QLineF(nearest, point).length();
}

/// Does the line run through the area?
bool runsThrough(const QLineF& line, const QRectF& area)
{
    if (area.contains(line.p1()) || area.contains(line.p2()))
        return true;
    const QLineF sides[] = {{area.topLeft(), area.topRight()},
                            {area.topRight(), area.bottomRight()},
                            {area.bottomRight(), area.bottomLeft()},
                            {area.bottomLeft(), area.topLeft()}};
    return std::any_of(std::begin(sides), std::end(sides),
                       [&](const QLineF& side) { return line.intersects(side) == QLineF::BoundedIntersection; });
}

/// Puts one after the other down, and knows what is taken.
class Placing
{
public:
    Placing(const Scene& scene, const Layout& layout, const QFont& base, std::map<NodeId, int> leastVariants)
        : m_scene(scene)
        , m_layout(layout)
        , m_base(base)
        , m_leastVariants(std::move(leastVariants))
        , m_icon(iconSize(layout))
    {}

    Arrangement run()
    {
        placeClients();
        placeLabels();
        addLinks();
        for (PlacedLink& link : m_result.links)
            placeIcons(link);
        for (PlacedLink& link : m_result.links)
            placeWords(link);
        return std::move(m_result);
    }

private:
    void placeClients();
    void placeLabels();
    void addLinks();
    void add(const SceneLink& link, double widthBoth, double widthThere, double widthBack);
    void placeIcons(PlacedLink& link);
    void placeWords(PlacedLink& link);

    bool hidesNode(const QRectF& area, double around) const;
    bool isLabelFree(const QRectF& area, NodeId own) const;
    double taken(const QRectF& area) const;
    bool isInside(const QRectF& area) const;

    const Scene& m_scene;
    const Layout& m_layout;
    QFont m_base;
    std::map<NodeId, int> m_leastVariants;
    double m_icon;
    std::vector<QRectF> m_taken; ///< labels, crowns, icons and words
    Arrangement m_result;
};

void Placing::placeClients()
{
    const QPointF centre = m_layout.client;
    const QRectF symbol(centre.x() - 21, centre.y() - 14, 42, 28);
    const QFont font = clientsFont(m_base);
    double width = figuresWidth(scaled(font, 1, QFont::DemiBold), QStringLiteral("clients"));
    const QStringList lines = m_scene.client.words.split(QStringLiteral(" · "));
    for (const QString& line : lines)
        width = std::max(width, figuresWidth(font, line));
    const double height = QFontMetricsF(font).height() * static_cast<double>(1 + lines.size());
    const QRectF below(std::max(8.0, centre.x() - width / 2), symbol.bottom() + 4, width, height);
    const QRectF beside(symbol.right() + 6, symbol.center().y() - height / 2, width, height);
    m_result.clientWords = hidesNode(below, 2) && !hidesNode(beside, 2) ? beside : below;
    m_taken.push_back(symbol.adjusted(-2, -2, 2, 2));
    m_taken.push_back(m_result.clientWords);
    m_taken.push_back({m_layout.size.width() - kCorner, m_layout.size.height() - kCorner, kCorner, kCorner});
}

/// Is that part of the canvas not covered by another node, its crown, or what was written before?
bool Placing::isLabelFree(const QRectF& area, NodeId own) const
{
    if (area.left() < 2 || area.right() > m_layout.size.width() - 2 || area.bottom() > m_layout.size.height())
        return false;
    for (const SceneNode& node : m_scene.nodes) {
        const NodePlace* place = m_layout.find(node.id);
        if (!place || node.id == own)
            continue;
        if (crownArea(node, place->centre, m_layout.radius).intersects(area) ||
            distanceTo(area, place->centre) < m_layout.radius + 3)
            return false;
    }
    return taken(area) <= 0;
}

void Placing::placeLabels()
{
    for (const SceneNode& node : m_scene.nodes) {
        const NodePlace* place = m_layout.find(node.id);
        if (!place)
            continue;
        NodeSpace space{place->centre, m_layout.radius, m_leastVariants[node.id], 0};
        while (space.labelVariant + 1 < kLabelVariants && !isLabelFree(labelArea(node, space, m_base), node.id))
            ++space.labelVariant;
        m_result.labelVariants[node.id] = space.labelVariant;
        m_result.labels.push_back(labelArea(node, space, m_base));
        m_taken.push_back(m_result.labels.back().adjusted(-4, 0, 4, 0));
        m_taken.push_back(crownArea(node, place->centre, m_layout.radius));
    }
}

void Placing::add(const SceneLink& link, double widthBoth, double widthThere, double widthBack)
{
    for (const LinkLine& line : linesOf(link, m_layout)) {
        PlacedLink placed;
        placed.line = line;
        const bool isThere = line.link.from == link.a;
        placed.signs = signsOf(isThere ? link.there : link.back);
        placed.idle = link.idle;
        placed.width = line.bothDirections ? widthBoth : isThere ? widthThere : widthBack;
        m_result.links.push_back(std::move(placed));
    }
}

void Placing::addLinks()
{
    for (const SceneLink& link : m_scene.links)
        add(link, widthFor(link.bytesThere + link.bytesBack), widthFor(link.bytesThere), widthFor(link.bytesBack));
    for (std::size_t i = 0; i < m_scene.clientLinks.size() && i < m_scene.nodes.size(); ++i) {
        const double commands = m_scene.nodes[i].commandsPerSecond;
        const double width = std::clamp(0.8 + std::log10(std::max(1.0, commands)), 1.0, 5.0);
        if (commands >= 0.5 || !m_scene.clientLinks[i].healthy())
            add(m_scene.clientLinks[i], width, width, width);
    }
}

bool Placing::isInside(const QRectF& area) const
{
    return QRectF({0, 0}, m_layout.size).adjusted(2, 2, -2, -2).contains(area);
}

bool Placing::hidesNode(const QRectF& area, double around) const
{
    return std::any_of(m_layout.nodes.begin(), m_layout.nodes.end(),
                       [&](const NodePlace& node) { return distanceTo(area, node.centre) < m_layout.radius + around; });
}

/// How much of what is there the area would lie on.
double Placing::taken(const QRectF& area) const
{
    double sum = 0;
    for (const QRectF& other : m_taken) {
        const QRectF both = area & other;
        sum += both.isEmpty() ? 0 : both.width() * both.height();
    }
    return sum;
}

void Placing::placeIcons(PlacedLink& link)
{
    const std::size_t count = link.signs.marks.size();
    if (count == 0)
        return;
    link.icons = std::min(count, kMostIcons);
    const auto icons = static_cast<double>(link.icons);
    double width = icons * m_icon + (icons - 1) * kIconGap + 2 * kIconRim;
    if (count > link.icons)
        width += kIconGap + figuresWidth(wordsFont(m_base, m_layout), QStringLiteral("+%1").arg(count - link.icons));
    const double height = m_icon + 2 * kIconRim;
    double least = -1;
    const auto consider = [&](double along) {
        const QPointF middle = link.line.line.pointAt(along);
        const QRectF area(middle.x() - width / 2, middle.y() - height / 2, width, height);
        const double round = height / 2 - 0.5;
        const QRectF core = area.adjusted(round, round, -round, -round);
        const double nodes = hidesNode(core, round + 2) ? 1'000 : hidesNode(core, round + kAroundNode) ? 10 : 0;
        const double cost = taken(area.adjusted(-1, -1, 1, 1)) + nodes + (isInside(area) ? 0 : 1'000);
        if (least < 0 || cost < least) {
            least = cost;
            link.line.mark = area;
        }
    };
    const double best = link.line.bothDirections ? kOnOneLine : kOnALane;
    for (int step = 0; step <= kSteps; ++step) {
        consider(best + step * kStep);
        consider(best - step * kStep);
    }
    m_taken.push_back(link.line.mark);
}

void Placing::placeWords(PlacedLink& link)
{
    const QString words = wordsOf(link.signs);
    if (words.isEmpty())
        return;
    const QFont font = wordsFont(m_base, m_layout);
    const double width = figuresWidth(font, words) + 4;
    const double height = QFontMetricsF(font).height();
    const QRectF& mark = link.line.mark;
    const QPointF middle = mark.center();
    const QRectF candidates[] = {{mark.right() + 3, middle.y() - height / 2, width, height},
                                 {mark.left() - 3 - width, middle.y() - height / 2, width, height},
                                 {middle.x() - width / 2, mark.bottom() + 2, width, height},
                                 {middle.x() - width / 2, mark.top() - 2 - height, width, height}};
    std::ptrdiff_t least = -1;
    for (const QRectF& area : candidates) {
        if (!isInside(area) || hidesNode(area, kAroundNode) || taken(area.adjusted(-2, 0, 2, 0)) > 0)
            continue;
        const auto crossed = std::count_if(m_result.links.begin(), m_result.links.end(),
                                           [&](const PlacedLink& other) { return runsThrough(other.line.line, area); });
        if (least < 0 || crossed < least) {
            least = crossed;
            link.words = words;
            link.wordsArea = area;
        }
    }
    if (!link.words.isEmpty())
        m_taken.push_back(link.wordsArea);
}

} // namespace

std::vector<LinkLine> Arrangement::lines() const
{
    std::vector<LinkLine> lines;
    for (const PlacedLink& link : links)
        lines.push_back(link.line);
    return lines;
}

std::vector<NodeId> Arrangement::reachedByClients() const
{
    std::vector<NodeId> reached;
    for (const PlacedLink& link : links) {
        if (link.line.link.from == kClients)
            reached.push_back(link.line.link.to);
    }
    return reached;
}

double iconSize(const Layout& layout)
{
    return kIcon * std::clamp(layout.radius / (kNodeAcross / 2), 0.85, 1.4);
}

QFont wordsFont(const QFont& base, const Layout& layout)
{
    return scaled(base, 0.85 * std::clamp(layout.radius / (kNodeAcross / 2), 0.9, 1.3), QFont::Medium);
}

QFont clientsFont(const QFont& base)
{
    return scaled(base, 0.92);
}

/// Where icons of faults find no other room than a label's, the label says less: ends, for labels only get shorter.
Arrangement arrange(const Scene& scene, const Layout& layout, const QFont& base)
{
    std::map<NodeId, int> leastVariants;
    for (;;) {
        Arrangement arrangement = Placing(scene, layout, base, leastVariants).run();
        bool shorter = false;
        for (const SceneNode& node : scene.nodes) {
            const NodePlace* place = layout.find(node.id);
            const int variant = arrangement.labelVariants[node.id];
            if (!place || variant + 1 == kLabelVariants)
                continue;
            const QRectF label = labelArea(node, {place->centre, layout.radius, variant, 0}, base);
            if (std::any_of(arrangement.links.begin(), arrangement.links.end(),
                            [&](const PlacedLink& link) { return link.line.mark.intersects(label); })) {
                leastVariants[node.id] = variant + 1;
                shorter = true;
            }
        }
        if (!shorter)
            return arrangement;
    }
}

} // namespace faultline::views
