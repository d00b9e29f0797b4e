// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/theme/theme.h"

#include <QWidget>

class QLabel;
class QTableWidget;
class QTimer;

namespace faultline::views {

/// The details of the selected node, brought up to date five times a second while visible.
class Inspector final : public QWidget
{
    Q_OBJECT

public:
    explicit Inspector(QWidget* parent = nullptr);

    void setTimeline(const lab::Timeline* timeline); ///< must outlive the view or be taken away with nullptr
    void setTheme(const Theme& theme);
    void setNode(NodeId node); ///< nobody: says how to select one
    NodeId node() const { return m_node; }
    QTableWidget* table() const { return m_table; }

    QSize sizeHint() const override { return {300, 400}; }

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void refresh();

    const lab::Timeline* m_timeline = nullptr;
    Theme m_theme;
    NodeId m_node;
    QLabel* m_title = nullptr;
    QTableWidget* m_table = nullptr;
    QTimer* m_timer = nullptr;
};

} // namespace faultline::views
