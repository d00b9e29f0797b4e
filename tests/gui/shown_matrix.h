// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fed_timeline.h"
#include "gui/views/faults/fault_matrix.h"
#include "gui/views/faults/fault_matrix_model.h"

#include <QAction>
#include <QApplication>
#include <QContextMenuEvent>
#include <QMenu>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

namespace faultline::tests {

/// A matrix of n1, n2, n3 (and more, if so wanted) and the clients, on screen.
class ShownMatrix
{
public:
    FedTimeline fed;
    views::FaultMatrix matrix;
    QSignalSpy chosen{&matrix, &views::FaultMatrix::faultChosen};
    QSignalSpy cut{&matrix, &views::FaultMatrix::cutWanted};
    QSignalSpy healed{&matrix, &views::FaultMatrix::healWanted};

    explicit ShownMatrix(int nodes = 3)
    {
        fed.begin(nodes);
        matrix.setTimeline(&fed.timeline);
        matrix.resize(matrix.sizeHint());
        matrix.show();
        table()->setFocus();
    }
    ~ShownMatrix() { matrix.setTimeline(nullptr); }

    QTableView* table() const { return matrix.table(); }
    void set(const lab::FaultState& state) { fed.timeline.append(lab::FaultStateRecord{kBegan, state, {}, {}}); }
    QModelIndex at(int row, int column) const { return matrix.model()->index(row, column); }
    void click(int row, int column, Qt::KeyboardModifiers modifiers = {}, Qt::MouseButton button = Qt::LeftButton) const
    {
        QTest::mouseClick(table()->viewport(), button, modifiers, table()->visualRect(at(row, column)).center());
    }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) const { QTest::keyClick(table(), key, modifiers); }
    QString current() const
    {
        const auto link = matrix.model()->linkAt(table()->currentIndex());
        return link ? link->name() : QString();
    }
    QMenu* rightClick(int row, int column) const
    {
        click(row, column, {}, Qt::RightButton);
        const QPoint centre = table()->visualRect(at(row, column)).center();
        QContextMenuEvent asks(QContextMenuEvent::Mouse, centre, table()->viewport()->mapToGlobal(centre));
        QApplication::sendEvent(table()->viewport(), &asks);
        return qobject_cast<QMenu*>(QApplication::activePopupWidget());
    }
};

inline QAction* entry(QMenu* menu, const char* text)
{
    const auto actions = menu ? menu->actions() : QList<QAction*>();
    for (QAction* action : actions) {
        if (action->text() == QLatin1String(text))
            return action;
    }
    return nullptr;
}

} // namespace faultline::tests
