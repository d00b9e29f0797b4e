// SPDX-License-Identifier: GPL-3.0-or-later
// INFO: what the backend says, what the client port counts, in Redis' sections and their order.
#include "node/client/command_table.h"
#include "node/client/introspection.h"

#include <algorithm>
#include <array>

namespace faultline::client {

namespace {

using namespace resp;

using Rows = QList<std::pair<QByteArray, QByteArray>>;

constexpr std::array<QByteArrayView, 11> kOrder{"Server",       "Clients",     "Memory",  "Persistence",
                                                "Stats",        "Replication", "CPU",     "Raft",
                                                "Commandstats", "Cluster",     "Keyspace"};
constexpr QByteArrayView kOnlyWhenNamed("Commandstats"); // or with "all"

struct Section
{
    QByteArray name;
    QByteArray text;
};

QByteArray number(quint64 value)
{
    return QByteArray::number(value);
}

Rows rowsOfPort(const PortFigures& figures)
{
    const Counters& counters = figures.counters;
    Rows rows{{"# Clients", {}},
              {"connected_clients", number(counters.connections)},
              {"maxclients", number(figures.options.maxConnections)},
              {"blocked_clients", number(figures.waiting)},
              {"# Stats", {}},
              {"total_connections_received", number(counters.accepted)},
              {"rejected_connections", number(counters.turnedAway)},
              {"total_commands_processed", number(counters.commands)},
              {"commands_pending", number(counters.pending)},
              {"commands_pending_bytes", QByteArray::number(counters.pendingBytes)},
              {"commands_redirected", number(counters.redirects)},
              {"commands_refused", number(counters.refusals)},
              {"commands_not_admitted", number(counters.notAdmitted)},
              {"outcomes_unknown", number(counters.outcomesUnknown)},
              {"protocol_errors", number(counters.protocolErrors)},
              {"client_output_buffer_limit_disconnections", number(counters.slowReaders)},
              {"# Commandstats", {}}};
    for (const CommandSpec& spec : allCommands()) {
        const Counters::PerCommand& said = counters.commandCalls[static_cast<std::size_t>(spec.id)];
        if (said.calls + said.rejected > 0)
            rows.append({QByteArray("cmdstat_") + spec.name,
                         "calls=" + number(said.calls) + ",rejected_calls=" + number(said.rejected)});
    }
    rows.append({{"# Cluster", {}}, {"cluster_enabled", "1"}});
    return rows;
}

/// Rows of the same section go together, wherever they came from.
std::vector<Section> sectionsOf(const Rows& rows)
{
    std::vector<Section> sections;
    std::size_t current = 0;
    for (const auto& [name, value] : rows) {
        if (name.startsWith("# ")) {
            const QByteArray title = name.sliced(2);
            const auto known = std::find_if(sections.begin(), sections.end(),
                                            [&](const Section& section) { return section.name == title; });
            current = static_cast<std::size_t>(known - sections.begin());
            if (known == sections.end())
                sections.push_back({title, {}});
        } else {
            sections[current].text += name + ':' + value + "\r\n";
        }
    }
    const auto rank = [](const Section& section) {
        return std::find(kOrder.begin(), kOrder.end(), QByteArrayView(section.name)) - kOrder.begin();
    };
    std::stable_sort(sections.begin(), sections.end(),
                     [&](const Section& a, const Section& b) { return rank(a) < rank(b); });
    return sections;
}

} // namespace

void answerInfo(QByteArray& out, Arguments arguments, const Backend& backend, const PortFigures& figures,
                Protocol protocol)
{
    const Arguments names = arguments.subspan(1);
    const auto asksFor = [names](QByteArrayView wanted) {
        return std::any_of(names.begin(), names.end(),
                           [wanted](QByteArrayView name) { return equalsIgnoringCase(name, wanted); });
    };
    const bool everything = asksFor("all") || asksFor("everything");
    const bool usual = names.empty() || asksFor("default");
    QByteArray text;
    for (const Section& section : sectionsOf(backend.info() + rowsOfPort(figures))) {
        if (everything || asksFor(section.name) || (usual && section.name != kOnlyWhenNamed))
            text += (text.isEmpty() ? "# " : "\r\n# ") + section.name + "\r\n" + section.text;
    }
    appendVerbatim(out, text, protocol);
}

} // namespace faultline::client
