// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "common/fault/link_fault_text.h"
#include "fed_timeline.h"
#include "gui/views/faults/link_editor.h"
#include "gui/views/faults/sentence_line.h"
#include "gui/views/theme/style_sheet.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardItemModel>

using namespace faultline;
using namespace faultline::views;
using namespace std::chrono_literals;

using Links = std::vector<LinkId>;

namespace {

constexpr LinkId kThere{{1}, {3}};
constexpr LinkId kBack{{3}, {1}};
constexpr LinkId kOther{{2}, {1}};

fault::LinkFault faultOf(const QString& line)
{
    const auto parsed = fault::parseLinkFault(line);
    if (!parsed)
        qFatal("%s", qPrintable(parsed.error()));
    return *parsed;
}

class Opened
{
public:
    tests::FedTimeline fed;
    lab::FaultState state;
    LinkEditor editor;
    QSignalSpy chosen{&editor, &LinkEditor::faultChosen};

    explicit Opened(const Links& links = {kThere}, std::map<LinkId, QString> faults = {})
    {
        fed.begin(3);
        for (const auto& [link, line] : faults)
            state.setLink(link, faultOf(line));
        publish();
        editor.setTimeline(&fed.timeline);
        editor.edit(links);
    }
    ~Opened() { editor.setTimeline(nullptr); }

    void publish() { fed.timeline.append(lab::FaultStateRecord{tests::kBegan, state, {}, {}}); }
    QLineEdit* text(const char* field) const
    {
        return qobject_cast<QLineEdit*>(editor.input(QString::fromLatin1(field)));
    }
    QCheckBox* box(const char* field) const
    {
        return qobject_cast<QCheckBox*>(editor.input(QString::fromLatin1(field)));
    }
    QComboBox* choice(const char* field) const
    {
        return qobject_cast<QComboBox*>(editor.input(QString::fromLatin1(field)));
    }
    void type(const char* field, const QString& value) const
    {
        QLineEdit* edit = text(field);
        edit->selectAll();
        QTest::keyClick(edit, Qt::Key_Delete);
        QTest::keyClicks(edit, value);
    }
    void apply() const { QTest::mouseClick(editor.applyButton(), Qt::LeftButton); }
    Links links(int nth) const { return chosen[nth][0].value<Links>(); }
    fault::LinkFault fault(int nth) const { return chosen[nth][1].value<fault::LinkFault>(); }
    /// As a person picks one: by keys, in the list that drops down or not.
    static void pick(QComboBox* combo, int index)
    {
        combo->setFocus();
        combo->setCurrentIndex(index);
        emit combo->activated(index);
    }
};

} // namespace

class LinkEditorTest : public QObject
{
    Q_OBJECT

private slots:
    void everyFieldHasItsRowAndShowsWhatIsSet();
    void enterAppliesAndEscCloses();
    void wrongTextHasItsSentenceAndCannotBeApplied_data();
    void wrongTextHasItsSentenceAndCannotBeApplied();
    void fieldsThatDoNotGoTogetherAreSaidAtOne();
    void longTextStaysInsideTheWindow();
    void fieldsStayWhereTheyAreWhateverIsWrong();
    void fieldsScrollWhereTheScreenIsLow();
    void reopenedItHasOneCaret();
    void presetFillsTheFieldsAndNamesTheFault();
    void resetPutsEveryFieldAtRest();
    void changeTakesAsLongAsAsked_data();
    void changeTakesAsLongAsAsked();
    void bothWaysAddsTheWaysBack();
    void linksThatDifferStayAsTheyAreUnlessTouched();
    void linksThatHaveItAlreadyAreLeftOut();
    void linksOfClientsTakeNoFaultsOfMessages();
    void untouchedFieldsFollowTheTimeline();
    void saysWhatCutsBesides();
    void tabGoesFromTopToBottom();
    void closesWhenItsNodesAreGone();
    void worksWithoutATimeline();
};

