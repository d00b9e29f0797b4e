// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "common/fault/link_fault_text.h"
#include "gui/views/faults/link_delegate.h"
#include "gui/views/faults/link_editor.h"
#include "gui/views/faults/link_sample.h"
#include "shown_matrix.h"

#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QHeaderView>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QShortcut>
#include <QVBoxLayout>

using namespace faultline;
using namespace faultline::views;
using faultline::tests::entry;
using faultline::tests::ShownMatrix;

using Links = std::vector<LinkId>;

namespace {

constexpr LinkId kThere{{1}, {3}};

fault::LinkFault faultOf(const QString& line)
{
    const auto parsed = fault::parseLinkFault(line);
    if (!parsed)
        qFatal("%s", qPrintable(parsed.error()));
    return *parsed;
}

} // namespace

class FaultMatrixTest : public QObject
{
    Q_OBJECT

private slots:
    void modelHasEveryLinkAndAnEmptyDiagonal();
    void modelKeepsItsWordThroughChangesAndClusters();
    void onlyChangedCellsAreReported();
    void cellSaysWhatIsInEffect_data();
    void cellSaysWhatIsInEffect();
    void cellShowsWhyItIsCut();
    void noTwoStatesLookAlike();
    void allOfItIsInSightAtItsOwnSize_data();
    void allOfItIsInSightAtItsOwnSize();
    void withoutAClusterASentenceSaysWhatToDo();
    void cellsRowsColumnsAndAllAreChosenByTheMouse();
    void arrowsStepOverTheDiagonal();
    void keysCutHealAndEditTheChosen();
    void itsKeysAreNotTheWindows();
    void healingWhatCannotBeHealedSaysWhy();
    void copiedFaultIsPastedElsewhere();
    void badClipboardChangesNothing_data();
    void badClipboardChangesNothing();
    void rightClickActsOnTheChosenLinks();
    void menuOutlivesItsCluster();
    void rightClickOnAHeaderChoosesItsLinks();
    void editorOpensByKeyAndDoubleClickAndSpeaksThroughTheMatrix();
};

void FaultMatrixTest::modelHasEveryLinkAndAnEmptyDiagonal()
{
    tests::FedTimeline fed;
    fed.begin(5);
    FaultMatrixModel model;
    model.setTimeline(&fed.timeline);
    QCOMPARE(model.rowCount(), 6);
    QCOMPARE(model.columnCount(), 6);
    QCOMPARE(model.headerData(2, Qt::Vertical).toString(), QStringLiteral("n3"));
    QCOMPARE(model.headerData(5, Qt::Horizontal).toString(), QStringLiteral("clients"));
    QCOMPARE(model.headerData(0, Qt::Vertical, Qt::AccessibleTextRole).toString(), QStringLiteral("from n1"));
    QCOMPARE(model.headerData(0, Qt::Horizontal, Qt::AccessibleTextRole).toString(), QStringLiteral("to n1"));
    std::set<LinkId> links;
    for (int row = 0; row < 6; ++row) {
        for (int column = 0; column < 6; ++column) {
            const QModelIndex index = model.index(row, column);
            const auto link = model.linkAt(index);
            QCOMPARE(link.has_value(), row != column);
            if (!link) {
                QCOMPARE(index.flags(), Qt::ItemFlags(Qt::NoItemFlags));
                QVERIFY(!index.data().isValid());
                continue;
            }
            QVERIFY(links.insert(*link).second);
            QCOMPARE(model.indexOf(*link), index);
            QCOMPARE(index.data(Qt::AccessibleTextRole).toString(),
                     QStringLiteral("%1 → %2: healthy").arg(link->from.name(), link->to.name()));
        }
    }
    QCOMPARE(model.linkAt(model.index(0, 5)), std::optional(LinkId{{1}, kClients}));
    QCOMPARE(links.size(), std::size_t(30));
    QVERIFY(!model.indexOf({{1}, {9}}).isValid());
    QVERIFY(!model.linkAt({}));
}

