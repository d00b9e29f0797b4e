// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/faults/link_counts.h"

#include <QAbstractTableModel>

#include <optional>
#include <vector>

namespace faultline::views {

/// One directed link as the matrix shows it.
struct LinkCell
{
    LinkId link;
    fault::LinkFault fault; ///< in effect
    QStringList facts;      ///< shortFacts(fault)
    QString reason;         ///< shortCutReason()
    bool operator==(const LinkCell&) const = default;
};

/// All directed links: a row is where they come from, a column where they go to, nodes in order and the clients last.
/// The diagonal is empty and cannot be chosen. Follows the timeline's state of faults; tooltips are made when they are
/// asked for, so that their counts are those of that moment.
class FaultMatrixModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    explicit FaultMatrixModel(QObject* parent = nullptr);

    void setTimeline(const lab::Timeline* timeline); ///< must outlive the model or be taken away with nullptr
    const lab::Timeline* timeline() const { return m_timeline; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

    /// Nothing on the diagonal.
    const LinkCell* cellAt(const QModelIndex& index) const;
    std::optional<LinkId> linkAt(const QModelIndex& index) const;
    QModelIndex indexOf(LinkId link) const; ///< not valid when it is not there
    const LinkCounts& counts() const { return m_counts; }

private:
    void takeIn();
    LinkCell cellOf(LinkId link) const;

    const lab::Timeline* m_timeline = nullptr;
    lab::FaultState m_state;
    LinkCounts m_counts;
    std::vector<NodeId> m_ends; ///< nodes, and the clients; empty without a cluster
    std::vector<LinkCell> m_cells;
};

} // namespace faultline::views
