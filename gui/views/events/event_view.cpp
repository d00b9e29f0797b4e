// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/events/event_view.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QScrollBar>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace faultline::views {

EventView::EventView(QWidget* parent)
    : QWidget(parent)
    , m_model(new EventModel(this))
    , m_shown(new QSortFilterProxyModel(this))
    , m_filter(new QLineEdit(this))
    , m_table(new QTableView(this))
{
    setObjectName(QStringLiteral("events"));
    setAutoFillBackground(true);
    m_shown->setSourceModel(m_model);
    m_shown->setFilterKeyColumn(-1);
    m_shown->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_filter->setPlaceholderText(tr("Filter: a node, a word"));
    m_filter->setAccessibleName(tr("Filter of the event list"));
    m_filter->setClearButtonEnabled(true);
    connect(m_filter, &QLineEdit::textChanged, this,
            [this](const QString& text) { m_shown->setFilterFixedString(text); });

    // Where the current row goes, another becomes it and is scrolled to, which nobody asked for.
    connect(m_shown, &QAbstractItemModel::rowsAboutToBeRemoved, this, [this] { m_isDropping = true; });
    m_table->setModel(m_shown);
    connect(m_shown, &QAbstractItemModel::rowsRemoved, this, [this] {
        m_isDropping = false;
        if (m_following)
            m_table->scrollToBottom();
    });
    m_table->setAccessibleName(tr("Events"));
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setColumnWidth(EventModel::Time, fontMetrics().horizontalAdvance(QStringLiteral("00:00.000")) + 28);
    m_table->setColumnWidth(EventModel::Node, fontMetrics().horizontalAdvance(QStringLiteral("Node")) + 24);
    m_table->installEventFilter(this);
    auto* copyAction = new QAction(tr("Copy"), m_table);
    connect(copyAction, &QAction::triggered, this, &EventView::copy);
    m_table->addAction(copyAction);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 0);
    column->setSpacing(8);
    column->addWidget(m_filter);
    column->addWidget(m_table);

    QScrollBar* bar = m_table->verticalScrollBar();
    connect(bar, &QScrollBar::actionTriggered, this,
            [this, bar] { m_following = bar->sliderPosition() >= bar->maximum(); });
    connect(bar, &QScrollBar::valueChanged, this, [this, bar](int value) {
        if (m_isDropping)
            return;
        if (value >= bar->maximum())
            m_following = true;
        else if (bar->isSliderDown() || m_table->underMouse() || m_table->hasFocus())
            m_following = false;
    });
    connect(bar, &QScrollBar::rangeChanged, this, [this, bar](int, int maximum) {
        if (m_following)
            bar->setValue(maximum);
    });
}

void EventView::setTimeline(const lab::Timeline* timeline)
{
    m_model->setTimeline(timeline);
}

void EventView::setTheme(const Theme& theme)
{
    m_model->setTheme(theme);
}

QString EventView::asText() const
{
    std::vector<int> rows;
    for (const QModelIndex& index : m_table->selectionModel()->selectedRows())
        rows.push_back(index.row());
    if (rows.empty()) {
        for (int row = 0; row < m_shown->rowCount(); ++row)
            rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end());
    QString text;
    for (const int row : rows) {
        QStringList cells;
        for (int column = 0; column < m_shown->columnCount(); ++column)
            cells << m_shown->index(row, column).data().toString();
        text += cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    }
    return text;
}

void EventView::copy() const
{
    QApplication::clipboard()->setText(asText());
}

bool EventView::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_table && (event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride)) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Copy)) {
            event->accept();
            if (event->type() == QEvent::KeyPress)
                copy();
            return true;
        }
        // A row is one line here, so its first cell is no place to go to.
        const bool toOldest = key->matches(QKeySequence::MoveToStartOfLine);
        if (toOldest || key->matches(QKeySequence::MoveToEndOfLine)) {
            event->accept();
            if (event->type() == QEvent::KeyPress && m_shown->rowCount() > 0) {
                const QModelIndex there = m_shown->index(toOldest ? 0 : m_shown->rowCount() - 1, 0);
                m_table->setCurrentIndex(there);
                m_table->scrollTo(there); // also where it is the current one already
            }
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace faultline::views