void FaultMatrixTest::modelKeepsItsWordThroughChangesAndClusters()
{
    tests::FedTimeline fed;
    FaultMatrixModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setTimeline(&fed.timeline);
    QCOMPARE(model.rowCount(), 0);
    fed.begin(3);
    QTRY_COMPARE(model.rowCount(), 4);
    lab::FaultState state;
    state.setLink(kThere, faultOf(QStringLiteral("cut")));
    fed.timeline.append(lab::FaultStateRecord{tests::kBegan, state, {}, {}});
    QTRY_COMPARE(model.indexOf(kThere).data().toString(), QStringLiteral("cut"));
    fed.begin(5, {2}, tests::moment(100));
    QTRY_COMPARE(model.rowCount(), 6);
    fed.end();
    QTRY_COMPARE(model.rowCount(), 0);
    fed.begin(3);
    QTRY_COMPARE(model.rowCount(), 4);
    model.setTimeline(nullptr);
    QCOMPARE(model.rowCount(), 0);
}

void FaultMatrixTest::onlyChangedCellsAreReported()
{
    tests::FedTimeline fed;
    fed.begin(5);
    FaultMatrixModel model;
    model.setTimeline(&fed.timeline);
    QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
    lab::FaultState state;
    state.setLink(kThere, faultOf(QStringLiteral("loss: 5%")));
    fed.timeline.append(lab::FaultStateRecord{tests::kBegan, state, {}, {}});
    QTRY_COMPARE(changed.size(), 1);
    QCOMPARE(changed[0][0].toModelIndex(), model.indexOf(kThere));
    fed.event({1}, QStringLiteral("something else"), 2);
    QSignalSpy timeline(&fed.timeline, &lab::Timeline::changed);
    QTRY_VERIFY(!timeline.isEmpty());
    QCOMPARE(changed.size(), 1);
}

void FaultMatrixTest::cellSaysWhatIsInEffect_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("shown");
    QTest::addColumn<QString>("spoken");
    QTest::newRow("cut") << "cut"
                         << "cut" << QStringLiteral("n1 → n3: cut");
    QTest::newRow("slow") << "latency: 200ms"
                          << "200 ms" << QStringLiteral("n1 → n3: slow, 200 ms");
    QTest::newRow("lossy") << "loss: 5%"
                           << "5%" << QStringLiteral("n1 → n3: loses 5%");
    QTest::newRow("narrow") << "bandwidth: 1mbit"
                            << "1mbit" << QStringLiteral("n1 → n3: narrow, 1 mbit");
    QTest::newRow("several") << "latency: 200ms, loss: 5%" << QStringLiteral("200 ms · 5%")
                             << QStringLiteral("n1 → n3: slow, 200 ms, loses 5%");
    QTest::newRow("reset") << "reset"
                           << "reset" << QStringLiteral("n1 → n3: resets connections");
    QTest::newRow("refuse") << "refuse"
                            << "refuse" << QStringLiteral("n1 → n3: refuses connections");
}

void FaultMatrixTest::cellSaysWhatIsInEffect()
{
    QFETCH(QString, line);
    QFETCH(QString, shown);
    QFETCH(QString, spoken);
    ShownMatrix on;
    lab::FaultState state;
    state.setLink(kThere, faultOf(line));
    on.set(state);
    const QModelIndex cell = on.matrix.model()->indexOf(kThere);
    QTRY_COMPARE(cell.data().toString(), shown);
    QCOMPARE(cell.data(Qt::AccessibleTextRole).toString(), spoken);
    QVERIFY(cell.data(Qt::ToolTipRole).toString().startsWith(spoken + QStringLiteral("\nno report yet")));
    QVERIFY(on.matrix.model()->indexOf(kThere.reversed()).data().toString().isEmpty());
}

