// SPDX-License-Identifier: GPL-3.0-or-later
#include "fed_timeline.h"
#include "gui/views/events/event_view.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>
#include <QLineEdit>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

using namespace faultline;
using namespace faultline::views;

/// Of a cluster of three, a few lines high.
struct ShortList
{
    tests::FedTimeline fed;
    EventView view;

    ShortList()
    {
        fed.begin(3);
        view.resize(400, 200);
        view.setTimeline(&fed.timeline);
        view.show();
    }
};

class EventViewTest : public QObject
{
    Q_OBJECT

private slots:
    void modelKeepsItsWordThroughBatchesAndResets();
    void whatIsHeardLateStandsWhereItHappened();
    void manyEventsComeInOneBatch();
    void momentIsSinceTheClusterBegan_data();
    void momentIsSinceTheClusterBegan();
    void filterKeepsWhatContainsTheWord();
    void listFollowsTheNewestUnlessScrolledUp();
    void listThatIsFullFollowsOn();
    void keysGoToTheOldestAndToTheNewest();
    void copyGivesTheChosenRows();
};

void EventViewTest::modelKeepsItsWordThroughBatchesAndResets()
{
    tests::FedTimeline fed;
    EventModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTimeline(&fed.timeline);
    fed.begin(3);
    const auto shown = [&model, &fed] { return model.rowCount() == static_cast<int>(fed.timeline.events().size()); };
    QTRY_VERIFY(shown());
    for (std::size_t i = 0; i < lab::Timeline::kMaxEvents + 500; ++i)
        fed.event({1}, QStringLiteral("event %1").arg(i), 1);
    QTRY_COMPARE(model.rowCount(), static_cast<int>(lab::Timeline::kMaxEvents));
    QCOMPARE(model.index(model.rowCount() - 1, EventModel::What).data().toString(), fed.timeline.events().back().text);
    QCOMPARE(model.index(0, EventModel::What).data().toString(), fed.timeline.events().front().text);
    fed.begin(5, {2}, tests::moment(100));
    QTRY_VERIFY(model.rowCount() < 100 && shown());
    model.setTimeline(nullptr);
    QCOMPARE(model.rowCount(), 0);
}

void EventViewTest::whatIsHeardLateStandsWhereItHappened()
{
    tests::FedTimeline fed;
    fed.begin(3);
    EventModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTimeline(&fed.timeline);
    const auto words = [&model] {
        QStringList all;
        for (int row = 0; row < model.rowCount(); ++row)
            all << model.index(row, EventModel::What).data().toString();
        return all.filter(QStringLiteral("at "));
    };
    fed.event({1}, QStringLiteral("at 20"), 20);
    fed.event({1}, QStringLiteral("at 40"), 40);
    QTRY_COMPARE(words().size(), 2);
    fed.event({2}, QStringLiteral("at 50"), 50);
    fed.event({2}, QStringLiteral("at 30"), 30);
    fed.event({3}, QStringLiteral("at 25"), 25);
    fed.event({3}, QStringLiteral("at 10"), 10);
    QTRY_COMPARE(words().size(), 6);
    QCOMPARE(words(), QStringList({QStringLiteral("at 10"), QStringLiteral("at 20"), QStringLiteral("at 25"),
                                   QStringLiteral("at 30"), QStringLiteral("at 40"), QStringLiteral("at 50")}));
}

void EventViewTest::manyEventsComeInOneBatch()
{
    tests::FedTimeline fed;
    fed.begin(3);
    EventModel model;
    model.setTimeline(&fed.timeline);
    QVERIFY(model.rowCount() > 0);
    const int before = model.rowCount();
    QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
    for (int i = 0; i < 200; ++i)
        fed.event({1}, QStringLiteral("event"), 1);
    QTRY_COMPARE(model.rowCount(), before + 200);
    QVERIFY(inserted.size() <= 2);
}

