// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/theme/theme.h"

#include <QAbstractTableModel>

#include <deque>

namespace faultline::views {

/// What nodes and lab said, oldest first, as a table. New rows come in at once a batch, when the timeline says that it
/// changed; text is made when it is shown.
class EventModel final : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column : int { Time, Node, What, ColumnCount };

    explicit EventModel(QObject* parent = nullptr);

    void setTimeline(const lab::Timeline* timeline); ///< must outlive the model or be taken away with nullptr
    void setTheme(const Theme& theme);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    void takeIn();
    void dropOldest(int count);
    void insert(int place, std::deque<lab::EventRow> rows);

    const lab::Timeline* m_timeline = nullptr;
    lab::Monotonic m_since{0};
    Theme m_theme;
    std::deque<lab::EventRow> m_rows; ///< by time, whichever node was heard first
    quint64 m_lastSerial = 0;         ///< of the newest taken in
};

/// Since the cluster began: "1:02.345".
QString spokenMoment(lab::Monotonic since, lab::Monotonic at);

} // namespace faultline::views