void FaultMatrixTest::cellShowsWhyItIsCut()
{
    ShownMatrix on;
    lab::FaultState state;
    state.isolated.insert({3});
    state.addCut(QStringLiteral("minority"), {{{1}, {2}}});
    state.conditions[{2}] = lab::NodeCondition::PoweredOff;
    on.set(state);
    const FaultMatrixModel* model = on.matrix.model();
    const auto cell = [model](LinkId link) { return model->cellAt(model->indexOf(link)); };
    QTRY_VERIFY(cell(kThere)->fault.cut);
    QCOMPARE(cell(kThere)->reason, QStringLiteral("isolated"));
    QCOMPARE(cell({{1}, {2}})->reason, QStringLiteral("minority"));
    QCOMPARE(cell({kClients, {2}})->reason, QStringLiteral("no power"));
    QVERIFY(cell({kClients, {3}})->fault.healthy());
    QVERIFY(model->indexOf(kThere)
                .data(Qt::ToolTipRole)
                .toString()
                .contains(QStringLiteral("\nCut by the isolation of n3\n")));
    QCOMPARE(model->indexOf(kThere).data(Qt::AccessibleDescriptionRole).toString(),
             QStringLiteral("Cut by the isolation of n3"));
}

void FaultMatrixTest::noTwoStatesLookAlike()
{
    // In one colour, so that the shape alone has to say it.
    Theme theme = Theme::light();
    theme.failed = theme.degraded = theme.link = theme.ink;
    std::vector<std::pair<QString, QImage>> drawn;
    for (const char* line :
         {"healthy", "cut", "reset", "refuse", "latency: 5ms", "loss: 5%", "bandwidth: 1mbit", "stall: 5%",
          "latency: 5ms, loss: 5%", "latency: 5ms, bandwidth: 1mbit", "distribution: normal"}) {
        QImage image(80, 24, QImage::Format_RGB32);
        image.fill(Qt::white);
        QPainter painter(&image);
        paintLinkSample(painter, {20, 6, 40, 12}, faultOf(QString::fromLatin1(line)), theme);
        painter.end();
        drawn.emplace_back(QString::fromLatin1(line), image);
    }
    for (std::size_t a = 0; a < drawn.size(); ++a) {
        for (std::size_t b = 0; b < a; ++b) {
            if (b == 0 && drawn[a].first.startsWith(QStringLiteral("distribution"))) {
                QCOMPARE(drawn[a].second, drawn[b].second);
                continue;
            }
            int different = 0;
            for (int y = 0; y < 24; ++y) {
                for (int x = 0; x < 80; ++x)
                    different += std::abs(qGray(drawn[a].second.pixel(x, y)) - qGray(drawn[b].second.pixel(x, y))) > 80;
            }
            QVERIFY2(different >= 15, qPrintable(drawn[a].first + QStringLiteral(" and ") + drawn[b].first));
        }
    }
}

void FaultMatrixTest::allOfItIsInSightAtItsOwnSize_data()
{
    QTest::addColumn<int>("nodes");
    for (const int nodes : {3, 5, 9})
        QTest::addRow("%d nodes", nodes) << nodes;
}

void FaultMatrixTest::allOfItIsInSightAtItsOwnSize()
{
    QFETCH(int, nodes);
    ShownMatrix on(nodes);
    QTRY_COMPARE(on.matrix.size(), on.matrix.sizeHint());
    const QAbstractItemModel* model = on.matrix.model();
    const QRect last = on.table()->visualRect(model->index(model->rowCount() - 1, model->columnCount() - 1));
    const QRect room = on.table()->viewport()->rect();
    QVERIFY(room.contains(last));
    QVERIFY2(
        room.right() - last.right() < 16 && room.bottom() - last.bottom() < 16,
        qPrintable(
            QStringLiteral("%1 x %2 to spare").arg(room.right() - last.right()).arg(room.bottom() - last.bottom())));
}

