// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault_text.h"
#include "common/wire/ids.h"
#include "gui/lab/fault/fault_state.h"

#include <QObject>

#include <chrono>
#include <vector>

class QMenu;

namespace faultline::views {

/// What a right-click on links offers, wherever they are drawn: presets, cut, heal, edit. For one direction (n1 → n3)
/// or both of a pair (n1 ↔ n3) each entry is also there for the other ways; for more links at once each entry is for
/// all of them, and where links of clients are among them and cannot have it, for the rest. What cannot be done at all
/// is disabled and says why in its tooltip. Changes nothing itself: a choice comes as a signal.
class LinkMenu final : public QObject
{
    Q_OBJECT

public:
    explicit LinkMenu(QObject* parent = nullptr);

    /// Appends to the menu, under a line with the names of the links; `state` is what is wrong now. No links: appends
    /// nothing.
    void fill(QMenu* menu, const lab::FaultState& state, const std::vector<LinkId>& links);

signals:
    void faultChosen(const std::vector<faultline::LinkId>& links, const faultline::fault::LinkFault& fault,
                     std::chrono::milliseconds over, const QString& name);
    void cutWanted(const std::vector<faultline::LinkId>& links);
    void healWanted(const std::vector<faultline::LinkId>& links);
    void editWanted(const std::vector<faultline::LinkId>& links);

private:
    void addPresets(QMenu* menu, const std::vector<LinkId>& links);
    void addCut(QMenu* menu, const QString& text, const lab::FaultState& state, const std::vector<LinkId>& links);
    void addHeal(QMenu* menu, const QString& text, const lab::FaultState& state, const std::vector<LinkId>& links);
};

/// Whether healing the link would change anything: an isolation or missing power is of a node, and stays.
bool canHeal(const lab::FaultState& state, LinkId link);

/// "200 ms each way" is "200 ms" where not every link comes with its way back.
QString presetName(const fault::Preset& preset, const std::vector<LinkId>& links);

/// The links and the ways back, each once, in order.
std::vector<LinkId> bothWays(const std::vector<LinkId>& links);

} // namespace faultline::views
