// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/scenarios.h"

#include "gui/cli/say.h"
#include "gui/lab/scenario/scenario_file.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace faultline::cli {

int listScenarios(const ScenariosCommand& command)
{
    QJsonArray all;
    for (const QString& name : lab::builtInScenarios()) {
        const Result<lab::Scenario> scenario = lab::readScenario(name);
        if (!scenario) {
            sayError(scenario.error());
            return kUnknownOrBadInput;
        }
        if (command.json) {
            all.append(QJsonObject{
                {"name", scenario->name},
                {"title", scenario->title},
                {"story", scenario->story},
                {"nodes", scenario->nodes},
            });
        } else {
            sayOut(QStringLiteral("%1  %2").arg(scenario->name, -20).arg(scenario->title));
        }
    }
    if (command.json)
        sayOut(QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact)));
    return kAsExpected;
}

} // namespace faultline::cli