void LinkEditorTest::everyFieldHasItsRowAndShowsWhatIsSet()
{
    Opened on({kThere},
              {{kThere, QStringLiteral("latency: 200ms, jitter: 50ms, distribution: normal, loss: 5%, reset")}});
    QCOMPARE(on.editor.title()->text(), QStringLiteral("n1 → n3"));
    for (const QString& field : fault::fieldNames()) {
        QVERIFY2(on.editor.input(field), qPrintable(field));
        QVERIFY2(!on.editor.input(field)->toolTip().isEmpty(), qPrintable(field));
        QCOMPARE(on.editor.input(field)->accessibleName(), field);
    }
    QVERIFY(!on.editor.input(QStringLiteral("speed")));
    QCOMPARE(on.text("latency")->text(), QStringLiteral("200ms"));
    QCOMPARE(on.text("loss")->text(), QStringLiteral("5%"));
    QCOMPARE(on.choice("distribution")->currentText(), QStringLiteral("normal"));
    QVERIFY(on.box("reset")->isChecked() && !on.box("cut")->isChecked());
    QVERIFY(on.text("bandwidth")->text().isEmpty());
    QVERIFY(on.text("bandwidth")->placeholderText().contains(QStringLiteral("1mbit")));
    QVERIFY(on.text("duplicate")->placeholderText().contains(QLatin1Char('%')));
    QVERIFY(!on.editor.applyButton()->isEnabled());
    QVERIFY(on.editor.width() <= 320);
    QVERIFY(!on.editor.isModal());
}

void LinkEditorTest::enterAppliesAndEscCloses()
{
    Opened on({kThere}, {{kThere, QStringLiteral("latency: 200ms, loss: 5%")}});
    on.type("latency", QStringLiteral("1.5s"));
    QTest::mouseClick(on.box("refuse"), Qt::LeftButton, {}, {8, on.box("refuse")->height() / 2});
    QVERIFY(on.editor.applyButton()->isEnabled());
    QTest::keyClick(on.text("latency"), Qt::Key_Return);
    QCOMPARE(on.chosen.size(), 1);
    QCOMPARE(on.links(0), Links{kThere});
    QCOMPARE(on.fault(0), faultOf(QStringLiteral("latency: 1.5s, loss: 5%, refuse")));
    QVERIFY(on.editor.isVisible());
    QTest::keyClick(on.text("latency"), Qt::Key_Escape);
    QVERIFY(!on.editor.isVisible());
    on.editor.edit({kThere});
    QCOMPARE(on.text("latency")->text(), QStringLiteral("200ms"));
}

