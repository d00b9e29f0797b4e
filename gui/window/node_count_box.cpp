// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/node_count_box.h"

#include <QAbstractItemView>
#include <QKeyEvent>
#include <QScopedValueRollback>
#include <QWheelEvent>

namespace faultline::window {

NodeCountBox::NodeCountBox(QWidget* parent)
    : QComboBox(parent)
{
    for (int count = kFewestNodes; count <= kMostNodes; ++count)
        addItem(QString::number(count), count);
    connect(this, &QComboBox::currentIndexChanged, this, [this](int index) {
        if (index >= 0)
            m_nodes = itemData(index).toInt();
    });
    connect(this, &QComboBox::activated, this, [this] {
        if (!m_isStepping)
            emit chosen();
    });
}

void NodeCountBox::follow(int nodes)
{
    if (view()->isVisible())
        return;
    const int index = findData(nodes);
    setPlaceholderText(index < 0 ? QString::number(nodes) : QString());
    setCurrentIndex(index);
}

void NodeCountBox::wheelEvent(QWheelEvent* event)
{
    event->ignore();
}

void NodeCountBox::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        if (currentIndex() >= 0 && !event->isAutoRepeat())
            emit chosen();
        return;
    }
    const QScopedValueRollback stepping(m_isStepping, true);
    QComboBox::keyPressEvent(event);
}

} // namespace faultline::window
