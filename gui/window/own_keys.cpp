// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/own_keys.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>

namespace faultline::window {
namespace {

template <typename... Kinds> bool isOneOf(const QWidget* widget)
{
    return (qobject_cast<const Kinds*>(widget) || ...);
}

bool needs(const QWidget* widget, const QKeyEvent& key)
{
    if ((key.modifiers() & ~Qt::KeypadModifier) != Qt::NoModifier)
        return false;
    switch (key.key()) {
    case Qt::Key_Space:
        return isOneOf<QAbstractButton, QComboBox>(widget);
    case Qt::Key_Home:
        return isOneOf<QAbstractItemView, QAbstractSlider, QComboBox>(widget);
    default:
        return false;
    }
}

} // namespace

bool OwnKeys::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride &&
        needs(QApplication::focusWidget(), *static_cast<QKeyEvent*>(event))) {
        event->accept();
        return true;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace faultline::window