void LinkEditorTest::wrongTextHasItsSentenceAndCannotBeApplied_data()
{
    QTest::addColumn<QString>("field");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("range");
    const auto row = [](const char* field, const QString& text, const char* range) {
        QTest::addRow("%s %s", field, qPrintable(text.left(20)))
            << QString::fromLatin1(field) << text << QString::fromLatin1(range);
    };
    row("loss", QStringLiteral("140%"), "0% to 100%");
    row("loss", QStringLiteral("-3"), "0% to 100%");
    row("loss", QStringLiteral("1e999"), "0% to 100%");
    row("latency", QStringLiteral("-3"), "0 to 1min");
    row("latency", QStringLiteral("200"), "0 to 1min");
    row("latency", QStringLiteral("fast"), "0 to 1min");
    row("latency", QStringLiteral("1e999"), "0 to 1min");
    row("jitter", QStringLiteral("2min"), "0 to 1min");
    row("bandwidth", QStringLiteral("fast"), "1kbit to 100gbit");
    row("bandwidth", QStringLiteral("1bit"), "1kbit to 100gbit");
    row("stall", QString(5'000, QLatin1Char('9')), "0% to 100%");
}

void LinkEditorTest::wrongTextHasItsSentenceAndCannotBeApplied()
{
    QFETCH(QString, field);
    QFETCH(QString, text);
    QFETCH(QString, range);
    Opened on;
    const QByteArray name = field.toLatin1();
    QApplication::clipboard()->setText(text);
    on.text(name)->setFocus();
    QTest::keyClick(on.text(name), Qt::Key_V, Qt::ControlModifier);
    const QString problem = on.editor.problem(field);
    QVERIFY2(problem.startsWith(field) && problem.contains(range), qPrintable(problem));
    QVERIFY(problem.size() < 200);
    QVERIFY(!on.editor.applyButton()->isEnabled());
    QTest::keyClick(on.text(name), Qt::Key_Return);
    QCOMPARE(on.chosen.size(), 0);
    on.type(name, {});
    QVERIFY(on.editor.problem(field).isEmpty());
}

void LinkEditorTest::fieldsThatDoNotGoTogetherAreSaidAtOne()
{
    Opened on;
    on.type("jitter", QStringLiteral("5ms"));
    QVERIFY(on.editor.applyButton()->isEnabled());
    Opened::pick(on.choice("distribution"), 0);
    QVERIFY(on.editor.problem(QStringLiteral("jitter")).contains(QStringLiteral("never varies")));
    QVERIFY(!on.editor.applyButton()->isEnabled());
    Opened::pick(on.choice("distribution"), 2);
    QVERIFY(on.editor.problem(QStringLiteral("jitter")).isEmpty());
    on.apply();
    QCOMPARE(on.fault(0), faultOf(QStringLiteral("jitter: 5ms, distribution: normal")));
}

void LinkEditorTest::longTextStaysInsideTheWindow()
{
    Opened on;
    on.editor.setStyleSheet(on.editor.styleSheet() + styleSheet(Theme::darkOne()));
    const int width = on.editor.width();
    const int height = on.editor.height();
    on.text("loss")->setText({});
    on.type("loss", QString(300, QLatin1Char('x')));
    QCOMPARE(on.editor.size(), QSize(width, height));
    QVERIFY(on.editor.rect().contains(on.editor.applyButton()->geometry()));
    for (const SentenceLine* sentence : on.editor.findChildren<SentenceLine*>()) {
        if (sentence->isVisible())
            QVERIFY2(sentence->height() >= sentence->heightForWidth(sentence->width()), qPrintable(sentence->text()));
    }
    on.editor.edit({{{1}, kClients}, {kClients, {1}}, {{2}, kClients}, {{3}, kClients}});
    QVERIFY(on.editor.title()->text().size() > 25);
    QCOMPARE(on.editor.width(), width);
    SentenceLine line;
    line.setText(QString(300, QLatin1Char('x')));
    QVERIFY(line.heightForWidth(200) > 5 * line.heightForWidth(10'000));
}

void LinkEditorTest::fieldsStayWhereTheyAreWhateverIsWrong()
{
    Opened on;
    on.editor.setStyleSheet(on.editor.styleSheet() + styleSheet(Theme::light()));
    QCoreApplication::processEvents();
    const auto places = [&] {
        QList<QRect> all{on.editor.geometry(), on.editor.applyButton()->geometry()};
        for (const QString& field : fault::fieldNames()) {
            const QWidget* input = on.editor.input(field);
            all << QRect(input->mapTo(&on.editor, QPoint()), input->size());
        }
        return all;
    };
    const QList<QRect> before = places();
    const QImage healthy = on.text("loss")->grab().toImage();
    on.type("loss", QStringLiteral("5"));
    on.type("loss", QStringLiteral("140%"));
    QCOMPARE(places(), before);
    QCOMPARE(on.editor.sentence()->text(), on.editor.problem(QStringLiteral("loss")));
    QVERIFY(on.text("loss")->grab().toImage() != healthy);
    QCOMPARE(on.text("loss")->toolTip(), on.editor.problem(QStringLiteral("loss")));
    for (const char* field : {"latency", "jitter", "bandwidth", "stall", "corrupt", "duplicate", "reorder"})
        on.type(field, QStringLiteral("wrong"));
    QCOMPARE(places(), before);
    QVERIFY2(on.editor.sentence()->text().endsWith(QStringLiteral(" 7 more are marked.")),
             qPrintable(on.editor.sentence()->text()));
    QTest::mouseClick(on.editor.resetButton(), Qt::LeftButton);
    QVERIFY(on.editor.sentence()->text().isEmpty());
    QCOMPARE(places(), before);
    QVERIFY(!on.text("loss")->toolTip().contains(QStringLiteral("140")));
}

void LinkEditorTest::fieldsScrollWhereTheScreenIsLow()
{
    Opened on;
    on.editor.resize(on.editor.width(), on.editor.minimumSizeHint().height());
    QVERIFY2(on.editor.height() < 300, qPrintable(QString::number(on.editor.height())));
    QVERIFY(on.editor.rect().contains(on.editor.applyButton()->geometry()));
    QVERIFY(on.editor.rect().contains(on.editor.resetButton()->geometry()));
    QVERIFY(QTest::qWaitForWindowActive(&on.editor));
    on.text("latency")->setFocus();
    for (qsizetype i = 1; i < fault::fieldNames().size() + 1; ++i) {
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QWidget* now = QApplication::focusWidget();
        QVERIFY2(!now->visibleRegion().isEmpty(), qPrintable(now->objectName()));
        QCOMPARE(now->visibleRegion().boundingRect(), now->rect());
    }
}

void LinkEditorTest::reopenedItHasOneCaret()
{
    Opened on;
    QVERIFY(QTest::qWaitForWindowActive(&on.editor));
    on.text("loss")->setFocus();
    QVERIFY(on.text("loss")->hasFocus());
    on.editor.hide();
    QVERIFY(!on.text("loss")->hasFocus());
    on.editor.edit({kThere});
    QCOMPARE(on.editor.focusWidget(), on.text("latency"));
}

void LinkEditorTest::presetFillsTheFieldsAndNamesTheFault()
{
    Opened on;
    int lossy = -1;
    for (int i = 0; i < on.editor.presets()->count(); ++i) {
        if (on.editor.presets()->itemText(i) == QStringLiteral("lossy Wi-Fi"))
            lossy = i;
    }
    QVERIFY(lossy >= 0);
    const fault::LinkFault wanted = fault::presets().at(lossy).fault;
    on.type("bandwidth", QStringLiteral("fast"));
    Opened::pick(on.editor.presets(), lossy);
    QCOMPARE(on.text("loss")->text(), QStringLiteral("5%"));
    QVERIFY(on.text("bandwidth")->text().isEmpty());
    on.apply();
    QCOMPARE(on.fault(0), wanted);
    QCOMPARE(on.chosen[0][3].toString(), QStringLiteral("lossy Wi-Fi"));
    on.type("loss", QStringLiteral("6%"));
    on.apply();
    QCOMPARE(on.fault(1).loss, fault::Share::ofPercent(6));
    QVERIFY(on.chosen[1][3].toString().isEmpty());
}

void LinkEditorTest::resetPutsEveryFieldAtRest()
{
    Opened on({kThere, kOther},
              {{kThere, QStringLiteral("latency: 200ms, cut")}, {kOther, QStringLiteral("loss: 5%")}});
    QTest::mouseClick(on.editor.resetButton(), Qt::LeftButton);
    QCOMPARE(on.chosen.size(), 0);
    QVERIFY(on.text("latency")->text().isEmpty());
    QCOMPARE(on.box("cut")->checkState(), Qt::Unchecked);
    QTest::keyClick(on.editor.resetButton(), Qt::Key_Return);
    QCOMPARE(on.chosen.size(), 1);
    QCOMPARE(on.links(0), (Links{kThere, kOther}));
    QVERIFY(on.fault(0).healthy());
}

void LinkEditorTest::changeTakesAsLongAsAsked_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("milliseconds");
    QTest::newRow("empty") << QString() << 0;
    QTest::newRow("seconds") << "5s" << 5'000;
    QTest::newRow("minutes") << "1.5min" << 90'000;
    QTest::newRow("part of a millisecond") << "250us" << 1;
    QTest::newRow("the longest") << "60min" << 3'600'000;
    QTest::newRow("too long") << "61min" << -1;
    QTest::newRow("no unit") << "5" << -1;
    QTest::newRow("no number") << "soon" << -1;
    QTest::newRow("negative") << "-3s" << -1;
    QTest::newRow("huge") << QStringLiteral("9").repeated(400) << -1;
}

void LinkEditorTest::changeTakesAsLongAsAsked()
{
    QFETCH(QString, text);
    QFETCH(int, milliseconds);
    Opened on;
    on.type("latency", QStringLiteral("200ms"));
    QTest::keyClicks(on.editor.over(), text);
    QCOMPARE(on.editor.applyButton()->isEnabled(), milliseconds >= 0);
    if (milliseconds < 0) {
        const QString problem = on.editor.overProblem();
        QVERIFY2(problem.startsWith(QStringLiteral("over is \"")) && problem.contains(QStringLiteral("0 to 60min")),
                 qPrintable(problem));
        return;
    }
    QVERIFY(on.editor.overProblem().isEmpty());
    on.apply();
    QCOMPARE(on.chosen[0][2].value<std::chrono::milliseconds>().count(), milliseconds);
}

void LinkEditorTest::bothWaysAddsTheWaysBack()
{
    Opened on({kThere}, {{kBack, QStringLiteral("loss: 5%")}});
    QVERIFY(on.editor.bothWaysBox()->isVisible() && !on.editor.bothWaysBox()->isChecked());
    on.type("latency", QStringLiteral("200ms"));
    QTest::mouseClick(on.editor.bothWaysBox(), Qt::LeftButton, {}, {8, on.editor.bothWaysBox()->height() / 2});
    QCOMPARE(on.editor.title()->text(), QStringLiteral("n1 ↔ n3"));
    QCOMPARE(on.text("loss")->placeholderText(), QStringLiteral("(differs)"));
    QCOMPARE(on.text("latency")->text(), QStringLiteral("200ms"));
    on.type("loss", QStringLiteral("1%"));
    on.apply();
    QCOMPARE(on.chosen.size(), 1);
    QCOMPARE(on.links(0), (Links{kThere, kBack}));
    QCOMPARE(on.fault(0), faultOf(QStringLiteral("latency: 200ms, loss: 1%")));
    on.editor.edit({kThere, kBack});
    QVERIFY(!on.editor.bothWaysBox()->isVisible() && !on.editor.bothWaysBox()->isChecked());
}

void LinkEditorTest::linksThatDifferStayAsTheyAreUnlessTouched()
{
    Opened on({kThere, kBack, kOther}, {{kThere, QStringLiteral("latency: 200ms, cut")},
                                        {kBack, QStringLiteral("latency: 5ms, jitter: 2ms, distribution: normal")}});
    QVERIFY(on.text("latency")->text().isEmpty());
    QCOMPARE(on.text("latency")->placeholderText(), QStringLiteral("(differs)"));
    QCOMPARE(on.choice("distribution")->currentIndex(), -1);
    QCOMPARE(on.choice("distribution")->placeholderText(), QStringLiteral("(differs)"));
    QCOMPARE(on.box("cut")->checkState(), Qt::PartiallyChecked);
    QVERIFY(on.text("loss")->placeholderText() != QStringLiteral("(differs)"));
    QVERIFY(!on.editor.applyButton()->isEnabled());
    on.type("loss", QStringLiteral("5%"));
    on.apply();
    QCOMPARE(on.chosen.size(), 3);
    std::map<LinkId, fault::LinkFault> result;
    for (int i = 0; i < 3; ++i) {
        for (const LinkId link : on.links(i))
            result[link] = on.fault(i);
    }
    QCOMPARE(result[kThere], faultOf(QStringLiteral("latency: 200ms, cut, loss: 5%")));
    QCOMPARE(result[kBack], faultOf(QStringLiteral("latency: 5ms, jitter: 2ms, distribution: normal, loss: 5%")));
    QCOMPARE(result[kOther], faultOf(QStringLiteral("loss: 5%")));
    QTest::mouseClick(on.box("cut"), Qt::LeftButton, {}, {8, on.box("cut")->height() / 2});
    QCOMPARE(on.box("cut")->checkState(), Qt::Checked);
    QTest::mouseClick(on.box("cut"), Qt::LeftButton, {}, {8, on.box("cut")->height() / 2});
    QCOMPARE(on.box("cut")->checkState(), Qt::Unchecked);
    QTest::mouseClick(on.box("cut"), Qt::LeftButton, {}, {8, on.box("cut")->height() / 2});
    QCOMPARE(on.box("cut")->checkState(), Qt::Checked);
    QTest::mouseClick(on.box("cut"), Qt::LeftButton, {}, {8, on.box("cut")->height() / 2});
    QVERIFY(!on.box("cut")->text().contains(QStringLiteral("differs")));
    on.type("latency", QStringLiteral("0"));
    Opened::pick(on.choice("distribution"), 1);
    on.type("jitter", QStringLiteral("0"));
    on.apply();
    QCOMPARE(on.chosen.size(), 4);
    QCOMPARE(on.links(3), (Links{kThere, kBack, kOther}));
    QCOMPARE(on.fault(3), faultOf(QStringLiteral("loss: 5%")));
}

void LinkEditorTest::linksThatHaveItAlreadyAreLeftOut()
{
    Opened on({kThere, kBack}, {{kThere, QStringLiteral("loss: 1%")}});
    on.type("loss", QStringLiteral("1%"));
    on.apply();
    QCOMPARE(on.chosen.size(), 1);
    QCOMPARE(on.links(0), Links{kBack});
}

void LinkEditorTest::linksOfClientsTakeNoFaultsOfMessages()
{
    Opened on({{kClients, {1}}, kThere});
    for (const char* field : {"loss", "duplicate", "corrupt", "reorder"}) {
        QVERIFY2(!on.text(field)->isEnabled(), field);
        QVERIFY2(on.text(field)->toolTip().contains(QStringLiteral("stream of bytes")), field);
    }
    for (const char* field : {"latency", "jitter", "bandwidth", "stall"})
        QVERIFY2(on.text(field)->isEnabled(), field);
    QVERIFY(on.box("cut")->isEnabled() && on.box("reset")->isEnabled() && on.box("refuse")->isEnabled());
    const auto* presets = qobject_cast<QStandardItemModel*>(on.editor.presets()->model());
    for (int i = 0; i < presets->rowCount(); ++i)
        QCOMPARE(presets->item(i)->isEnabled(), fault::presets().at(i).suitsClients);
    on.editor.edit({kThere});
    QVERIFY(on.text("loss")->isEnabled() && presets->item(1)->isEnabled());
    QVERIFY(!on.text("loss")->toolTip().contains(QStringLiteral("stream of bytes")));
}

void LinkEditorTest::untouchedFieldsFollowTheTimeline()
{
    Opened on;
    on.type("loss", QStringLiteral("6%"));
    on.state.setLink(kThere, faultOf(QStringLiteral("latency: 300ms, loss: 5%")));
    on.publish();
    QTRY_COMPARE(on.text("latency")->text(), QStringLiteral("300ms"));
    QCOMPARE(on.text("loss")->text(), QStringLiteral("6%"));
    on.apply();
    QCOMPARE(on.fault(0), faultOf(QStringLiteral("latency: 300ms, loss: 6%")));
    on.state.setLink(kThere, on.fault(0));
    on.publish();
    QTRY_VERIFY(!on.editor.applyButton()->isEnabled());
    on.state.setLink(kThere, {});
    on.publish();
    QTRY_VERIFY(on.text("loss")->text().isEmpty() && on.text("latency")->text().isEmpty());
}

void LinkEditorTest::saysWhatCutsBesides()
{
    Opened on;
    QVERIFY(on.editor.note()->text().isEmpty());
    on.state.addCut(QStringLiteral("minority"), {kThere});
    on.publish();
    on.editor.edit({kThere});
    QCOMPARE(on.editor.note()->text(), QStringLiteral("Cut by the partition minority, whatever is set here."));
    QVERIFY(!on.box("cut")->isChecked());
    on.editor.edit({kThere, kBack});
    QCOMPARE(on.editor.note()->text(), QStringLiteral("One of them is cut, whatever is set here."));
    on.state.cuts.clear();
    on.publish();
    QTRY_VERIFY(on.editor.note()->text().isEmpty());
}

void LinkEditorTest::tabGoesFromTopToBottom()
{
    Opened on;
    QVERIFY(QTest::qWaitForWindowActive(&on.editor));
    on.type("latency", QStringLiteral("5ms"));
    on.text("latency")->setFocus();
    int bottom = on.text("latency")->mapTo(&on.editor, QPoint()).y();
    QStringList visited;
    for (qsizetype i = 1; i < fault::fieldNames().size() + 1; ++i) {
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QWidget* now = QApplication::focusWidget();
        visited << now->objectName();
        const int y = now->mapTo(&on.editor, QPoint()).y();
        QVERIFY2(y > bottom, qPrintable(now->objectName()));
        bottom = y;
    }
    QCOMPARE(visited, fault::fieldNames().mid(1) + QStringList{QStringLiteral("over")});
}

void LinkEditorTest::closesWhenItsNodesAreGone()
{
    Opened on;
    on.editor.edit({});
    QVERIFY(!on.editor.isVisible());
    on.editor.edit({{{1}, {9}}});
    QVERIFY(!on.editor.isVisible());
    on.editor.edit({kThere});
    QVERIFY(on.editor.isVisible());
    on.fed.end();
    QTRY_VERIFY(!on.editor.isVisible());
}

void LinkEditorTest::worksWithoutATimeline()
{
    LinkEditor editor;
    editor.edit({kThere});
    QVERIFY(!editor.isVisible());
    QVERIFY(!editor.applyButton()->isEnabled());
}

QTEST_MAIN(LinkEditorTest)
#include "tst_link_editor.moc"
