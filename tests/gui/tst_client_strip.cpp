// SPDX-License-Identifier: GPL-3.0-or-later
#include "fed_timeline.h"
#include "gui/views/client/client_strip.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace faultline;
using namespace faultline::views;

class ClientStripTest : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void returnSendsTheLineToTheChosenNode();
    void emptyLineDoesNothing();
    void upBringsBackEarlierLines();
    void replyIsShownWithItsTimeAndExplanation();
    void whatAServerSaysIsNeverTakenForMarkup();
    void pickerNamesTheLeaderAndKeepsTheChoice();
    void withoutAClusterNothingCanBeSent();

private:
    QString reply() const { return m_strip->findChild<QLabel*>(QStringLiteral("clientReply"))->text(); }

    std::unique_ptr<tests::FedTimeline> m_fed;
    std::unique_ptr<ClientStrip> m_strip;
};

void ClientStripTest::init()
{
    m_strip.reset();
    m_fed = std::make_unique<tests::FedTimeline>();
    m_fed->begin(5, {3});
    m_strip = std::make_unique<ClientStrip>();
    m_strip->setTimeline(&m_fed->timeline);
    m_strip->show();
}

void ClientStripTest::returnSendsTheLineToTheChosenNode()
{
    QSignalSpy sent(m_strip.get(), &ClientStrip::sendRequested);
    m_strip->setNode({4});
    QTest::keyClicks(m_strip->input(), QStringLiteral("  SET x 1 "));
    QTest::keyClick(m_strip->input(), Qt::Key_Return);
    QCOMPARE(sent.size(), 1);
    QCOMPARE(sent.at(0).at(0).value<NodeId>(), NodeId{4});
    QCOMPARE(sent.at(0).at(1).toString(), QStringLiteral("SET x 1"));
    QVERIFY(m_strip->input()->text().isEmpty());
    m_strip->setPending(7, {4}, QStringLiteral("SET x 1"));
    QVERIFY(reply().contains(QStringLiteral("waiting")));
}

void ClientStripTest::emptyLineDoesNothing()
{
    QSignalSpy sent(m_strip.get(), &ClientStrip::sendRequested);
    QTest::keyClick(m_strip->input(), Qt::Key_Return);
    QTest::keyClicks(m_strip->input(), QStringLiteral("   "));
    QTest::keyClick(m_strip->input(), Qt::Key_Return);
    QTest::mouseClick(m_strip->findChild<QPushButton*>(QStringLiteral("clientSend")), Qt::LeftButton);
    QCOMPARE(sent.size(), 0);
}

void ClientStripTest::upBringsBackEarlierLines()
{
    for (const char* line : {"SET x 1", "GET x"}) {
        QTest::keyClicks(m_strip->input(), QString::fromLatin1(line));
        QTest::keyClick(m_strip->input(), Qt::Key_Return);
    }
    QTest::keyClick(m_strip->input(), Qt::Key_Up);
    QTest::keyClick(m_strip->input(), Qt::Key_Up);
    QCOMPARE(m_strip->input()->text(), QStringLiteral("SET x 1"));
    QTest::keyClick(m_strip->input(), Qt::Key_Down);
    QCOMPARE(m_strip->input()->text(), QStringLiteral("GET x"));
}

void ClientStripTest::replyIsShownWithItsTimeAndExplanation()
{
    m_strip->setPending(1, {2}, QStringLiteral("GET x"));
    m_strip->showReply({1,
                        {2},
                        QStringLiteral("GET x"),
                        QStringLiteral("(error) MOVED 16287 127.0.0.1:7003"),
                        QStringLiteral("n2 follows; n3 leads."),
                        true,
                        std::chrono::microseconds(12'340)});
    QVERIFY(reply().contains(QStringLiteral("MOVED 16287")));
    QVERIFY(reply().contains(QStringLiteral("12.3 ms")));
    QVERIFY(reply().contains(QStringLiteral("n2 follows; n3 leads.")));
    QVERIFY(!reply().contains(QStringLiteral("waiting")));
    m_strip->showReply(
        {2, {3}, QStringLiteral("GET x"), QStringLiteral("\"41\""), {}, false, std::chrono::microseconds(900)});
    QVERIFY(reply().contains(QStringLiteral("41")));
    QVERIFY(m_strip->findChild<QLabel*>(QStringLiteral("clientEarlier"))->text().contains(QStringLiteral("MOVED")));
    m_strip->showReply({3, {3}, QStringLiteral("GET \"x"), {}, QStringLiteral("A quote is open."), true, {}});
    QVERIFY2(!reply().contains(QStringLiteral(" ms")), "what was never sent took no time");
    m_strip->clearReplies();
    QVERIFY(reply().isEmpty());
}

void ClientStripTest::whatAServerSaysIsNeverTakenForMarkup()
{
    m_strip->showReply(
        {1, {2}, QStringLiteral("GET <b>"), QStringLiteral("<img src='x'>"), QStringLiteral("<i>"), false, {}});
    QVERIFY(reply().contains(QStringLiteral("&lt;img")));
    QVERIFY(!reply().contains(QStringLiteral("<img")) && !reply().contains(QStringLiteral("<i>")));
}

void ClientStripTest::pickerNamesTheLeaderAndKeepsTheChoice()
{
    auto* picker = m_strip->findChild<QComboBox*>(QStringLiteral("clientNode"));
    QCOMPARE(picker->count(), 5);
    m_strip->setNode({2});
    QCOMPARE(picker->itemText(2), QStringLiteral("n3 · leader"));
    m_fed->report({5}, wire::Role::Leader, 2, 3);
    QTRY_COMPARE(picker->itemText(4), QStringLiteral("n5 · leader"));
    QCOMPARE(picker->itemText(2), QStringLiteral("n3"));
    QCOMPARE(m_strip->node(), NodeId{2});
    m_fed->begin(3, {1}, tests::moment(100));
    QTRY_COMPARE(picker->count(), 3);
    QCOMPARE(m_strip->node(), NodeId{2});
}

void ClientStripTest::withoutAClusterNothingCanBeSent()
{
    QSignalSpy sent(m_strip.get(), &ClientStrip::sendRequested);
    m_fed->end();
    QTRY_VERIFY(!m_strip->findChild<QComboBox*>(QStringLiteral("clientNode"))->isEnabled());
    QTest::keyClicks(m_strip->input(), QStringLiteral("GET x"));
    QTest::keyClick(m_strip->input(), Qt::Key_Return);
    QCOMPARE(sent.size(), 0);
}

QTEST_MAIN(ClientStripTest)
#include "tst_client_strip.moc"
