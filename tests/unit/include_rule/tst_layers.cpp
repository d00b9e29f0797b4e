// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QDirIterator>
#include <QRegularExpression>
#include <QtTest>

/// The rules of the house that a compiler does not know, checked on every file of it: who includes whom by path, the
/// licence on top, nothing too long, and no folder or file that is named after nothing.
class TestLayers : public QObject
{
    Q_OBJECT

private slots:
    void everyFileKeepsTheHouseRules_data();
    void everyFileKeepsTheHouseRules();
    void theRulesThemselvesSayNo_data();
    void theRulesThemselvesSayNo();

private:
    static QStringList includesOf(const QString& text);
    static QString forbiddenBy(const QString& file, const QString& include);
};

namespace {

struct Rule
{
    const char* folder;
    QStringList mayInclude; ///< prefixes
};

/// The most specific rule comes first.
const QList<Rule>& rules()
{
    static const QList<Rule> kRules = {
        {"common/", {"common/"}},
        {"node/raft/", {"node/raft/"}},
        {"node/", {"node/", "common/"}},
        {"gui/lab/", {"gui/lab/", "common/"}},
        {"gui/views/", {"gui/views/", "gui/lab/timeline/", "gui/lab/fault/", "common/"}},
        {"gui/window/", {"gui/window/", "gui/views/", "gui/lab/", "common/"}},
        {"gui/cli/",
         {"gui/cli/", "gui/window/desktop.h", "gui/views/charts/", "gui/views/theme/", "gui/lab/", "common/"}},
    };
    return kRules;
}

} // namespace

QStringList TestLayers::includesOf(const QString& text)
{
    static const QRegularExpression kInclude(QStringLiteral("^\\s*#\\s*include\\s*\"([^\"]+)\""),
                                             QRegularExpression::MultilineOption);
    QStringList includes;
    for (const QRegularExpressionMatch& match : kInclude.globalMatch(text))
        includes.append(match.captured(1));
    return includes;
}

QString TestLayers::forbiddenBy(const QString& file, const QString& include)
{
    for (const Rule& rule : rules()) {
        if (!file.startsWith(QLatin1String(rule.folder)))
            continue;
        const bool generated = include.endsWith(QStringLiteral(".moc")) && !include.contains(QLatin1Char('/'));
        for (const QString& prefix : rule.mayInclude) {
            if (generated || include.startsWith(prefix))
                return {};
        }
        return QString::fromLatin1(rule.folder);
    }
    return {};
}

void TestLayers::everyFileKeepsTheHouseRules_data()
{
    QTest::addColumn<QString>("file");
    const QDir root(QStringLiteral(FAULTLINE_SOURCES));
    for (const char* folder : {"common", "node", "gui", "tests"}) {
        QDirIterator files(root.filePath(QLatin1String(folder)), {"*.h", "*.cpp", "CMakeLists.txt"}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString file = root.relativeFilePath(files.next());
            QTest::newRow(qPrintable(file)) << file;
        }
    }
}

void TestLayers::everyFileKeepsTheHouseRules()
{
    QFETCH(QString, file);
    QFile source(QDir(QStringLiteral(FAULTLINE_SOURCES)).filePath(file));
    QVERIFY(source.open(QIODevice::ReadOnly));
    const QString text = QString::fromUtf8(source.readAll());

    for (const QString& include : includesOf(text)) {
        const QString rule = forbiddenBy(file, include);
        QVERIFY2(rule.isEmpty(),
                 qPrintable(QStringLiteral("%1 includes %2, which %3 may not").arg(file, include, rule)));
    }
    QVERIFY2(text.left(100).contains(QStringLiteral("SPDX-License-Identifier: GPL-3.0-or-later")),
             "the first line names the licence");
    const qsizetype lines = text.count(QLatin1Char('\n'));
    QVERIFY2(lines <= 600, qPrintable(QStringLiteral("%1 lines; one past 600 is asking to be two files").arg(lines)));
    static const QRegularExpression kNamedAfterNothing(
        QStringLiteral("(^|[/_])(utils?|helpers?|misc|core|managers?)([/_.]|$)"));
    QVERIFY2(!kNamedAfterNothing.match(file).hasMatch(),
             "util, helpers, misc, core and manager say nothing of what is inside");
}

void TestLayers::theRulesThemselvesSayNo_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("line");
    QTest::addColumn<bool>("allowed");
    QTest::newRow("common to node") << "common/wire/a.cpp"
                                    << "#include \"node/raft/raft.h\"" << false;
    QTest::newRow("raft to common") << "node/raft/a.h"
                                    << "#include \"common/result/result.h\"" << false;
    QTest::newRow("raft to itself") << "node/raft/a.h"
                                    << "#include \"node/raft/types.h\"" << true;
    QTest::newRow("node to gui") << "node/control/a.cpp"
                                 << "#include \"gui/lab/lab.h\"" << false;
    QTest::newRow("gui to node") << "gui/lab/a.cpp"
                                 << "  #  include \"node/kv/store.h\"" << false;
    QTest::newRow("lab to view") << "gui/lab/a.cpp"
                                 << "#include \"gui/views/charts/picture.h\"" << false;
    QTest::newRow("view to lab") << "gui/views/charts/a.cpp"
                                 << "#include \"gui/lab/lab.h\"" << false;
    QTest::newRow("view to timeline") << "gui/views/charts/a.cpp"
                                      << "#include \"gui/lab/timeline/timeline.h\"" << true;
    QTest::newRow("window to lab") << "gui/window/a.cpp"
                                   << "#include \"gui/lab/lab.h\"" << true;
    QTest::newRow("cli to topology") << "gui/cli/a.cpp"
                                     << "#include \"gui/views/topology/scene.h\"" << false;
    QTest::newRow("by relative path") << "gui/lab/a.cpp"
                                      << "#include \"../../node/raft/raft.h\"" << false;
    QTest::newRow("system header") << "node/raft/a.h"
                                   << "#include <vector>" << true;
}

void TestLayers::theRulesThemselvesSayNo()
{
    QFETCH(QString, file);
    QFETCH(QString, line);
    QFETCH(bool, allowed);
    QStringList forbidden;
    for (const QString& include : includesOf(line))
        forbidden += forbiddenBy(file, include);
    forbidden.removeAll(QString());
    QCOMPARE(forbidden.isEmpty(), allowed);
}

QTEST_GUILESS_MAIN(TestLayers)
#include "tst_layers.moc"
