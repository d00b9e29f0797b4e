// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/resp/writer.h"
#include "node/client/backend.h"

#include <QByteArray>
#include <QByteArrayView>

#include <span>

// What a node says about itself to Redis clients, in the shapes they expect: COMMAND, INFO, CLUSTER, CONFIG GET. Each
// writes one whole reply. Arguments are those of the command, its name first.
namespace faultline::client {

using Arguments = std::span<const QByteArrayView>;

/// Figures of the client port that INFO shows beside the backend's rows.
struct PortFigures
{
    quint64 connections = 0;
    quint64 maxConnections = 0;
};

void answerCommand(QByteArray& out, Arguments arguments, resp::Protocol protocol);
void answerInfo(QByteArray& out, Arguments arguments, const Backend& backend, const PortFigures& figures);
void answerCluster(QByteArray& out, Arguments arguments, const Backend& backend, resp::Protocol protocol);
void answerConfig(QByteArray& out, Arguments arguments, const PortFigures& figures, resp::Protocol protocol);

/// 40 hexadecimal digits, as Redis Cluster names its nodes; the member's number stands at the end.
QByteArray nodeName(quint32 memberId);

/// "unknown subcommand 'x'. Try NAME HELP." in Redis' words.
void answerUnknownSubcommand(QByteArray& out, const char* command, QByteArrayView subcommand);
void answerWrongArity(QByteArray& out, QByteArrayView command);

bool equalsIgnoringCase(QByteArrayView text, QByteArrayView other);

} // namespace faultline::client
