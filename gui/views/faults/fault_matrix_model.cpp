// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/fault_matrix_model.h"

#include "gui/views/faults/link_words.h"

#include <algorithm>

namespace faultline::views {

FaultMatrixModel::FaultMatrixModel(QObject* parent)
    : QAbstractTableModel(parent)
{}

void FaultMatrixModel::setTimeline(const lab::Timeline* timeline)
{
    if (m_timeline)
        disconnect(m_timeline, nullptr, this, nullptr);
    m_timeline = timeline;
    if (m_timeline)
        connect(m_timeline, &lab::Timeline::changed, this, &FaultMatrixModel::takeIn);
    takeIn();
}

LinkCell FaultMatrixModel::cellOf(LinkId link) const
{
    if (link.from == link.to)
        return {};
    const fault::LinkFault fault = m_state.effective(link);
    return {link, fault, shortFacts(fault), shortCutReason(m_state, link)};
}

void FaultMatrixModel::takeIn()
{
    std::vector<NodeId> ends;
    if (m_timeline) {
        for (const auto& [id, node] : m_timeline->nodes())
            ends.push_back(id);
        if (!ends.empty())
            ends.push_back(kClients);
    }
    if (m_timeline)
        m_counts.follow(*m_timeline);
    const lab::FaultState state = m_timeline ? m_timeline->faultState().state : lab::FaultState();
    if (ends == m_ends && state == m_state)
        return;
    const bool otherEnds = ends != m_ends;
    if (otherEnds)
        beginResetModel();
    m_ends = std::move(ends);
    m_state = state;
    std::vector<LinkCell> cells;
    for (const NodeId from : m_ends) {
        for (const NodeId to : m_ends)
            cells.push_back(cellOf({from, to}));
    }
    std::swap(m_cells, cells);
    if (otherEnds) {
        endResetModel();
        return;
    }
    for (int row = 0; row < rowCount(); ++row) {
        for (int column = 0; column < columnCount(); ++column) {
            const auto at = static_cast<std::size_t>(row * columnCount() + column);
            if (m_cells[at] != cells[at])
                emit dataChanged(index(row, column), index(row, column));
        }
    }
}

int FaultMatrixModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_ends.size());
}

int FaultMatrixModel::columnCount(const QModelIndex& parent) const
{
    return rowCount(parent);
}

const LinkCell* FaultMatrixModel::cellAt(const QModelIndex& index) const
{
    if (!index.isValid() || index.model() != this || index.row() == index.column())
        return nullptr;
    return &m_cells[static_cast<std::size_t>(index.row() * columnCount() + index.column())];
}

std::optional<LinkId> FaultMatrixModel::linkAt(const QModelIndex& index) const
{
    const LinkCell* cell = cellAt(index);
    return cell ? std::optional(cell->link) : std::nullopt;
}

QModelIndex FaultMatrixModel::indexOf(LinkId link) const
{
    const auto from = std::find(m_ends.begin(), m_ends.end(), link.from);
    const auto to = std::find(m_ends.begin(), m_ends.end(), link.to);
    if (from == m_ends.end() || to == m_ends.end() || from == to)
        return {};
    return index(static_cast<int>(from - m_ends.begin()), static_cast<int>(to - m_ends.begin()));
}

QVariant FaultMatrixModel::data(const QModelIndex& index, int role) const
{
    const LinkCell* cell = cellAt(index);
    if (!cell)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return cell->facts.join(QStringLiteral(" · "));
    case Qt::ToolTipRole:
        return spokenLink(*m_timeline, m_counts, cell->link);
    case Qt::AccessibleTextRole:
        return spokenLinkState(m_state, cell->link);
    case Qt::AccessibleDescriptionRole:
        return spokenCutReason(m_state, cell->link);
    case Qt::TextAlignmentRole:
        return int(Qt::AlignCenter);
    default:
        return {};
    }
}

QVariant FaultMatrixModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (section < 0 || section >= rowCount())
        return {};
    const QString name = m_ends[static_cast<std::size_t>(section)].name();
    const bool isTo = orientation == Qt::Horizontal;
    switch (role) {
    case Qt::DisplayRole:
        return name;
    case Qt::AccessibleTextRole:
        return isTo ? tr("to %1").arg(name) : tr("from %1").arg(name);
    case Qt::ToolTipRole:
        return isTo ? tr("All links to %1").arg(name) : tr("All links from %1").arg(name);
    default:
        return {};
    }
}

Qt::ItemFlags FaultMatrixModel::flags(const QModelIndex& index) const
{
    return cellAt(index) ? Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemNeverHasChildren
                         : Qt::ItemFlags(Qt::NoItemFlags);
}

} // namespace faultline::views
