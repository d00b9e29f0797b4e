// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/events/event_model.h"

#include <QFont>

#include <algorithm>
#include <iterator>

namespace faultline::views {

EventModel::EventModel(QObject* parent)
    : QAbstractTableModel(parent)
    , m_theme(Theme::light())
{}

void EventModel::setTimeline(const lab::Timeline* timeline)
{
    if (m_timeline)
        disconnect(m_timeline, nullptr, this, nullptr);
    m_timeline = timeline;
    if (m_timeline)
        connect(m_timeline, &lab::Timeline::changed, this, &EventModel::takeIn);
    takeIn();
}

void EventModel::setTheme(const Theme& theme)
{
    m_theme = theme;
    if (!m_rows.empty())
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1), {Qt::ForegroundRole});
}

void EventModel::takeIn()
{
    const bool fresh = !m_timeline || m_since != m_timeline->clusterSince() || m_timeline->events().empty();
    if (fresh && !m_rows.empty()) {
        beginResetModel();
        m_rows.clear();
        endResetModel();
    }
    if (!m_timeline)
        return;
    m_since = m_timeline->clusterSince();
    const std::deque<lab::EventRow>& events = m_timeline->events();
    const quint64 last = m_rows.empty() ? 0 : m_rows.back().serial;
    const auto begin = std::upper_bound(events.begin(), events.end(), last,
                                        [](quint64 serial, const lab::EventRow& row) { return serial < row.serial; });
    if (begin == events.end())
        return;
    const int count = static_cast<int>(std::distance(begin, events.end()));
    const int excess = std::min(rowCount(), rowCount() + count - static_cast<int>(lab::Timeline::kMaxEvents));
    if (excess > 0) {
        beginRemoveRows({}, 0, excess - 1);
        m_rows.erase(m_rows.begin(), m_rows.begin() + excess);
        endRemoveRows();
    }
    beginInsertRows({}, rowCount(), rowCount() + count - 1);
    m_rows.insert(m_rows.end(), begin, events.end());
    endInsertRows();
}

int EventModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int EventModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant EventModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const lab::EventRow& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        if (index.column() == Time)
            return spokenMoment(m_since, row.at);
        if (index.column() == Node)
            return row.node ? row.node.name() : QString();
        return row.severity == lab::Severity::Info ? row.text : QStringLiteral("! ") + row.text;
    case Qt::ToolTipRole:
        return row.text;
    case Qt::TextAlignmentRole:
        return QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        if (index.column() == What && row.severity != lab::Severity::Info)
            return m_theme.failedText;
        return index.column() == Time ? m_theme.mutedInk : m_theme.ink;
    default:
        return {};
    }
}

QVariant EventModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Time:
        return tr("Time");
    case Node:
        return tr("Node");
    default:
        return tr("What happened");
    }
}

QString spokenMoment(lab::Monotonic since, lab::Monotonic at)
{
    const auto milliseconds =
        std::max<qint64>(0, std::chrono::duration_cast<std::chrono::milliseconds>(at - since).count());
    return QStringLiteral("%1:%2.%3")
        .arg(milliseconds / 60'000)
        .arg(milliseconds / 1000 % 60, 2, 10, QLatin1Char('0'))
        .arg(milliseconds % 1000, 3, 10, QLatin1Char('0'));
}

} // namespace faultline::views