void FaultMatrixTest::withoutAClusterASentenceSaysWhatToDo()
{
    FaultMatrix matrix;
    matrix.show();
    QVERIFY(matrix.emptyText()->isVisible() && !matrix.table()->isVisible());
    QVERIFY(matrix.emptyText()->text().startsWith(QStringLiteral("Start a cluster")));
    tests::FedTimeline fed;
    fed.begin(3);
    matrix.setTimeline(&fed.timeline);
    QVERIFY(!matrix.emptyText()->isVisible() && matrix.table()->isVisible());
    fed.end();
    QTRY_VERIFY(matrix.emptyText()->isVisible() && !matrix.table()->isVisible());
    QVERIFY(matrix.message().isEmpty() && matrix.chosenLinks().empty());
}

void FaultMatrixTest::cellsRowsColumnsAndAllAreChosenByTheMouse()
{
    ShownMatrix on;
    on.click(0, 2);
    QCOMPARE(on.matrix.chosenLinks(), Links{kThere});
    on.click(2, 0, Qt::ControlModifier);
    QCOMPARE(on.matrix.chosenLinks(), (Links{kThere, {{3}, {1}}}));
    on.click(0, 1);
    on.click(2, 2);
    QCOMPARE(on.matrix.chosenLinks().size(), std::size_t(1));
    on.click(0, 1);
    on.click(2, 1, Qt::ShiftModifier);
    QCOMPARE(on.matrix.chosenLinks(), (Links{{{1}, {2}}, {{3}, {2}}}));
    const auto clickHeader = [](QHeaderView* header, int section, Qt::KeyboardModifiers modifiers = {}) {
        const int middle = header->sectionViewportPosition(section) + header->sectionSize(section) / 2;
        const bool isRow = header->orientation() == Qt::Vertical;
        QTest::mouseClick(header->viewport(), Qt::LeftButton, modifiers, isRow ? QPoint(8, middle) : QPoint(middle, 8));
    };
    clickHeader(on.table()->verticalHeader(), 1);
    QCOMPARE(on.matrix.chosenLinks(), (Links{{{2}, {1}}, {{2}, {3}}, {{2}, kClients}}));
    clickHeader(on.table()->horizontalHeader(), 3);
    QCOMPARE(on.matrix.chosenLinks(), (Links{{{1}, kClients}, {{2}, kClients}, {{3}, kClients}}));
    clickHeader(on.table()->horizontalHeader(), 0, Qt::ControlModifier);
    QCOMPARE(on.matrix.chosenLinks().size(), std::size_t(6));
    auto* corner = on.table()->findChild<QAbstractButton*>();
    QTest::mouseClick(corner, Qt::LeftButton);
    QCOMPARE(on.matrix.chosenLinks().size(), std::size_t(12));
    QCOMPARE(on.matrix.message(), QStringLiteral("12 links: Space edits, C cuts, Del heals."));
}

void FaultMatrixTest::arrowsStepOverTheDiagonal()
{
    ShownMatrix on;
    QVERIFY(!on.table()->selectionModel()->hasSelection());
    on.key(Qt::Key_Right);
    QCOMPARE(on.matrix.chosenLinks(), Links{kThere});
    on.click(0, 1);
    on.key(Qt::Key_Down);
    QCOMPARE(on.current(), QStringLiteral("n3->n2"));
    on.key(Qt::Key_Right);
    QCOMPARE(on.current(), QStringLiteral("n3->clients"));
    on.key(Qt::Key_Left);
    QCOMPARE(on.current(), QStringLiteral("n3->n2"));
    on.key(Qt::Key_Up);
    QCOMPARE(on.current(), QStringLiteral("n1->n2"));
    on.key(Qt::Key_Left);
    QCOMPARE(on.current(), QStringLiteral("n1->n2"));
    on.key(Qt::Key_Home, Qt::ControlModifier);
    QCOMPARE(on.current(), QStringLiteral("n1->n2"));
    on.key(Qt::Key_End, Qt::ControlModifier);
    QCOMPARE(on.current(), QStringLiteral("n3->clients"));
    on.key(Qt::Key_Down);
    QCOMPARE(on.current(), QStringLiteral("n3->clients"));
    on.key(Qt::Key_Up, Qt::ShiftModifier);
    QVERIFY(on.matrix.chosenLinks().size() > 1);
    on.key(Qt::Key_A, Qt::ControlModifier);
    QCOMPARE(on.matrix.chosenLinks().size(), std::size_t(12));
}

