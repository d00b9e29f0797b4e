// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/contacts.h"

#include <QTest>

using namespace faultline;
using namespace faultline::node;

namespace {

MemberAddress at(quint32 id, quint16 port)
{
    return {NodeId{id}, QStringLiteral("127.0.0.1"), port, quint16(port + 100)};
}

} // namespace

class TestContacts : public QObject
{
    Q_OBJECT

private slots:
    void whatIsWrittenIsRead()
    {
        const std::vector<MemberAddress> contacts{at(1, 7101), at(2, 7102), at(9, 7109)};
        QCOMPARE(decodeContacts(encodeContacts(contacts)), contacts);
        QVERIFY(decodeContacts(encodeContacts({})).empty());
    }

    void theyStandInOrderAndEachOnce()
    {
        std::vector<MemberAddress> contacts;
        for (const MemberAddress& contact : {at(5, 1), at(2, 2), at(9, 3), at(2, 4)})
            contacts = withContact(std::move(contacts), contact);
        QCOMPARE(contacts, (std::vector<MemberAddress>{at(2, 4), at(5, 1), at(9, 3)}));
    }

    void nonsenseIsNobody_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("noise") << QByteArray("\xff\x00\x17 what", 8);
        QTest::newRow("cut short") << encodeContacts({at(1, 7101), at(2, 7102)}).chopped(3);
        QTest::newRow("nobody's address") << encodeContacts({at(0, 7101)});
        QTest::newRow("no port") << encodeContacts({at(1, 0)});
        QTest::newRow("no address") << encodeContacts({{NodeId{1}, QStringLiteral("localhost"), 1, 2}});
    }
    void nonsenseIsNobody()
    {
        QFETCH(QByteArray, bytes);
        QVERIFY(decodeContacts(bytes).empty());
    }
};

QTEST_APPLESS_MAIN(TestContacts)
#include "tst_contacts.moc"
