// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/resp/integer.h"
#include "common/resp/redirect.h"
#include "common/resp/slot.h"
#include "common/resp/writer.h"

#include <QRandomGenerator>
#include <QTest>

using namespace faultline::resp;

/// Slots, redirects, numbers and writers: small functions, each a table.
class TestRespValues : public QObject
{
    Q_OBJECT
private slots:
    void keysLiveInTheSlotsRedisGivesThem_data()
    {
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<int>("slot");
        QTest::newRow("check value of CRC16") << QByteArray("123456789") << 0x31c3;
        QTest::newRow("foo") << QByteArray("foo") << 12182;
        QTest::newRow("bar") << QByteArray("bar") << 5061;
        QTest::newRow("empty") << QByteArray() << 0;
        QTest::newRow("tag") << QByteArray("{foo}.following") << 12182;
        QTest::newRow("tag inside") << QByteArray("x{foo}y{bar}") << 12182;
        QTest::newRow("empty tag is none") << QByteArray("{}foo") << int(keySlot("{}foo"));
        QTest::newRow("brace in tag") << QByteArray("foo{{bar}}zap") << int(keySlot("{bar"));
    }
    void keysLiveInTheSlotsRedisGivesThem()
    {
        QFETCH(QByteArray, key);
        QFETCH(int, slot);
        QCOMPARE(int(keySlot(key)), slot);
    }
    void keysOfAnyLengthComeToTheirCrc()
    {
        // Bit by bit, as CRC16 is defined.
        const auto crcOf = [](const QByteArray& key) {
            unsigned crc = 0;
            for (const char c : key) {
                crc ^= unsigned(static_cast<unsigned char>(c)) << 8;
                for (int bit = 0; bit < 8; ++bit)
                    crc = (crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1) & 0xffff;
            }
            return crc;
        };
        QRandomGenerator random(7);
        for (int round = 0; round < 10'000; ++round) {
            QByteArray key(round % 41, '\0');
            for (char& c : key)
                c = static_cast<char>(random.bounded(256));
            key.replace('{', '-');
            QCOMPARE(unsigned(keySlot(key)), crcOf(key) % kSlotCount);
        }
    }
    void emptyTagHashesTheWholeKey()
    {
        QVERIFY(keySlot("foo{}{bar}") != keySlot("bar"));
        QVERIFY(keySlot("foo{}{bar}") != keySlot(""));
    }

    void movedIsRead_data()
    {
        QTest::addColumn<QByteArray>("error");
        QTest::addColumn<bool>("valid");
        QTest::addColumn<QString>("host");
        const auto row = [](const char* error, bool valid, const char* host = "") {
            QTest::newRow(error) << QByteArray(error) << valid << QString::fromUtf8(host);
        };
        row("MOVED 3999 127.0.0.1:6381", true, "127.0.0.1");
        row("MOVED 3999 ::1:6381", true, "::1");
        row("MOVED 3999 :6381", true, "");
        row("MOVED 16384 127.0.0.1:6381", false);
        row("MOVED -1 127.0.0.1:6381", false);
        row("MOVED 3999 127.0.0.1:0", false);
        row("MOVED 3999 127.0.0.1:65536", false);
        row("MOVED 3999 127.0.0.1", false);
        row("MOVED 3999", false);
        row("MOVED", false);
        row("ERR MOVED 3999 127.0.0.1:6381", false);
    }
    void movedIsRead()
    {
        QFETCH(QByteArray, error);
        QFETCH(bool, valid);
        QFETCH(QString, host);
        const auto moved = parseMoved(error);
        QCOMPARE(moved.has_value(), valid);
        if (valid)
            QCOMPARE(*moved, (Moved{3999, host, 6381}));
    }

    void numbersHaveOneSpelling()
    {
        QCOMPARE(parseInteger("0"), std::optional<qint64>(0));
        QCOMPARE(parseInteger("-12"), std::optional<qint64>(-12));
        QCOMPARE(parseInteger("-9223372036854775808"), std::optional(std::numeric_limits<qint64>::min()));
        for (const char* no : {"", "-", "-0", "+1", "01", " 1", "1 ", "1.0", "9223372036854775808", "a", "--1"})
            QVERIFY2(!parseInteger(no), no);
    }

    void repliesAreWritten()
    {
        QByteArray out;
        appendSimpleString(out, "OK");
        appendError(out, "ERR a\r\nb");
        appendInteger(out, std::numeric_limits<qint64>::min());
        appendBulk(out, "x\r\n");
        appendNull(out, Protocol::Resp2);
        appendNull(out, Protocol::Resp3);
        appendArrayHeader(out, 2);
        appendMapHeader(out, 2, Protocol::Resp2);
        appendMapHeader(out, 2, Protocol::Resp3);
        QCOMPARE(
            out,
            QByteArray("+OK\r\n-ERR a  b\r\n:-9223372036854775808\r\n$3\r\nx\r\n\r\n$-1\r\n_\r\n*2\r\n*4\r\n%2\r\n"));
        QCOMPARE(encodeCommand({"GET", ""}), QByteArray("*2\r\n$3\r\nGET\r\n$0\r\n\r\n"));
    }
};

QTEST_APPLESS_MAIN(TestRespValues)
#include "tst_resp_values.moc"