void FaultMatrixTest::keysCutHealAndEditTheChosen()
{
    ShownMatrix on;
    lab::FaultState state;
    state.setLink(kThere, faultOf(QStringLiteral("cut")));
    on.set(state);
    QTRY_COMPARE(on.at(0, 2).data().toString(), QStringLiteral("cut"));
    on.click(0, 2);
    on.click(1, 0, Qt::ControlModifier);
    on.key(Qt::Key_C);
    QCOMPARE(on.cut.size(), 1);
    QCOMPARE(on.cut[0][0].value<Links>(), (Links{kThere, {{2}, {1}}}));
    on.key(Qt::Key_Delete);
    QCOMPARE(on.healed.size(), 1);
    QCOMPARE(on.healed[0][0].value<Links>(), (Links{kThere, {{2}, {1}}}));
    on.key(Qt::Key_Space);
    QVERIFY(on.matrix.editor()->isVisible());
    QCOMPARE(on.matrix.editor()->links(), (Links{kThere, {{2}, {1}}}));
    QCOMPARE(on.chosen.size(), 0);
}

void FaultMatrixTest::itsKeysAreNotTheWindows()
{
    QWidget window;
    auto* column = new QVBoxLayout(&window);
    auto* matrix = new FaultMatrix;
    column->addWidget(matrix);
    tests::FedTimeline fed;
    fed.begin(3);
    matrix->setTimeline(&fed.timeline);
    int taken = 0;
    for (const Qt::Key key : {Qt::Key_Space, Qt::Key_C, Qt::Key_H}) {
        auto* shortcut = new QShortcut(key, &window);
        connect(shortcut, &QShortcut::activated, &window, [&taken] { ++taken; });
    }
    window.show();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    matrix->table()->setFocus();
    matrix->table()->setCurrentIndex(matrix->model()->indexOf(kThere));
    QSignalSpy cut(matrix, &FaultMatrix::cutWanted);
    QTest::keyClick(matrix->table(), Qt::Key_C);
    QCOMPARE(cut.size(), 1);
    QTest::keyClick(matrix->table(), Qt::Key_Space);
    QVERIFY(matrix->editor()->isVisible());
    QCOMPARE(taken, 0);
    matrix->editor()->hide();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    QTest::keyClick(matrix->table(), Qt::Key_H);
    QCOMPARE(taken, 1);
    matrix->setTimeline(nullptr);
}

void FaultMatrixTest::healingWhatCannotBeHealedSaysWhy()
{
    ShownMatrix on;
    on.click(0, 2);
    on.key(Qt::Key_Delete);
    QCOMPARE(on.matrix.message(), QStringLiteral("Nothing is wrong with n1 → n3."));
    lab::FaultState state;
    state.isolated.insert({3});
    on.set(state);
    QTRY_COMPARE(on.at(0, 2).data().toString(), QStringLiteral("cut"));
    on.key(Qt::Key_Delete);
    QCOMPARE(on.matrix.message(), QStringLiteral("n1 → n3: Cut by the isolation of n3; rejoin or restart that node."));
    QCOMPARE(on.healed.size(), 0);
}

