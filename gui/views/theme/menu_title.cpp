// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/theme/menu_title.h"

#include <QAction>
#include <QMenu>

namespace faultline::views {

void addTitle(QMenu* menu, const QString& text)
{
    QAction* title = menu->addAction(text);
    title->setEnabled(false);
    QFont bold = menu->font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    menu->addSeparator();
}

} // namespace faultline::views
