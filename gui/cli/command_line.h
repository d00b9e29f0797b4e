// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "common/wire/control.h"

#include <QSize>
#include <QString>
#include <QStringList>

#include <optional>
#include <variant>

// What was typed after `faultline`, as a value. Pure: touches nothing, ends nothing.
namespace faultline::cli {

/// Exit codes of the program, the same for every command.
inline constexpr int kAsExpected = 0;
inline constexpr int kNotAsExpected = 1;
inline constexpr int kUnknownOrBadInput = 2;

/// What several commands take.
struct ClusterOptions
{
    QString nodeProgram; ///< --node-program; empty: beside this program
    QString dataRoot;    ///< --data; empty: the default
};

struct DesktopCommand
{
    ClusterOptions cluster;
    std::optional<int> nodes;
    std::optional<double> rate;
    std::optional<wire::Pace> pace;
    std::optional<bool> dark; ///< nothing: as the system
    QSize size;               ///< invalid: not said
};

struct UpCommand
{
    ClusterOptions cluster;
    int nodes = 5;
    double rate = 0; ///< no load unless asked for
    bool json = false;
};

struct RunCommand
{
    ClusterOptions cluster;
    QString scenario; ///< a file, or the name of a built-in scenario
    QString reportFolder;
    QString jsonFile;
    std::optional<quint64> seed;
};

struct ScenariosCommand
{
    bool json = false;
};

struct CheckCommand
{
    QString history; ///< a file
    QString model;   ///< register or kv; empty: as the file's format has it
};

/// --help, --version: said on stdout, exit code 0.
struct SayCommand
{
    QString text;
};

using Command = std::variant<DesktopCommand, UpCommand, RunCommand, CheckCommand, ScenariosCommand, SayCommand>;

/// `arguments` without the program's name. The error is one sentence that names what was wrong and what would be right.
Result<Command> parseCommandLine(const QStringList& arguments);

} // namespace faultline::cli
