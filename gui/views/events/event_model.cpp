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
    const bool isAnother = !m_timeline || m_since != m_timeline->clusterSince() || m_timeline->events().empty();
    if (isAnother)
        m_lastSerial = 0;
    if (isAnother && !m_rows.empty()) {
        beginResetModel();
        m_rows.clear();
        endResetModel();
    }
    if (!m_timeline)
        return;
    m_since = m_timeline->clusterSince();
    const std::deque<lab::EventRow>& events = m_timeline->events();
    const auto begin = std::upper_bound(events.begin(), events.end(), m_lastSerial,
                                        [](quint64 serial, const lab::EventRow& row) { return serial < row.serial; });
    if (begin == events.end())
        return;
    m_lastSerial = events.back().serial;
    std::deque<lab::EventRow> fresh(begin, events.end());
    const auto isEarlier = [](const lab::EventRow& a, const lab::EventRow& b) { return a.at < b.at; };
    std::stable_sort(fresh.begin(), fresh.end(), isEarlier);
    dropOldest(rowCount() + static_cast<int>(fresh.size()) - static_cast<int>(lab::Timeline::kMaxEvents));
    // Nodes report at moments of their own: what one says late may lie before what another has said.
    while (!fresh.empty()) {
        const auto next = std::upper_bound(m_rows.begin(), m_rows.end(), fresh.front(), isEarlier);
        const auto place = static_cast<int>(std::distance(m_rows.begin(), next));
        const auto behind =
            next == m_rows.end() ? fresh.end() : std::lower_bound(fresh.begin(), fresh.end(), *next, isEarlier);
        const auto count = std::distance(fresh.begin(), behind);
        insert(place, {fresh.begin(), fresh.begin() + count});
        fresh.erase(fresh.begin(), fresh.begin() + count);
    }
}

void EventModel::dropOldest(int count)
{
    count = std::min(count, rowCount());
    if (count <= 0)
        return;
    beginRemoveRows({}, 0, count - 1);
    m_rows.erase(m_rows.begin(), m_rows.begin() + count);
    endRemoveRows();
}

void EventModel::insert(int place, std::deque<lab::EventRow> rows)
{
    beginInsertRows({}, place, place + static_cast<int>(rows.size()) - 1);
    m_rows.insert(m_rows.begin() + place, rows.begin(), rows.end());
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
