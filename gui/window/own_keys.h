// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace faultline::window {

/// Leaves to the widget that has the focus those keys it does something with by itself, though the window has a
/// shortcut of the same key: Space presses a button and opens a box, Home goes to where a list, a box or a slider
/// begins. To be installed as an event filter on the window, and on each dock of it, since one may be a window by
/// itself.
class OwnKeys final : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
};

} // namespace faultline::window
