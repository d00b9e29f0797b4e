// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/resp/writer.h"
#include "node/client/admission.h"
#include "node/client/backend.h"
#include "node/client/counters.h"
#include "node/client/port_options.h"

#include <QByteArray>
#include <QByteArrayView>

#include <span>

// What a node says about itself to Redis clients, in the shapes they expect: COMMAND, INFO, CLUSTER, CONFIG. Each
// writes one whole reply. Arguments are those of the command, its name first.
namespace faultline::client {

using Arguments = std::span<const QByteArrayView>;

/// Of the client port, for INFO beside the backend's rows.
struct PortFigures
{
    const Counters& counters;
    const PortOptions& options;
    std::size_t waiting = 0; ///< clients that said WAIT
};

void answerCommand(QByteArray& out, Arguments arguments, resp::Protocol protocol);
void answerInfo(QByteArray& out, Arguments arguments, const Backend& backend, const PortFigures& figures,
                resp::Protocol protocol);
void answerCluster(QByteArray& out, Arguments arguments, const Backend& backend, resp::Protocol protocol);
/// CONFIG GET, and CONFIG SET of `limits`: admission (yes or no), admission-commands, admission-bytes and
/// admission-delay (milliseconds). They hold until the node ends.
void answerConfig(QByteArray& out, Arguments arguments, const PortOptions& options, Admission::Limits& limits,
                  resp::Protocol protocol);

/// 40 hexadecimal digits, as Redis Cluster names its nodes; the member's number stands at the end.
QByteArray nodeName(quint32 memberId);

/// "unknown subcommand 'x'. Try NAME HELP." in Redis' words.
void answerUnknownSubcommand(QByteArray& out, const char* command, QByteArrayView subcommand);
void answerWrongArity(QByteArray& out, QByteArrayView command);

bool equalsIgnoringCase(QByteArrayView text, QByteArrayView other);

} // namespace faultline::client
