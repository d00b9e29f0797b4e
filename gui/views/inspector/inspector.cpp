// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/inspector/inspector.h"

#include "gui/views/inspector/details.h"
#include "gui/views/theme/figures.h"

#include <QHeaderView>
#include <QLabel>
#include <QTableWidget>
#include <QTimer>
#include <QVBoxLayout>

namespace faultline::views {
namespace {

constexpr std::chrono::milliseconds kRefreshEvery{200};

} // namespace

Inspector::Inspector(QWidget* parent)
    : QWidget(parent)
    , m_theme(Theme::light())
    , m_title(new QLabel(this))
    , m_table(new QTableWidget(0, 2, this))
    , m_timer(new QTimer(this))
{
    setObjectName(QStringLiteral("inspector"));
    setAutoFillBackground(true);
    m_title->setWordWrap(true);
    m_table->setAccessibleName(tr("Details of the selected node"));
    m_table->horizontalHeader()->hide();
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setMinimumSectionSize(fontMetrics().height() + 6);
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->setShowGrid(false);
    m_table->setWordWrap(true);
    m_table->setStyleSheet(QStringLiteral("QTableView::item { padding: 3px 0; }"));
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setSelectionMode(QAbstractItemView::NoSelection);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 0);
    column->addWidget(m_title);
    column->addWidget(m_table);
    m_timer->setInterval(kRefreshEvery);
    connect(m_timer, &QTimer::timeout, this, &Inspector::refresh);
}

void Inspector::setTimeline(const lab::Timeline* timeline)
{
    m_timeline = timeline;
    refresh();
}

void Inspector::setTheme(const Theme& theme)
{
    m_theme = theme;
    refresh();
}

void Inspector::setNode(NodeId node)
{
    m_node = node;
    refresh();
}

void Inspector::refresh()
{
    const std::vector<Detail> details = m_timeline ? detailsOf(*m_timeline, m_node) : std::vector<Detail>{};
    m_title->setFont(details.empty() ? font() : scaled(font(), 1.25, QFont::DemiBold));
    m_title->setText(details.empty()
                         ? tr("Select a node to see its details: click one, or press 1–9 or L for the leader.")
                         : m_node.name());
    m_table->setVisible(!details.empty());
    m_table->setRowCount(static_cast<int>(details.size()));
    for (int row = 0; row < m_table->rowCount(); ++row) {
        const Detail& detail = details[static_cast<std::size_t>(row)];
        const bool group = detail.value.isEmpty();
        for (int column = 0; column < 2; ++column) {
            QTableWidgetItem* item = m_table->item(row, column);
            if (!item) {
                item = new QTableWidgetItem;
                item->setTextAlignment(Qt::AlignLeft | Qt::AlignTop);
                m_table->setItem(row, column, item);
            }
            const QString& text = column == 0 ? detail.name : detail.value;
            if (item->text() != text) {
                item->setText(text);
                item->setToolTip(column == 1 ? text : QString());
            }
            item->setFont(group ? scaled(font(), 1.0, QFont::DemiBold) : font());
            item->setForeground(column == 0 && !group ? m_theme.mutedInk : m_theme.ink);
        }
    }
}

void Inspector::showEvent(QShowEvent*)
{
    refresh();
    m_timer->start();
}

void Inspector::hideEvent(QHideEvent*)
{
    m_timer->stop();
}

} // namespace faultline::views
