// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/check.h"
#include "gui/cli/command_line.h"
#include "gui/cli/end_request.h"
#include "gui/cli/run.h"
#include "gui/cli/say.h"
#include "gui/cli/scenarios.h"
#include "gui/cli/screen.h"
#include "gui/cli/up.h"
#include "gui/window/desktop.h"

#include <QApplication>
#include <QDir>

#include <clocale>
#include <cstring>
#include <langinfo.h>
#include <unistd.h>

using namespace faultline;
using namespace faultline::cli;

namespace {

struct Program
{
    int argc;
    char** argv;

    int operator()(const SayCommand& command) const
    {
        sayOut(command.text);
        return kAsExpected;
    }

    int operator()(const CheckCommand& command) const { return checkHistory(command); }

    int operator()(const ScenariosCommand& command) const { return listScenarios(command); }

    int operator()(const UpCommand& command)
    {
        QCoreApplication application(argc, argv);
        return runUp(application, command);
    }

    int operator()(const RunCommand& command)
    {
        if (command.reportFolder.isEmpty()) {
            QCoreApplication application(argc, argv);
            return runScenario(application, command);
        }
        // Pictures need widgets, and widgets a platform; this one paints into memory.
        qputenv("QT_QPA_PLATFORM", "offscreen");
        QApplication application(argc, argv);
        return runScenario(application, command);
    }

    int operator()(const DesktopCommand& command)
    {
        if (const Result<void> screen = canOpenWindow(QProcessEnvironment::systemEnvironment()); !screen) {
            sayError(screen.error());
            return kUnknownOrBadInput;
        }
        QApplication application(argc, argv);
        QApplication::setApplicationDisplayName(QStringLiteral("Faultline"));
        EndRequest endRequest;
        QObject::connect(&endRequest, &EndRequest::asked, &application, &QApplication::quit);

        window::DesktopOptions options;
        options.lab.nodeProgram = command.cluster.nodeProgram;
        options.lab.dataRoot = command.cluster.dataRoot;
        options.lab.nodes = command.nodes.value_or(options.lab.nodes);
        options.lab.rate = command.rate.value_or(options.lab.rate);
        options.lab.pace = command.pace.value_or(options.lab.pace);
        options.dark = command.dark;
        options.size = command.size;
        return window::runDesktop(application, options);
    }
};

/// Qt speaks UTF-8 only, and where the locale does not it says so on stderr, here and in every node.
void speakUtf8()
{
    std::setlocale(LC_ALL, "");
    if (std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0)
        qputenv("LC_ALL", "C.UTF-8");
}

/// Where nobody logged in (a container) Qt complains that it has no folder for sockets, and then takes this one.
void haveRuntimeFolder()
{
    if (!qEnvironmentVariableIsSet("XDG_RUNTIME_DIR"))
        qputenv("XDG_RUNTIME_DIR",
                QFile::encodeName(QDir::tempPath() + QStringLiteral("/runtime-faultline-%1").arg(::getuid())));
}

} // namespace

int main(int argc, char** argv)
{
    speakUtf8();
    haveRuntimeFolder();
    QCoreApplication::setApplicationName(QStringLiteral("faultline"));
    QStringList arguments;
    for (int index = 1; index < argc; ++index)
        arguments.append(QString::fromLocal8Bit(argv[index]));
    const Result<Command> command = parseCommandLine(arguments);
    if (!command) {
        sayError(command.error());
        return kUnknownOrBadInput;
    }
    return std::visit(Program{argc, argv}, *command);
}
