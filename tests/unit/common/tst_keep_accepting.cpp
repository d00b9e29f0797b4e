// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/net/keep_accepting.h"

#include <QHostAddress>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

using namespace faultline;

class TestKeepAccepting : public QObject
{
    Q_OBJECT

private slots:
    void whenNoDescriptorWasLeftItGoesOnOnceOneIs()
    {
        QTcpServer server;
        net::keepAccepting(server);
        QVERIFY(server.listen(QHostAddress::LocalHost));
        // Counted by hand: a sanitizer looks at what objects really are by a pipe, for which no descriptor will be
        // left.
        int failed = 0;
        int came = 0;
        connect(&server, &QTcpServer::acceptError, this, [&] { ++failed; });
        connect(&server, &QTcpServer::newConnection, this, [&] { ++came; });
        const int client = ::socket(AF_INET, SOCK_STREAM, 0);
        QVERIFY(client >= 0);

        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
        rlimit few = before;
        few.rlim_cur = 128;
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &few), 0);
        std::vector<int> hoard;
        for (int taken = ::open("/dev/null", O_RDONLY); taken >= 0; taken = ::open("/dev/null", O_RDONLY))
            hoard.push_back(taken);

        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server.serverPort());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        QCOMPARE(::connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        QTRY_VERIFY(failed > 0);
        QCOMPARE(came, 0);
        for (const int taken : hoard)
            ::close(taken);
        QTRY_COMPARE(came, 1);
        ::close(client);
        ::setrlimit(RLIMIT_NOFILE, &before);
    }
};

QTEST_GUILESS_MAIN(TestKeepAccepting)
#include "tst_keep_accepting.moc"
