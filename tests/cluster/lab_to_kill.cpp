// SPDX-License-Identifier: GPL-3.0-or-later
// A lab in a process of its own, for a test to kill: prints the pids of its nodes, one line, once it serves, with the
// last one frozen.
#include "gui/lab/lab.h"

#include <QCoreApplication>

#include <cstdio>

using namespace faultline;

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    lab::Lab lab;
    lab::LabOptions options;
    options.nodeProgram = app.arguments().at(1);
    options.dataRoot = app.arguments().at(2);
    options.pace = wire::Pace::real();
    QObject::connect(&lab, &lab::Lab::serving, &app, [&lab] {
        lab.freeze({5});
        for (const auto& [id, node] : lab.timeline().nodes())
            std::printf("%lld ", static_cast<long long>(node.pid));
        std::printf("\n");
        std::fflush(stdout);
    });
    if (const auto started = lab.start(options); !started) {
        std::fprintf(stderr, "%s\n", qPrintable(started.error()));
        return 1;
    }
    return QCoreApplication::exec();
}
