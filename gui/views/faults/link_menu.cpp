// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/link_menu.h"

#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/fault_words.h"
#include "gui/views/faults/link_words.h"
#include "gui/views/theme/menu_title.h"

#include <QAction>
#include <QMenu>

#include <algorithm>
#include <iterator>
#include <set>

namespace faultline::views {
namespace {

using Links = std::vector<LinkId>;

bool isOneCut(const fault::LinkFault& fault)
{
    fault::LinkFault cut;
    cut.cut = true;
    return fault == cut;
}

} // namespace

bool canHeal(const lab::FaultState& state, LinkId link)
{
    return state.links.contains(link) ||
           std::any_of(state.cuts.begin(), state.cuts.end(),
                       [link](const lab::CutSet& cut) { return cut.links.contains(link); });
}

QString presetName(const fault::Preset& preset, const std::vector<LinkId>& links)
{
    if (bothWays(links).size() == links.size())
        return preset.name;
    return QString(preset.name).remove(QStringLiteral(" each way"));
}

std::vector<LinkId> bothWays(const std::vector<LinkId>& links)
{
    std::set<LinkId> all(links.begin(), links.end());
    for (const LinkId link : links)
        all.insert(link.reversed());
    return {all.begin(), all.end()};
}

LinkMenu::LinkMenu(QObject* parent)
    : QObject(parent)
{}

void LinkMenu::addPresets(QMenu* menu, const Links& links)
{
    menu->setToolTipsVisible(true);
    Links ofPeers;
    std::copy_if(links.begin(), links.end(), std::back_inserter(ofPeers),
                 [](LinkId link) { return !link.isOfClients(); });
    const bool ofClients = ofPeers.size() < links.size();
    for (const fault::Preset& preset : fault::presets()) {
        if (isOneCut(preset.fault))
            continue; // stands by itself, further down
        const QString name = presetName(preset, links);
        QAction* action = menu->addAction(name);
        action->setToolTip(preset.explanation);
        Links whom = links;
        if (const Result<void> suits = fault::validate(preset.fault, ofClients); !suits) {
            action->setToolTip(suits.error());
            action->setEnabled(!ofPeers.empty());
            if (!ofPeers.empty()) {
                action->setText(tr("%1, between nodes only").arg(name));
                whom = ofPeers;
            }
        }
        connect(action, &QAction::triggered, this, [this, whom, fault = preset.fault, name] {
            emit faultChosen(whom, fault, std::chrono::milliseconds(0), name);
        });
    }
}

void LinkMenu::addCut(QMenu* menu, const QString& text, const lab::FaultState& state, const Links& links)
{
    QAction* action = menu->addAction(text);
    action->setToolTip(tr("Silence: nothing passes, and nobody is told"));
    if (std::all_of(links.begin(), links.end(), [&state](LinkId link) { return state.effective(link).cut; })) {
        action->setEnabled(false);
        action->setToolTip(tr("It is cut already"));
    }
    connect(action, &QAction::triggered, this, [this, links] { emit cutWanted(links); });
}

void LinkMenu::addHeal(QMenu* menu, const QString& text, const lab::FaultState& state, const Links& links)
{
    QAction* action = menu->addAction(text);
    action->setToolTip(tr("Ends what is set for it and takes it out of every cut"));
    if (std::none_of(links.begin(), links.end(), [&state](LinkId link) { return canHeal(state, link); })) {
        const auto cut =
            std::find_if(links.begin(), links.end(), [&state](LinkId link) { return state.effective(link).cut; });
        action->setEnabled(false);
        action->setToolTip(cut == links.end()
                               ? tr("Nothing is wrong here")
                               : tr("%1; rejoin or restart that node").arg(spokenCutReason(state, *cut)));
    }
    connect(action, &QAction::triggered, this, [this, links] { emit healWanted(links); });
}

void LinkMenu::fill(QMenu* menu, const lab::FaultState& state, const Links& links)
{
    if (links.empty())
        return;
    menu->setToolTipsVisible(true);
    addTitle(menu, lab::spokenLinks(links));

    const Links both = bothWays(links);
    const bool isPair = both.size() == 2;
    const QString only = tr("%1 only");
    if (isPair && links.size() == 2) {
        addPresets(menu->addMenu(tr("Each way")), both);
        for (const LinkId link : both)
            addPresets(menu->addMenu(only.arg(arrowName(link))), {link});
    } else {
        addPresets(menu, links);
        if (isPair)
            addPresets(menu->addMenu(tr("Each way: %1").arg(lab::spokenLinks(both))), both);
    }
    menu->addSeparator();
    addCut(menu, tr("Cut"), state, links);
    if (isPair && links.size() == 1) {
        addCut(menu, tr("Cut each way: %1").arg(lab::spokenLinks(both)), state, both);
    } else if (isPair) {
        for (const LinkId link : both)
            addCut(menu, tr("Cut one way: %1").arg(arrowName(link)), state, {link});
    }
    addHeal(menu, tr("Heal"), state, links);
    if (isPair && links.size() == 1)
        addHeal(menu, tr("Heal each way: %1").arg(lab::spokenLinks(both)), state, both);
    menu->addSeparator();
    QAction* edit = menu->addAction(tr("Edit..."));
    edit->setToolTip(tr("Every fault of it, in figures"));
    connect(edit, &QAction::triggered, this, [this, links] { emit editWanted(links); });
}

} // namespace faultline::views
