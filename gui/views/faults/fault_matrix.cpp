// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/fault_matrix.h"

#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/fault_words.h"
#include "gui/views/faults/fault_matrix_model.h"
#include "gui/views/faults/link_delegate.h"
#include "gui/views/faults/link_editor.h"
#include "gui/views/faults/link_menu.h"
#include "gui/views/faults/link_words.h"
#include "gui/views/faults/sentence_line.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace faultline::views {
namespace {

constexpr int kSpace = 8;
constexpr int kMessageLines = 2;

} // namespace

FaultMatrix::FaultMatrix(QWidget* parent)
    : QWidget(parent)
    , m_theme(Theme::light())
    , m_model(new FaultMatrixModel(this))
    , m_delegate(new LinkDelegate(this))
    , m_table(new QTableView(this))
    , m_empty(new QLabel(tr("Start a cluster: every link between its nodes is here to look at and to break."), this))
    , m_message(new SentenceLine(this))
    , m_menu(new LinkMenu(this))
    , m_editor(new LinkEditor(this))
{
    setObjectName(QStringLiteral("faultMatrix"));
    setAutoFillBackground(true);
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    buildTable();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kSpace, kSpace, kSpace, kSpace);
    column->setSpacing(kSpace);
    column->addWidget(m_table, 1);
    column->addWidget(m_empty, 1);
    column->addWidget(m_message);

    connect(m_menu, &LinkMenu::faultChosen, this, &FaultMatrix::faultChosen);
    connect(m_menu, &LinkMenu::cutWanted, this, &FaultMatrix::cutWanted);
    connect(m_menu, &LinkMenu::healWanted, this, &FaultMatrix::healWanted);
    connect(m_menu, &LinkMenu::editWanted, this, &FaultMatrix::edit);
    connect(m_editor, &LinkEditor::faultChosen, this, &FaultMatrix::faultChosen);
    connect(m_model, &QAbstractItemModel::modelReset, this, &FaultMatrix::showOrHide);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &FaultMatrix::hint);
    setTheme(m_theme);
    showOrHide();
}

void FaultMatrix::buildTable()
{
    m_table->setModel(m_model);
    m_table->setItemDelegate(m_delegate);
    m_table->setAccessibleName(tr("Faults of all links, from the row to the column"));
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setMouseTracking(true);
    m_table->setTabKeyNavigation(false);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->installEventFilter(this);
    connect(m_table, &QTableView::customContextMenuRequested, this,
            [this](const QPoint& at) { openMenu(m_table->viewport()->mapToGlobal(at)); });
    connect(m_table, &QTableView::doubleClicked, this, [this](const QModelIndex& index) {
        if (m_model->linkAt(index))
            edit(chosenLinks());
    });
    for (QHeaderView* header : {m_table->horizontalHeader(), m_table->verticalHeader()}) {
        header->setSectionResizeMode(QHeaderView::Fixed);
        header->setDefaultAlignment(Qt::AlignCenter);
        header->setContextMenuPolicy(Qt::CustomContextMenu);
        connect(header, &QWidget::customContextMenuRequested, this, [this, header](const QPoint& at) {
            const int section = header->logicalIndexAt(at);
            if (section < 0)
                return;
            const bool isRow = header->orientation() == Qt::Vertical;
            const QItemSelectionModel* selection = m_table->selectionModel();
            const bool chosen =
                isRow ? selection->rowIntersectsSelection(section) : selection->columnIntersectsSelection(section);
            if (!chosen)
                isRow ? m_table->selectRow(section) : m_table->selectColumn(section);
            openMenu(header->viewport()->mapToGlobal(at));
        });
    }
    auto* all = m_table->findChild<QAbstractButton*>();
    all->setToolTip(tr("All links"));
    all->setAccessibleName(tr("Select all links"));
    m_corner = new QLabel(tr("from \\ to"), all);
    m_corner->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_corner->setAlignment(Qt::AlignCenter);
    auto* fill = new QVBoxLayout(all);
    fill->setContentsMargins(0, 0, 0, 0);
    fill->addWidget(m_corner);
    sizeCells();
}

void FaultMatrix::setTimeline(const lab::Timeline* timeline)
{
    m_timeline = timeline;
    m_model->setTimeline(timeline);
    m_editor->setTimeline(timeline);
}

void FaultMatrix::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_delegate->setTheme(theme);
    m_editor->setTheme(theme);
    m_message->setColour(theme.mutedInk);
    m_table->setStyleSheet(QStringLiteral("QTableCornerButton::section { background: %1; border: none; "
                                          "border-bottom: 1px solid %2; } QLabel { color: %3; }")
                               .arg(theme.panel.name(), theme.line.name(), theme.mutedInk.name()));
    m_table->viewport()->update();
    hint();
}

void FaultMatrix::showOrHide()
{
    const bool there = m_model->rowCount() > 0;
    m_table->setVisible(there);
    m_empty->setVisible(!there);
    // The arrows start from somewhere; the first cell is on the diagonal, where they would not.
    if (there)
        m_table->selectionModel()->setCurrentIndex(m_model->index(0, 1), QItemSelectionModel::NoUpdate);
    hint();
}

void FaultMatrix::sizeCells()
{
    const QSize cell = LinkDelegate::cellSize(m_table->font());
    m_table->horizontalHeader()->setDefaultSectionSize(cell.width());
    m_table->verticalHeader()->setDefaultSectionSize(cell.height());
    // A sentence in two lines leaves the cells the room they had with one of one line.
    m_message->setMinimumHeight(kMessageLines * m_message->fontMetrics().lineSpacing());
}