void FaultMatrixTest::copiedFaultIsPastedElsewhere()
{
    ShownMatrix on;
    const fault::LinkFault fault = faultOf(QStringLiteral("latency: 200ms, jitter: 50ms, loss: 5%"));
    lab::FaultState state;
    state.setLink(kThere, fault);
    on.set(state);
    QTRY_VERIFY(!on.at(0, 2).data().toString().isEmpty());
    on.click(0, 2);
    on.key(Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->text(), fault::print(fault));
    QCOMPARE(on.cut.size(), 0);
    on.click(1, 0);
    on.click(1, 2, Qt::ControlModifier);
    on.key(Qt::Key_V, Qt::ControlModifier);
    QCOMPARE(on.chosen.size(), 1);
    QCOMPARE(on.chosen[0][0].value<Links>(), (Links{{{2}, {1}}, {{2}, {3}}}));
    QCOMPARE(on.chosen[0][1].value<fault::LinkFault>(), fault);
    QCOMPARE(on.chosen[0][2].value<std::chrono::milliseconds>(), std::chrono::milliseconds(0));
    QVERIFY(on.chosen[0][3].toString().isEmpty());
}

void FaultMatrixTest::badClipboardChangesNothing_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("says");
    QTest::newRow("empty") << 2 << QString() << "there is nothing in it";
    QTest::newRow("share") << 2 << "loss: 140%"
                           << "0% to 100%";
    QTest::newRow("duration") << 2 << "latency: -3"
                              << "0 to 1min";
    QTest::newRow("bandwidth") << 2 << "bandwidth: fast"
                               << "1kbit to 100gbit";
    QTest::newRow("field") << 2 << "speed: 3"
                           << "no field of a link";
    QTest::newRow("half right") << 2 << "latency: 5ms, loss: 1e999"
                                << "loss";
    QTest::newRow("very long") << 2 << QString(100'000, QLatin1Char('x')) << "no field of a link";
    QTest::newRow("of messages, on a link of clients") << 3 << "loss: 5%"
                                                       << "stream of bytes";
    QTest::newRow("does not go together") << 2 << "jitter: 5ms, distribution: constant"
                                          << "never varies";
}

void FaultMatrixTest::badClipboardChangesNothing()
{
    QFETCH(int, column);
    QFETCH(QString, text);
    QFETCH(QString, says);
    ShownMatrix on;
    on.click(0, column);
    QApplication::clipboard()->setText(text);
    on.key(Qt::Key_V, Qt::ControlModifier);
    QVERIFY2(on.matrix.message().contains(says), qPrintable(on.matrix.message()));
    QVERIFY(on.matrix.message().size() < 300);
    QCOMPARE(on.chosen.size(), 0);
    on.click(1, 0);
    QVERIFY(!on.matrix.message().contains(says));
}

void FaultMatrixTest::rightClickActsOnTheChosenLinks()
{
    ShownMatrix on;
    on.click(0, 1);
    on.click(0, 2, Qt::ControlModifier);
    QMenu* menu = on.rightClick(0, 2);
    QVERIFY(menu);
    QCOMPARE(menu->actions().front()->text(), QStringLiteral("n1 → n2, n1 → n3"));
    entry(menu, "flaky")->trigger();
    QCOMPARE(on.chosen[0][0].value<Links>(), (Links{{{1}, {2}}, kThere}));
    QCOMPARE(on.chosen[0][3].toString(), QStringLiteral("flaky"));
    entry(menu, "Cut")->trigger();
    QCOMPARE(on.cut[0][0].value<Links>(), (Links{{{1}, {2}}, kThere}));
    entry(menu, "Copy")->trigger();
    QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("healthy"));
    entry(menu, "Edit...")->trigger();
    QVERIFY(on.matrix.editor()->isVisible());
    menu->close();
    QMenu* other = on.rightClick(2, 0);
    QVERIFY(other);
    QCOMPARE(other->actions().front()->text(), QStringLiteral("n3 → n1"));
    QApplication::clipboard()->setText(QStringLiteral("latency: 7ms"));
    entry(other, "Paste")->trigger();
    QCOMPARE(on.chosen[1][0].value<Links>(), (Links{{{3}, {1}}}));
    QCOMPARE(on.chosen[1][1].value<fault::LinkFault>(), faultOf(QStringLiteral("latency: 7ms")));
    other->close();
}

