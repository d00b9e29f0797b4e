// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/theme/theme.h"

#include <QWidget>

#include <vector>

class QLabel;
class QMenu;
class QTableView;

namespace faultline::views {

class FaultMatrixModel;
class LinkDelegate;
class LinkEditor;
class LinkMenu;
class SentenceLine;

/// All directed links at a glance, from each node (a row) to each other (a column), and where any of them are changed
/// together: by cell, row, column, all of them by the corner. Space, Return or a double click opens the editor, Delete
/// heals, C cuts, Ctrl+C and Ctrl+V copy and paste what is wrong as a line of text; a right-click offers all of it.
/// These keys are the matrix's own while it has the focus, whatever they mean elsewhere in the window. Changes nothing
/// itself: what is wanted comes as a signal.
class FaultMatrix final : public QWidget
{
    Q_OBJECT

public:
    explicit FaultMatrix(QWidget* parent = nullptr);

    void setTimeline(const lab::Timeline* timeline); ///< must outlive the view or be taken away with nullptr
    void setTheme(const Theme& theme);

    /// In order; the current one where none is selected.
    std::vector<LinkId> chosenLinks() const;
    /// Opens the editor, also for links chosen elsewhere.
    void edit(const std::vector<LinkId>& links);

    QTableView* table() const { return m_table; }
    FaultMatrixModel* model() const { return m_model; }
    LinkEditor* editor() const { return m_editor; }
    QLabel* emptyText() const { return m_empty; }
    QString message() const; ///< the line below the table

    QSize sizeHint() const override;

signals:
    void faultChosen(const std::vector<faultline::LinkId>& links, const faultline::fault::LinkFault& fault,
                     std::chrono::milliseconds over, const QString& name);
    void cutWanted(const std::vector<faultline::LinkId>& links);
    void healWanted(const std::vector<faultline::LinkId>& links);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void buildTable();
    void openMenu(const QPoint& globalPosition);
    bool isOwnKey(const QKeyEvent& key) const;
    void act(const QKeyEvent& key);
    void heal(const std::vector<LinkId>& links);
    void copy();
    void paste();
    void hint();
    void warn(const QString& sentence);
    void showOrHide();
    void sizeCells();

    const lab::Timeline* m_timeline = nullptr;
    Theme m_theme;
    FaultMatrixModel* m_model = nullptr;
    LinkDelegate* m_delegate = nullptr;
    QTableView* m_table = nullptr;
    QLabel* m_corner = nullptr;
    QLabel* m_empty = nullptr;
    SentenceLine* m_message = nullptr;
    LinkMenu* m_menu = nullptr;
    LinkEditor* m_editor = nullptr;
};

} // namespace faultline::views