void FaultMatrix::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        sizeCells();
    QWidget::changeEvent(event);
}

QSize FaultMatrix::sizeHint() const
{
    // All of it at once: five nodes and the clients, where there is no cluster yet.
    const QSize cell = LinkDelegate::cellSize(font());
    const int lines = m_model->rowCount() > 0 ? m_model->rowCount() : 6;
    return {cell.width() * lines + m_table->verticalHeader()->sizeHint().width() + 2 * kSpace + 2,
            cell.height() * lines + m_table->horizontalHeader()->sizeHint().height() +
                kMessageLines * fontMetrics().lineSpacing() + 3 * kSpace + 2};
}

std::vector<LinkId> FaultMatrix::chosenLinks() const
{
    std::vector<LinkId> links;
    for (const QModelIndex& index : m_table->selectionModel()->selectedIndexes()) {
        if (const std::optional<LinkId> link = m_model->linkAt(index))
            links.push_back(*link);
    }
    if (links.empty()) {
        if (const std::optional<LinkId> link = m_model->linkAt(m_table->currentIndex()))
            links.push_back(*link);
    }
    std::sort(links.begin(), links.end());
    return links;
}

void FaultMatrix::edit(const std::vector<LinkId>& links)
{
    m_editor->edit(links);
}

QString FaultMatrix::message() const
{
    return m_message->text();
}

void FaultMatrix::hint()
{
    m_message->setColour(m_theme.mutedInk);
    if (m_model->rowCount() == 0) {
        m_message->setText({});
        return;
    }
    m_message->setText(m_table->selectionModel()->hasSelection()
                           ? tr("%1: Space edits, C cuts, Del heals.").arg(lab::spokenLinks(chosenLinks()))
                           : tr("Click a cell, a row or a column; right-click for its faults."));
}

void FaultMatrix::warn(const QString& sentence)
{
    m_message->setColour(m_theme.failedText);
    m_message->setText(sentence);
}

bool FaultMatrix::isOwnKey(const QKeyEvent& key) const
{
    if (key.matches(QKeySequence::Copy) || key.matches(QKeySequence::Paste))
        return true;
    if ((key.modifiers() & ~Qt::KeypadModifier) != Qt::NoModifier)
        return false;
    switch (key.key()) {
    case Qt::Key_Space:
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Delete:
    case Qt::Key_Backspace:
    case Qt::Key_C:
        return true;
    default:
        return false;
    }
}

bool FaultMatrix::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_table && (event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride)) {
        const auto& key = *static_cast<QKeyEvent*>(event);
        if (isOwnKey(key) && !chosenLinks().empty()) {
            event->accept();
            if (event->type() == QEvent::KeyPress)
                act(key);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void FaultMatrix::act(const QKeyEvent& key)
{
    const std::vector<LinkId> links = chosenLinks();
    hint();
    if (key.matches(QKeySequence::Copy))
        copy();
    else if (key.matches(QKeySequence::Paste))
        paste();
    else if (key.key() == Qt::Key_C && !key.isAutoRepeat())
        emit cutWanted(links);
    else if (key.key() == Qt::Key_Delete || key.key() == Qt::Key_Backspace)
        heal(links);
    else if (key.key() != Qt::Key_C)
        edit(links);
}

void FaultMatrix::heal(const std::vector<LinkId>& links)
{
    const lab::FaultState& state = m_timeline->faultState().state;
    if (std::any_of(links.begin(), links.end(), [&state](LinkId link) { return canHeal(state, link); })) {
        emit healWanted(links);
        return;
    }
    const auto cut =
        std::find_if(links.begin(), links.end(), [&state](LinkId link) { return state.effective(link).cut; });
    warn(cut == links.end()
             ? tr("Nothing is wrong with %1.").arg(lab::spokenLinks(links))
             : tr("%1: %2; rejoin or restart that node.").arg(arrowName(*cut), spokenCutReason(state, *cut)));
}

void FaultMatrix::copy()
{
    const LinkCell* cell = m_model->cellAt(m_table->currentIndex());
    if (!cell) {
        const std::vector<LinkId> links = chosenLinks();
        if (links.empty()) // the menu was open, and the cluster went
            return;
        cell = m_model->cellAt(m_model->indexOf(links.front()));
    }
    const QString text = fault::print(cell->fault);
    QApplication::clipboard()->setText(text);
    m_message->setText(tr("Copied from %1: %2").arg(arrowName(cell->link), text));
}

void FaultMatrix::paste()
{
    const Result<fault::LinkFault> fault = fault::parseLinkFault(QApplication::clipboard()->text());
    if (!fault) {
        warn(tr("The clipboard cannot be pasted: %1").arg(fault.error()));
        return;
    }
    const std::vector<LinkId> links = chosenLinks();
    if (links.empty())
        return;
    for (const LinkId link : links) {
        if (const Result<void> valid = fault::validate(*fault, link.isOfClients()); !valid) {
            warn(tr("%1: %2").arg(arrowName(link), valid.error()));
            return;
        }
    }
    emit faultChosen(links, *fault, std::chrono::milliseconds(0), {});
}

void FaultMatrix::openMenu(const QPoint& globalPosition)
{
    const std::vector<LinkId> links = chosenLinks();
    if (links.empty() || !m_timeline)
        return;
    hint();
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    m_menu->fill(menu, m_timeline->faultState().state, links);
    menu->addSeparator();
    connect(menu->addAction(tr("Copy")), &QAction::triggered, this, &FaultMatrix::copy);
    connect(menu->addAction(tr("Paste")), &QAction::triggered, this, &FaultMatrix::paste);
    menu->popup(globalPosition);
}

} // namespace faultline::views