void FaultMatrixTest::menuOutlivesItsCluster()
{
    ShownMatrix on;
    QMenu* menu = on.rightClick(0, 2);
    QVERIFY(menu);
    QAction* copy = entry(menu, "Copy");
    QAction* paste = entry(menu, "Paste");
    QApplication::clipboard()->setText(QStringLiteral("latency: 7ms"));
    on.matrix.setTimeline(nullptr);
    QCOMPARE(on.matrix.model()->rowCount(), 0);
    copy->trigger();
    paste->trigger();
    QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("latency: 7ms"));
    QCOMPARE(on.chosen.size(), 0);
    menu->close();
}

void FaultMatrixTest::rightClickOnAHeaderChoosesItsLinks()
{
    ShownMatrix on;
    QHeaderView* rows = on.table()->verticalHeader();
    const QPoint second(8, rows->sectionViewportPosition(1) + 4);
    QContextMenuEvent asks(QContextMenuEvent::Mouse, second, rows->viewport()->mapToGlobal(second));
    QApplication::sendEvent(rows->viewport(), &asks);
    auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
    QVERIFY(menu);
    entry(menu, "Cut")->trigger();
    QCOMPARE(on.cut[0][0].value<Links>(), (Links{{{2}, {1}}, {{2}, {3}}, {{2}, kClients}}));
    QAction* lossy = entry(menu, "lossy Wi-Fi, between nodes only");
    QVERIFY(lossy && lossy->isEnabled());
    QVERIFY2(lossy->toolTip().contains(QStringLiteral("whole messages")), qPrintable(lossy->toolTip()));
    lossy->trigger();
    QCOMPARE(on.chosen[0][0].value<Links>(), (Links{{{2}, {1}}, {{2}, {3}}}));
    QCOMPARE(on.chosen[0][3].toString(), QStringLiteral("lossy Wi-Fi"));
    entry(menu, "transatlantic")->trigger();
    QCOMPARE(on.chosen[1][0].value<Links>(), (Links{{{2}, {1}}, {{2}, {3}}, {{2}, kClients}}));
    menu->close();
    on.click(1, 3);
    QMenu* ofClients = on.rightClick(1, 3);
    QVERIFY(ofClients);
    QVERIFY(!entry(ofClients, "lossy Wi-Fi")->isEnabled());
    ofClients->close();
}

void FaultMatrixTest::editorOpensByKeyAndDoubleClickAndSpeaksThroughTheMatrix()
{
    ShownMatrix on;
    const QPoint cell = on.table()->visualRect(on.at(0, 2)).center();
    on.click(0, 2);
    QTest::mouseDClick(on.table()->viewport(), Qt::LeftButton, {}, cell);
    LinkEditor* editor = on.matrix.editor();
    QVERIFY(editor->isVisible());
    QTest::keyClicks(editor->input(QStringLiteral("latency")), QStringLiteral("200ms"));
    QTest::keyClick(editor->input(QStringLiteral("latency")), Qt::Key_Return);
    QCOMPARE(on.chosen.size(), 1);
    QCOMPARE(on.chosen[0][0].value<Links>(), Links{kThere});
    QCOMPARE(on.chosen[0][1].value<fault::LinkFault>(), faultOf(QStringLiteral("latency: 200ms")));
    editor->hide();
    on.key(Qt::Key_Return);
    QVERIFY(editor->isVisible());
    on.fed.end();
    QTRY_VERIFY(!editor->isVisible());
}

QTEST_MAIN(FaultMatrixTest)
#include "tst_fault_matrix.moc"
