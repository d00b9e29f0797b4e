// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/events/event_model.h"

#include <QWidget>

class QLineEdit;
class QSortFilterProxyModel;
class QTableView;

namespace faultline::views {

/// The list of events with a filter above it. Follows the newest unless the user has scrolled up; Ctrl+C copies the
/// chosen rows as text with tabs.
class EventView final : public QWidget
{
    Q_OBJECT

public:
    explicit EventView(QWidget* parent = nullptr);

    void setTimeline(const lab::Timeline* timeline);
    void setTheme(const Theme& theme);

    QTableView* table() const { return m_table; }
    QLineEdit* filter() const { return m_filter; }
    /// The chosen rows, or all that pass the filter when none is chosen.
    QString asText() const;

    QSize sizeHint() const override { return {420, 220}; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void copy() const;

    EventModel* m_model = nullptr;
    QSortFilterProxyModel* m_shown = nullptr;
    QLineEdit* m_filter = nullptr;
    QTableView* m_table = nullptr;
    bool m_following = true;
    bool m_isDropping = false; ///< rows are being removed
};

} // namespace faultline::views
