// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/reply_parser.h"

#include <QTest>

using namespace faultline::resp;

class TestReplyParser : public QObject
{
    Q_OBJECT
private slots:
    void repliesArePrintedAsRedisCliDoes_data()
    {
        QTest::addColumn<QByteArray>("stream");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, QByteArray stream, const char* text) {
            QTest::newRow(name) << stream << QString::fromUtf8(text);
        };
        row("simple", "+OK\r\n", "OK");
        row("empty simple", "+\r\n", "");
        row("error", "-MOVED 1 h:2\r\n", "(error) MOVED 1 h:2");
        row("integer", ":-7\r\n", "(integer) -7");
        row("bulk", "$5\r\na\"\r\n\x01\r\n", "\"a\\\"\\r\\n\\x01\"");
        row("empty bulk", "$0\r\n\r\n", "\"\"");
        row("nil", "$-1\r\n", "(nil)");
        row("nil array", "*-1\r\n", "(nil)");
        row("null", "_\r\n", "(nil)");
        row("booleans", "*2\r\n#t\r\n#f\r\n", "1) (true)\n2) (false)");
        row("double", ",3.25\r\n", "(double) 3.25");
        row("infinity", ",-inf\r\n", "(double) -inf");
        row("big number", "(123456789012345678901234567890\r\n", "(big number) 123456789012345678901234567890");
        row("verbatim", "=6\r\ntxt:hi\r\n", "hi");
        row("blob error", "!5\r\nERR x\r\n", "(error) ERR x");
        row("empty array", "*0\r\n", "(empty array)");
        row("nested", "*2\r\n*2\r\n:1\r\n$1\r\na\r\n*0\r\n", "1) 1) (integer) 1\n   2) \"a\"\n2) (empty array)");
        row("map", "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n", "1# a => (integer) 1\n2# b => 1) (integer) 2");
        row("set", "~1\r\n:1\r\n", "1~ (integer) 1");
        row("attribute is dropped", "|1\r\n+ttl\r\n:3\r\n*1\r\n|1\r\n+a\r\n+b\r\n:2\r\n", "1) (integer) 2");
    }
    void repliesArePrintedAsRedisCliDoes()
    {
        QFETCH(QByteArray, stream);
        QFETCH(QString, text);
        for (const qsizetype step : {stream.size(), qsizetype(1), qsizetype(3)}) {
            ReplyParser parser;
            QStringList texts;
            const QByteArray twice = stream + stream;
            for (qsizetype at = 0; at < twice.size(); at += step) {
                parser.append(QByteArrayView(twice).sliced(at, std::min(step, twice.size() - at)));
                Reply reply;
                while (parser.next(reply) == ReplyParser::Outcome::Reply)
                    texts.append(toText(reply));
            }
            QCOMPARE(parser.error(), QString());
            QCOMPARE(texts, QStringList({text, text}));
        }
    }

    void whatIsNotRespIsRefused_data()
    {
        QTest::addColumn<QByteArray>("stream");
        QTest::newRow("http") << QByteArray("HTTP/1.1 200 OK\r\n");
        QTest::newRow("empty line") << QByteArray("\r\n");
        QTest::newRow("bare newline") << QByteArray("+OK\n");
        QTest::newRow("integer") << QByteArray(":1x\r\n");
        QTest::newRow("no integer") << QByteArray(":\r\n");
        QTest::newRow("integer beyond 64 bits") << QByteArray(":9223372036854775808\r\n");
        QTest::newRow("bulk length") << QByteArray("$-2\r\n");
        QTest::newRow("2 GB bulk") << QByteArray("$2147483648\r\n");
        QTest::newRow("bulk end") << QByteArray("$1\r\nabc\r\n");
        QTest::newRow("array count") << QByteArray("*2000000\r\n");
        QTest::newRow("elements in sum") << QByteArray("*3\r\n*1000000\r\n").repeated(3);
        QTest::newRow("depth") << QByteArray("*1\r\n").repeated(100);
        QTest::newRow("boolean") << QByteArray("#x\r\n");
        QTest::newRow("double") << QByteArray(",1.2.3\r\n");
        QTest::newRow("big number") << QByteArray("(12a\r\n");
        QTest::newRow("null map") << QByteArray("%-1\r\n");
        QTest::newRow("verbatim") << QByteArray("=2\r\nab\r\n");
        QTest::newRow("endless line") << QByteArray(70'000, '+');
    }
    void whatIsNotRespIsRefused()
    {
        QFETCH(QByteArray, stream);
        ReplyParser parser;
        parser.append(stream);
        Reply reply;
        QCOMPARE(parser.next(reply), ReplyParser::Outcome::Error);
        QVERIFY(parser.error().endsWith(QLatin1Char('.')));
        parser.append("+OK\r\n");
        QCOMPARE(parser.next(reply), ReplyParser::Outcome::Error);
    }
};

QTEST_APPLESS_MAIN(TestReplyParser)
#include "tst_reply_parser.moc"
