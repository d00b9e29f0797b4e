// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/keys_sheet.h"

#include "gui/views/theme/figures.h"

#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace faultline::window {
namespace {

struct Key
{
    const char* key;
    const char* does;
};

constexpr Key kKeys[] = {
    {"1 – 9", QT_TRANSLATE_NOOP("KeysSheet", "select that node")},
    {"L", QT_TRANSLATE_NOOP("KeysSheet", "select the leader")},
    {"arrows, Tab", QT_TRANSLATE_NOOP("KeysSheet", "go from node to node on the canvas")},
    {"Return", QT_TRANSLATE_NOOP("KeysSheet", "details of the selected node")},
    {"Esc", QT_TRANSLATE_NOOP("KeysSheet", "cancel, deselect, leave the client strip")},
    {"", ""},
    {"K", QT_TRANSLATE_NOOP("KeysSheet", "kill the selected node (SIGKILL)")},
    {"F", QT_TRANSLATE_NOOP("KeysSheet", "freeze it (SIGSTOP), or thaw it")},
    {"R", QT_TRANSLATE_NOOP("KeysSheet", "restart it")},
    {"I", QT_TRANSLATE_NOOP("KeysSheet", "isolate it from its peers (clients still reach it), or rejoin it")},
    {"A", QT_TRANSLATE_NOOP("KeysSheet", "add a node to the running cluster")},
    {"Del", QT_TRANSLATE_NOOP("KeysSheet", "remove the selected node from the cluster for good")},
    {"", ""},
    {"C", QT_TRANSLATE_NOOP("KeysSheet", "hold it and draw a line: every link it crosses is cut")},
    {"P", QT_TRANSLATE_NOOP("KeysSheet", "partition the selected nodes from the rest (Ctrl+click selects several)")},
    {"M", QT_TRANSLATE_NOOP("KeysSheet", "all links and what is wrong with them")},
    {"H", QT_TRANSLATE_NOOP("KeysSheet", "heal all: links, clocks, disks, load, the frozen and the dead")},
    {"Ctrl+Z, Ctrl+Shift+Z", QT_TRANSLATE_NOOP("KeysSheet", "undo the last fault, and do it again")},
    {"", ""},
    {"Space", QT_TRANSLATE_NOOP("KeysSheet", "hold the whole cluster, or let it go on")},
    {"T", QT_TRANSLATE_NOOP("KeysSheet", "real pace, or Watch pace at a tenth of it")},
    {"Home", QT_TRANSLATE_NOOP("KeysSheet", "reset: a fresh cluster within two seconds")},
    {"", ""},
    {"/  or  Ctrl+K", QT_TRANSLATE_NOOP("KeysSheet", "type a command in the client strip")},
    {"Up, Down", QT_TRANSLATE_NOOP("KeysSheet", "earlier commands, while typing there")},
    {"F1", QT_TRANSLATE_NOOP("KeysSheet", "this list")},
};

} // namespace

KeysSheet::KeysSheet(QWidget* parent)
    : QDialog(parent)
{
    setObjectName(QStringLiteral("keysSheet"));
    setWindowTitle(tr("Keys"));
    auto* list = new QWidget(this);
    auto* grid = new QGridLayout(list);
    grid->setContentsMargins(24, 20, 24, 16);
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(8);
    int row = 0;
    for (const Key& key : kKeys) {
        if (*key.key == '\0') {
            grid->setRowMinimumHeight(row++, 8);
            continue;
        }
        auto* name = new QLabel(QString::fromUtf8(key.key), list);
        name->setFont(views::scaled(font(), 1.0, QFont::DemiBold));
        grid->addWidget(name, row, 0);
        grid->addWidget(new QLabel(tr(key.does), list), row++, 1);
    }
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    buttons->setContentsMargins(24, 0, 24, 16);
    // In a small window the list scrolls, and Close stays in sight.
    auto* area = new QScrollArea(this);
    area->setWidget(list);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setMinimumWidth(list->sizeHint().width() + area->verticalScrollBar()->sizeHint().width());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(area);
    column->addWidget(buttons);
    const int most = parent ? parent->window()->height() : list->sizeHint().height() + 200;
    resize(sizeHint().width(), std::min(list->sizeHint().height() + buttons->sizeHint().height() + 24, most));
}

} // namespace faultline::window
