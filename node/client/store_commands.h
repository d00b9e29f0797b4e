// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "node/client/command_table.h"
#include "node/client/introspection.h"
#include "node/kv/command.h"

#include <QByteArray>

#include <variant>

// From what a client says to what the store is told: the options of SET, the units of EXPIRE, and so on. The words of
// errors are Redis 7.0's.
namespace faultline::client {

/// A command for the store, ready to be proposed.
struct StoreCommand
{
    kv::Verb verb = kv::Verb::Get;
    quint16 slot = 0; ///< of its first key; 0 when it names none
    QByteArray encoded;
};

/// `arguments` are as many as `spec` takes, the command's name first; the backend is asked for the time alone. An
/// error's text when it cannot be told, or the store would not take it. Only for commands that are isOfStore().
std::variant<StoreCommand, QByteArray> storeCommandOf(const CommandSpec& spec, Arguments arguments,
                                                      const Backend& backend);

} // namespace faultline::client
