// SPDX-License-Identifier: GPL-3.0-or-later
#include "conditions_linux.h"
#include "etcd.h"
#include "figures.h"
#include "ours.h"
#include "redis.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <cstdio>
#include <memory>

using namespace faultline;
using namespace faultline::bench;

namespace {

void say(const QString& text)
{
    std::fputs(qPrintable(text + u'\n'), stdout);
    std::fflush(stdout);
}

int misused(const QString& text)
{
    std::fputs(qPrintable(QStringLiteral("bench: %1\n").arg(text)), stderr);
    return 2;
}

std::unique_ptr<SystemUnderTest> makeSystem(const QString& name)
{
    if (name == QStringLiteral("etcd"))
        return std::make_unique<Etcd>();
    if (name == QStringLiteral("redis"))
        return std::make_unique<Redis>();
    return std::make_unique<Ours>();
}

} // namespace

int main(int argc, char* argv[])
{
    QCoreApplication application(argc, argv);
    if (qEnvironmentVariableIsEmpty("FAULTLINE_BIN"))
        qputenv("FAULTLINE_BIN", QFile::encodeName(QCoreApplication::applicationDirPath()));

    QStringList names;
    for (const RowSpec& spec : rowSpecs())
        names << spec.name;
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("Measures a cluster of three nodes on this machine, durable before "
                                                    "every OK, and says what the promises are.\n"
                                                    "Nothing else should run meanwhile. Rows: %1.")
                                         .arg(names.join(QStringLiteral(", "))));
    parser.addHelpOption();
    const QCommandLineOption peers(
        QStringLiteral("peers"),
        QStringLiteral("Measure etcd (three members) and one Redis alone too, one after the other."));
    const QCommandLineOption json(QStringLiteral("json"), QStringLiteral("Write the figures there as JSON."),
                                  QStringLiteral("FILE"));
    const QCommandLineOption only(QStringLiteral("only"), QStringLiteral("This row alone; can be given several times."),
                                  QStringLiteral("ROW"));
    const QCommandLineOption quick(
        QStringLiteral("quick"),
        QStringLiteral("Fewer repetitions: done in a few minutes, and the figures vary more."));
    const QCommandLineOption commit(QStringLiteral("commit"), QStringLiteral("What is measured, for the conditions."),
                                    QStringLiteral("NAME"));
    parser.addOptions({peers, json, only, quick, commit});
    if (!parser.parse(application.arguments()))
        return misused(parser.errorText());
    if (parser.isSet(QStringLiteral("help")))
        parser.showHelp(0);
    if (!parser.positionalArguments().isEmpty())
        return misused(
            QStringLiteral("\"%1\" is no option; --help lists them").arg(parser.positionalArguments().first()));

    std::vector<RowSpec> wanted;
    for (const QString& name : parser.values(only)) {
        const RowSpec* spec = rowSpec(name);
        if (!spec)
            return misused(
                QStringLiteral("there is no row \"%1\"; there are %2").arg(name, names.join(QStringLiteral(", "))));
        wanted.push_back(*spec);
    }
    if (wanted.empty())
        wanted = rowSpecs();
    const Amount amount = parser.isSet(quick) ? Amount{1, 3, 1, 20'000} : Amount{};

    // What is there already stays until there is something to put in its place.
    QSaveFile file(parser.value(json));
    file.setDirectWriteFallback(true); // in a folder that takes no other file
    if (const QFileInfo there(file.fileName()); parser.isSet(json) && there.exists() && !there.isFile())
        return misused(QStringLiteral("--json %1: is no plain file; name one").arg(file.fileName()));
    if (parser.isSet(json) && !file.open(QIODevice::WriteOnly))
        return misused(QStringLiteral("--json %1: cannot be written: %2").arg(file.fileName(), file.errorString()));

    Conditions about = conditions(parser.value(commit));
    about.isQuick = parser.isSet(quick);
    for (const auto& [name, value] : about.entries)
        say(QStringLiteral("%1: %2").arg(name, value));

    std::vector<Row> rows;
    for (const RowSpec& spec : wanted)
        rows.push_back({spec, {}, {}});
    QStringList systems{QStringLiteral("faultline")};
    if (parser.isSet(peers))
        systems << QStringLiteral("etcd") << QStringLiteral("redis");
    for (const QString& name : systems) {
        const bool isOurs = name == systems.first();
        const auto system = makeSystem(name);
        for (Row& row : rows) {
            const auto measured = system->measure(row.spec, amount);
            if (!measured)
                return misused(QStringLiteral("%1 of %2: %3").arg(row.spec.name, name, measured.error()));
            if (!*measured)
                continue;
            say(QStringLiteral("%1: %2 (%3): median %4 %5 of %6")
                    .arg(name, row.spec.name, row.spec.meaning)
                    .arg((*measured)->median(), 0, 'f', 2)
                    .arg(row.spec.unit)
                    .arg((*measured)->values.size()));
            if (isOurs)
                row.ours = **measured;
            else
                row.peers[name] = **measured;
        }
    }
    say(QStringLiteral("\n%1; %2 B values").arg(kCaption).arg(kPayloadBytes));
    say(toTable(about, rows));
    if (file.isOpen() && (file.write(toJson(about, rows)) < 0 || !file.commit()))
        return misused(QStringLiteral("--json %1: cannot be written: %2").arg(file.fileName(), file.errorString()));
    return 0;
}