void EventViewTest::momentIsSinceTheClusterBegan_data()
{
    QTest::addColumn<double>("seconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("start") << 0.0 << QStringLiteral("0:00.000");
    QTest::newRow("before it") << -1.0 << QStringLiteral("0:00.000");
    QTest::newRow("two minutes") << 125.042 << QStringLiteral("2:05.042");
}

void EventViewTest::momentIsSinceTheClusterBegan()
{
    QFETCH(double, seconds);
    QFETCH(QString, text);
    QCOMPARE(spokenMoment(tests::moment(0), tests::moment(seconds)), text);
}

void EventViewTest::filterKeepsWhatContainsTheWord()
{
    tests::FedTimeline fed;
    fed.begin(3);
    EventView view;
    view.setTimeline(&fed.timeline);
    fed.event({2}, QStringLiteral("became leader of term 7"), 3);
    fed.event({3}, QStringLiteral("granted a vote"), 3);
    QTRY_VERIFY(view.table()->model()->rowCount() >= 2);
    QTest::keyClicks(view.filter(), QStringLiteral("LEADER of"));
    QTRY_COMPARE(view.table()->model()->rowCount(), 1);
    view.filter()->clear();
    QVERIFY(view.table()->model()->rowCount() >= 2);
}

void EventViewTest::listFollowsTheNewestUnlessScrolledUp()
{
    ShortList shown;
    tests::FedTimeline& fed = shown.fed;
    EventView& view = shown.view;
    QScrollBar* bar = view.table()->verticalScrollBar();
    for (int i = 0; i < 100; ++i)
        fed.event({1}, QStringLiteral("event"), 1);
    QTRY_VERIFY(bar->maximum() > 500 && bar->value() == bar->maximum());
    bar->triggerAction(QAbstractSlider::SliderPageStepSub);
    const int stays = bar->value();
    QVERIFY(stays < bar->maximum());
    const int before = bar->maximum();
    for (int i = 0; i < 50; ++i)
        fed.event({1}, QStringLiteral("event"), 1);
    QTRY_VERIFY(bar->maximum() > before);
    QCOMPARE(bar->value(), stays);
    bar->triggerAction(QAbstractSlider::SliderToMaximum);
    fed.event({1}, QStringLiteral("event"), 1);
    const int full = bar->maximum();
    QTRY_VERIFY(bar->maximum() > full);
    QCOMPARE(bar->value(), bar->maximum());
}

/// Also where the row that goes is the current one.
void EventViewTest::listThatIsFullFollowsOn()
{
    ShortList shown;
    tests::FedTimeline& fed = shown.fed;
    EventView& view = shown.view;
    QTableView* table = view.table();
    QScrollBar* bar = table->verticalScrollBar();
    const auto rows = [table] { return table->model()->rowCount(); };
    for (std::size_t i = 0; i < lab::Timeline::kMaxEvents; ++i)
        fed.event({1}, QStringLiteral("event"), 1);
    QTRY_COMPARE(rows(), static_cast<int>(lab::Timeline::kMaxEvents));
    table->setFocus();
    table->selectionModel()->setCurrentIndex(table->model()->index(0, 0), QItemSelectionModel::NoUpdate);
    QVERIFY(table->hasFocus());
    bar->triggerAction(QAbstractSlider::SliderToMaximum);
    for (int i = 0; i < 50; ++i)
        fed.event({1}, QStringLiteral("last"), 1);
    const auto lastWord = [table, rows] {
        return table->model()->index(rows() - 1, EventModel::What).data().toString();
    };
    QTRY_COMPARE(lastWord(), QStringLiteral("last"));
    QTRY_COMPARE(bar->value(), bar->maximum());
}

void EventViewTest::keysGoToTheOldestAndToTheNewest()
{
    ShortList shown;
    tests::FedTimeline& fed = shown.fed;
    EventView& view = shown.view;
    QTableView* table = view.table();
    QScrollBar* bar = table->verticalScrollBar();
    for (int i = 0; i < 100; ++i)
        fed.event({1}, QStringLiteral("event"), 1);
    QTRY_VERIFY(bar->maximum() > 500 && bar->value() == bar->maximum());
    table->setFocus();
    QTRY_VERIFY(table->hasFocus());
    const auto oneMore = [&] {
        const int before = bar->maximum();
        fed.event({1}, QStringLiteral("event"), 1);
        QTRY_VERIFY(bar->maximum() > before);
    };
    QTest::keyClick(table, Qt::Key_Home);
    QCOMPARE(table->currentIndex().row(), 0);
    QCOMPARE(bar->value(), 0);
    oneMore();
    QCOMPARE(bar->value(), 0);
    QTest::keyClick(table, Qt::Key_End);
    QCOMPARE(table->currentIndex().row(), table->model()->rowCount() - 1);
    oneMore();
    QCOMPARE(bar->value(), bar->maximum());
}

void EventViewTest::copyGivesTheChosenRows()
{
    tests::FedTimeline fed;
    fed.begin(3);
    EventView view;
    view.setTimeline(&fed.timeline);
    view.show();
    fed.event({2}, QStringLiteral("became leader of term 7"), 3);
    QTRY_VERIFY(view.asText().contains(QStringLiteral("term 7")));
    view.table()->selectRow(view.table()->model()->rowCount() - 1);
    QTest::keyClick(view.table(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("0:03.000\tn2\tbecame leader of term 7\n"));
}

QTEST_MAIN(EventViewTest)
#include "tst_event_view.moc"
