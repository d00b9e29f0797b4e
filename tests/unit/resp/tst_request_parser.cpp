// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/request_parser.h"
#include "common/resp/writer.h"

#include <QBuffer>
#include <QTest>

using namespace faultline::resp;
using Commands = QList<QByteArrayList>;

namespace {

struct Parsed
{
    Commands commands;
    QByteArray error;
};

/// Feeds `stream` in pieces of `step` bytes.
Parsed parse(const QByteArray& stream, qsizetype step)
{
    RequestParser parser;
    Parsed parsed;
    for (qsizetype at = 0; at < stream.size(); at += step) {
        parser.append(QByteArrayView(stream).sliced(at, std::min(step, stream.size() - at)));
        for (;;) {
            const auto outcome = parser.next();
            if (outcome == RequestParser::Outcome::NeedMore)
                break;
            if (outcome == RequestParser::Outcome::Error) {
                parsed.error = parser.error();
                return parsed;
            }
            QByteArrayList arguments;
            for (const QByteArrayView argument : parser.arguments())
                arguments.append(argument.toByteArray());
            parsed.commands.append(arguments);
        }
    }
    return parsed;
}

} // namespace

class TestRequestParser : public QObject
{
    Q_OBJECT
private slots:
    void streamGivesTheSameCommandsHoweverItIsChopped_data()
    {
        QTest::addColumn<QByteArray>("stream");
        QTest::addColumn<Commands>("commands");
        QTest::addColumn<QByteArray>("error");
        const auto row = [](const char* name, QByteArray stream, Commands commands, QByteArray error = {}) {
            QTest::newRow(name) << stream << commands << error;
        };
        row("array", "*2\r\n$3\r\nGET\r\n$1\r\nx\r\n", {{"GET", "x"}});
        row("two arrays", "*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nECHO\r\n$2\r\n\r\n\r\n", {{"PING"}, {"ECHO", "\r\n"}});
        row("empty bulk", "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", {{"ECHO", ""}});
        row("binary bulk", QByteArray("*2\r\n$4\r\nECHO\r\n$3\r\n\0*$\r\n", 23), {{"ECHO", QByteArray("\0*$", 3)}});
        row("inline", "SET x 1\r\nGET  x \n", {{"SET", "x", "1"}, {"GET", "x"}});
        row("quotes", "set \"a b\\x41\\n\" 'c\\'d\\n' \"\"\r\n", {{"set", "a bA\n", "c'd\\n", ""}});
        row("empty ones are nothing", "\r\n\n*0\r\n*-1\r\n  \r\nPING\r\n", {{"PING"}});
        row("inline after array", "*1\r\n$4\r\nPING\r\nPING\r\n", {{"PING"}, {"PING"}});
        row("half", "*2\r\n$3\r\nGET\r\n$1\r\n", {});
        row("commands before the error count", "PING\r\n*x\r\n", {{"PING"}},
            "Protocol error: invalid multibulk length");
        row("count too large", "*1048577\r\n", {}, "Protocol error: invalid multibulk length");
        row("count of 19 digits", "*9999999999999999999\r\n", {}, "Protocol error: invalid multibulk length");
        row("no dollar", "*1\r\n:1\r\n", {}, "Protocol error: expected '$', got ':'");
        row("negative length", "*1\r\n$-1\r\n", {}, "Protocol error: invalid bulk length");
        row("length too large", "*1\r\n$16777217\r\n", {}, "Protocol error: invalid bulk length");
        row("two gigabytes", "*1\r\n$2147483648\r\n", {}, "Protocol error: invalid bulk length");
        row("bulk ends elsewhere", "*1\r\n$3\r\nPING\r\n", {}, "Protocol error: expected a line end after a bulk");
        row("quote left open", "echo \"a\r\n", {}, "Protocol error: unbalanced quotes in request");
        row("quote goes on", "echo \"a\"b\r\n", {}, "Protocol error: unbalanced quotes in request");
        row("long inline", QByteArray(70'000, 'a'), {}, "Protocol error: too big inline request");
        row("long count", '*' + QByteArray(70'000, '1'), {}, "Protocol error: too big mbulk count string");
        row("long length", "*1\r\n$" + QByteArray(70'000, '1'), {}, "Protocol error: too big bulk count string");
    }
    void streamGivesTheSameCommandsHoweverItIsChopped()
    {
        QFETCH(QByteArray, stream);
        QFETCH(Commands, commands);
        QFETCH(QByteArray, error);
        for (const qsizetype step : {stream.size(), qsizetype(1), qsizetype(2), qsizetype(7)}) {
            const Parsed parsed = parse(stream, step);
            QCOMPARE(parsed.commands, commands);
            QCOMPARE(parsed.error, error);
        }
    }

    void requestIsBounded()
    {
        RequestParser parser;
        parser.append("*9\r\n");
        const QByteArray bulk = "$16000000\r\n" + QByteArray(16'000'000, 'x') + "\r\n";
        RequestParser::Outcome outcome = RequestParser::Outcome::NeedMore;
        for (int i = 0; i < 9 && outcome == RequestParser::Outcome::NeedMore; ++i) {
            parser.append(bulk);
            outcome = parser.next();
        }
        QCOMPARE(outcome, RequestParser::Outcome::Error);
        QCOMPARE(parser.error(), QByteArray("Protocol error: too big request"));
    }

    void whatIsDoneWithIsLetGo()
    {
        RequestParser parser;
        parser.append(encodeCommand({"SET", "a", QByteArray(1'000'000, 'v')}) + "*2\r\n$3\r\nGE");
        QCOMPARE(parser.next(), RequestParser::Outcome::Request);
        QVERIFY(parser.keptBytes() > 1'000'000);
        QCOMPARE(parser.bufferedBytes(), 10);
        QCOMPARE(parser.next(), RequestParser::Outcome::NeedMore);
        parser.letGo();
        QCOMPARE(parser.keptBytes(), 10);
        parser.append("T\r\n$1\r\na\r\n");
        QCOMPARE(parser.next(), RequestParser::Outcome::Request);
        QCOMPARE(parser.arguments()[0], QByteArrayView("GET"));
        parser.letGo();
        QCOMPARE(parser.keptBytes(), 0);
        QCOMPARE(parser.next(), RequestParser::Outcome::NeedMore);
    }

    void errorStays()
    {
        RequestParser parser;
        parser.append("*x\r\n");
        QCOMPARE(parser.next(), RequestParser::Outcome::Error);
        parser.append("PING\r\n");
        QCOMPARE(parser.next(), RequestParser::Outcome::Error);
        QCOMPARE(parser.bufferedBytes(), 0);
    }

    void writtenCommandsComeBackWhereRoomWasFilled()
    {
        QByteArray stream;
        const QByteArray value(3000, 'v');
        for (int i = 0; i < 1000; ++i)
            stream += encodeCommand({"SET", QByteArray::number(i), value});
        QBuffer device(&stream);
        QVERIFY(device.open(QIODevice::ReadOnly));
        RequestParser parser;
        int count = 0;
        const auto readSome = [&] {
            const qint64 got = device.read(parser.room(4096), 4096);
            parser.filled(got);
            return got > 0;
        };
        while (readSome()) {
            while (parser.next() == RequestParser::Outcome::Request) {
                QCOMPARE(parser.arguments().size(), std::size_t(3));
                QCOMPARE(parser.arguments()[1], QByteArrayView(QByteArray::number(count)));
                QCOMPARE(parser.arguments()[2], QByteArrayView(value));
                ++count;
            }
        }
        QCOMPARE(count, 1000);
        QCOMPARE(parser.bufferedBytes(), 0);
    }
};

QTEST_APPLESS_MAIN(TestRequestParser)
#include "tst_request_parser.moc"
