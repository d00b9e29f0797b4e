// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/selection.h"

#include <QTest>

using namespace faultline;
using namespace faultline::views;

class SelectionTest : public QObject
{
    Q_OBJECT

private slots:
    void orderIsThatOfSelecting_data();
    void orderIsThatOfSelecting();
    void keepsOnlyWhoIsThere();

private:
    static QString names(const Selection& selection)
    {
        QStringList names;
        for (const NodeId node : selection.nodes())
            names << node.name();
        return names.join(QLatin1Char(' '));
    }
};

void SelectionTest::orderIsThatOfSelecting_data()
{
    QTest::addColumn<QString>("steps");
    QTest::addColumn<QString>("selected");
    QTest::newRow("none") << ""
                          << "";
    QTest::newRow("only the last") << "only1 only2"
                                   << "n2";
    QTest::newRow("nobody") << "only1 only0"
                            << "";
    QTest::newRow("toggled on") << "only1 toggle3 toggle2"
                                << "n1 n3 n2";
    QTest::newRow("toggled off") << "only1 toggle3 toggle2 toggle3"
                                 << "n1 n2";
    QTest::newRow("the newest toggled off") << "only1 toggle3 toggle3"
                                            << "n1";
    QTest::newRow("one that is there becomes the newest") << "only1 add2 add3 add1"
                                                          << "n2 n3 n1";
    QTest::newRow("nobody is not added") << "only1 add0"
                                         << "n1";
    QTest::newRow("extended") << "only1 extend2 extend3"
                              << "n1 n2 n3";
    QTest::newRow("and back") << "only1 extend2 extend3 extend2"
                              << "n1 n2";
    QTest::newRow("round and back") << "only1 extend5 extend4 extend5 extend1"
                                    << "n1";
    QTest::newRow("extended from none") << "extend1"
                                        << "n1";
}

void SelectionTest::orderIsThatOfSelecting()
{
    QFETCH(QString, steps);
    QFETCH(QString, selected);
    Selection selection;
    for (const QString& step : steps.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const NodeId node{step.last(1).toUInt()};
        const QString what = step.chopped(1);
        if (what == "only")
            selection.setOnly(node);
        else if (what == "add")
            selection.add(node);
        else if (what == "toggle")
            selection.toggle(node);
        else
            selection.extendTo(node);
    }
    QCOMPARE(names(selection), selected);
    QCOMPARE(selection.newest() ? selection.newest().name() : QString(), selected.section(QLatin1Char(' '), -1));
}

void SelectionTest::keepsOnlyWhoIsThere()
{
    Selection selection;
    selection.set({{4}, {1}, {3}, {1}});
    QCOMPARE(names(selection), QStringLiteral("n4 n3 n1"));
    selection.keepOnly({{1}, {2}, {3}});
    QCOMPARE(names(selection), QStringLiteral("n3 n1"));
    QVERIFY(!selection.contains({4}));
}

QTEST_GUILESS_MAIN(SelectionTest)
#include "tst_selection.moc"
