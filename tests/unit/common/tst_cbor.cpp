// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/cbor_reader.h"
#include "common/wire/cbor_writer.h"

#include <QCborStreamReader>
#include <QCborStreamWriter>
#include <QTest>

#include <limits>
#include <random>
#include <variant>

// Qt's own reader and writer say what is right: ours write the same bytes, and take and refuse the same.

using namespace faultline::wire;

namespace {

using Random = std::mt19937_64;

quint64 anyNumber(Random& random)
{
    return random() >> (random() % 64);
}

QByteArray anyBytes(Random& random)
{
    static constexpr std::size_t kLengths[] = {0, 1, 3, 23, 24, 255, 256, 300};
    QByteArray bytes(qsizetype(kLengths[random() % std::size(kLengths)]), Qt::Uninitialized);
    for (char& byte : bytes)
        byte = char(random());
    return bytes;
}

QString anyText(Random& random)
{
    static const QString kLetters = QStringLiteral("aZ9 äß€\u4e2d");
    QString text;
    for (std::size_t left = random() % 40; left > 0; --left)
        text += kLetters[qsizetype(random() % std::size_t(kLetters.size()))];
    return random() % 8 == 0 ? text + QStringLiteral("\U0001f600") : text;
}

void writeBoth(CborWriter& ours, QCborStreamWriter& theirs, Random& random, int depth)
{
    const auto many = [&] { return random() % 5; };
    switch (random() % (depth > 0 ? 9 : 5)) {
    case 0: {
        const quint64 value = anyNumber(random);
        ours.number(value);
        theirs.append(value);
        break;
    }
    case 1: {
        const auto value = static_cast<qint64>(anyNumber(random) / 2) * (random() % 2 ? 1 : -1);
        ours.signedNumber(value);
        theirs.append(value);
        break;
    }
    case 2: {
        const bool value = random() % 2 == 0;
        ours.boolean(value);
        theirs.append(value);
        break;
    }
    case 3: {
        const QByteArray value = anyBytes(random);
        ours.bytes(value);
        theirs.append(value);
        break;
    }
    case 4: {
        const QString value = anyText(random);
        ours.text(value);
        theirs.append(value);
        break;
    }
    case 5: {
        const quint64 count = many();
        ours.array(count);
        theirs.startArray(count);
        for (quint64 i = 0; i < count; ++i)
            writeBoth(ours, theirs, random, depth - 1);
        theirs.endArray();
        break;
    }
    case 6: {
        ours.beginArray();
        theirs.startArray();
        for (quint64 left = many(); left > 0; --left)
            writeBoth(ours, theirs, random, depth - 1);
        ours.end();
        theirs.endArray();
        break;
    }
    case 7: {
        const quint64 count = many();
        ours.map(count);
        theirs.startMap(count);
        for (quint64 i = 0; i < 2 * count; ++i)
            writeBoth(ours, theirs, random, depth - 1);
        theirs.endMap();
        break;
    }
    default: {
        ours.beginMap();
        theirs.startMap();
        for (quint64 left = 2 * many(); left > 0; --left)
            writeBoth(ours, theirs, random, depth - 1);
        ours.end();
        theirs.endMap();
        break;
    }
    }
}

// ---- a message of every kind of field, read by both

using Value = std::variant<quint64, qint64, bool, QByteArray, QString>;

struct Heard
{
    bool ok = false;
    std::vector<std::pair<quint64, Value>> values;
    bool operator==(const Heard&) const = default;
};

constexpr quint64 kMostItems = 6;

Heard byOurs(const QByteArray& bytes)
{
    CborReader reader(bytes);
    Heard heard;
    const auto note = [&](quint64 key, bool ok, const Value& value) {
        if (ok)
            heard.values.emplace_back(key, value);
        return ok;
    };
    const auto number = [&](quint64 key) {
        quint64 value = 0;
        const bool ok = reader.readUnsigned(value);
        return note(key, ok, value);
    };
    heard.ok = reader.readMap([&](quint64 key) {
        switch (key) {
        case 1:
            return number(key);
        case 2: {
            qint64 value = 0;
            const bool ok = reader.readSigned(value);
            return note(key, ok, value);
        }
        case 3: {
            bool value = false;
            const bool ok = reader.readBool(value);
            return note(key, ok, value);
        }
        case 4: {
            QByteArray value;
            const bool ok = reader.readBytes(value);
            return note(key, ok, value);
        }
        case 5: {
            QString value;
            const bool ok = reader.readText(value);
            return note(key, ok, value);
        }
        case 6:
            return reader.readArray(kMostItems, [&] { return number(key); });
        case 7:
            return reader.readMap([&](quint64 inner) { return inner == 1 ? number(key) : reader.skip(); });
        default:
            return reader.skip();
        }
    });
    return heard;
}

Heard byTheirs(const QByteArray& bytes)
{
    QCborStreamReader reader(bytes);
    Heard heard;
    const auto note = [&](quint64 key, const Value& value) {
        heard.values.emplace_back(key, value);
        return reader.next();
    };
    const auto skip = [&] {
        while (reader.isTag()) {
            if (!reader.next())
                return false;
        }
        return reader.next(CborReader::kMaxSkippedDepth);
    };
    const auto number = [&](quint64 key) {
        return reader.isUnsignedInteger() && note(key, reader.toUnsignedInteger());
    };
    const auto string = [&](quint64 key, auto readPiece) {
        if (!reader.isLengthKnown() || reader.currentStringChunkSize() > bytes.size())
            return false;
        const auto piece = readPiece();
        if (piece.status != QCborStreamReader::Ok)
            return false;
        heard.values.emplace_back(key, piece.data);
        return readPiece().status == QCborStreamReader::EndOfString;
    };
    const auto map = [&](auto field) {
        if (!reader.isMap() || !reader.enterContainer())
            return false;
        while (reader.hasNext()) {
            if (!reader.isUnsignedInteger())
                return false;
            const quint64 key = reader.toUnsignedInteger();
            if (!reader.next() || !field(key))
                return false;
        }
        return reader.leaveContainer();
    };
    const auto array = [&](auto item) {
        if (!reader.isArray() || !reader.enterContainer())
            return false;
        for (quint64 i = 0; reader.hasNext(); ++i) {
            if (i >= kMostItems || !item())
                return false;
        }
        return reader.leaveContainer();
    };
    heard.ok = map([&](quint64 key) {
        switch (key) {
        case 1:
            return number(key);
        case 2: {
            const bool fits =
                reader.isUnsignedInteger()
                    ? reader.toUnsignedInteger() <= quint64(std::numeric_limits<qint64>::max())
                    : reader.isNegativeInteger() &&
                          // 0 stands for -2^64
                          quint64(reader.toNegativeInteger()) - 1 <= quint64(std::numeric_limits<qint64>::max());
            return fits && note(key, reader.toInteger());
        }
        case 3:
            return reader.isBool() && note(key, reader.toBool());
        case 4:
            return reader.isByteArray() && string(key, [&] { return reader.readByteArray(); });
        case 5:
            return reader.isString() && string(key, [&] { return reader.readString(); });
        case 6:
            return array([&] { return number(key); });
        case 7:
            return map([&](quint64 inner) { return inner == 1 ? number(key) : skip(); });
        default:
            return skip();
        }
    });
    // It says yes to a message that ends behind a string where a break should come, and notes the error.
    heard.ok = heard.ok && reader.lastError() == QCborError::NoError;
    return heard;
}

/// A message that both take, of fields that they know and of some that they skip.
QByteArray someMessage(Random& random)
{
    QByteArray bytes;
    QCborStreamWriter writer(&bytes);
    writer.startMap();
    for (std::size_t left = random() % 8; left > 0; --left) {
        const quint64 key = 1 + random() % 10;
        writer.append(key);
        switch (key) {
        case 1:
            writer.append(anyNumber(random));
            break;
        case 2:
            writer.append(static_cast<qint64>(random()));
            break;
        case 3:
            writer.append(random() % 2 == 0);
            break;
        case 4:
            writer.append(anyBytes(random).left(qsizetype(random() % 2)));
            break;
        case 5:
            writer.append(anyText(random));
            break;
        case 6:
            writer.startArray(2);
            writer.append(anyNumber(random));
            writer.append(anyNumber(random));
            writer.endArray();
            break;
        case 7:
            writer.startMap();
            writer.append(quint64(1));
            writer.append(anyNumber(random));
            writer.append(quint64(2));
            writer.append(anyText(random));
            writer.endMap();
            break;
        default: {
            writer.append(QCborTag(anyNumber(random)));
            CborWriter unused;
            QByteArray skipped;
            QCborStreamWriter other(&skipped);
            writeBoth(unused, writer, random, 3);
            break;
        }
        }
    }
    writer.endMap();
    return bytes;
}

QByteArray hex(const char* text)
{
    return QByteArray::fromHex(text);
}

} // namespace

class TestCbor : public QObject
{
    Q_OBJECT

private slots:
    void whatIsWrittenIsWhatQtWrites()
    {
        Random random(1);
        for (int round = 0; round < 20'000; ++round) {
            CborWriter ours(qsizetype(random() % 64));
            QByteArray expected;
            QCborStreamWriter theirs(&expected);
            writeBoth(ours, theirs, random, 4);
            QCOMPARE(ours.take(), expected);
        }
    }

    void numbersAtTheEdgesOfEachLengthComeBack()
    {
        for (int bits = 0; bits <= 64; ++bits) {
            for (const int off : {-1, 0, 1}) {
                const quint64 value = (bits == 64 ? 0 : quint64(1) << bits) + quint64(qint64(off));
                CborWriter writer;
                writer.number(value);
                writer.signedNumber(qint64(value));
                const QByteArray bytes = writer.take();
                CborReader reader(bytes);
                quint64 number = 0;
                qint64 signedNumber = 0;
                QVERIFY(reader.readUnsigned(number) && reader.readSigned(signedNumber));
                QCOMPARE(number, value);
                QCOMPARE(signedNumber, qint64(value));
            }
        }
    }

    void theHeadIsLeftToTheCaller()
    {
        CborWriter writer(0, 16);
        writer.bytes(QByteArray(1'000, 'x'));
        const QByteArray bytes = writer.take();
        QCOMPARE(bytes.size(), 16 + 3 + 1'000);
        QCOMPARE(bytes.sliced(16, 3), hex("5903e8"));
    }

    void whatWasWrittenElsewhereIsTakenAsItIs()
    {
        CborWriter part(1);
        part.array(2);
        part.number(300);
        part.bytes(QByteArray(40, 'b'));
        const qsizetype size = part.size();
        const QByteArray items = part.take();
        QCOMPARE(items.size(), size);
        CborWriter whole(1, 3); // so small that it must grow
        QCOMPARE(whole.size(), qsizetype(3));
        whole.array(2);
        whole.written(items);
        whole.written({});
        whole.number(7);
        const QByteArray bytes = whole.take();
        QCOMPARE(bytes.sliced(3), QByteArray("\x82") + items + QByteArray("\x07"));
    }

    void bytesAreAPartOfWhatIsRead()
    {
        const QByteArray bytes = hex("43") + "abc";
        CborReader reader(bytes);
        QByteArrayView part;
        QVERIFY(reader.readBytes(part));
        QCOMPARE(static_cast<const void*>(part.data()), static_cast<const void*>(bytes.constData() + 1));
        QCOMPARE(part, QByteArrayView("abc"));
    }

    void goodMessagesAreReadAsQtReadsThem()
    {
        Random random(2);
        for (int round = 0; round < 20'000; ++round) {
            const QByteArray bytes = someMessage(random);
            const Heard expected = byTheirs(bytes);
            const Heard heard = byOurs(bytes);
            QVERIFY2(expected == heard, bytes.toHex().constData());
        }
    }

    void damagedMessagesAreTakenAndRefusedAsQtDoes()
    {
        Random random(3);
        int taken = 0;
        for (int round = 0; round < 60'000; ++round) {
            QByteArray bytes = someMessage(random);
            for (std::size_t left = random() % 4; left > 0; --left)
                bytes[qsizetype(random() % std::size_t(bytes.size()))] = char(random());
            if (random() % 4 == 0)
                bytes.truncate(qsizetype(random() % std::size_t(bytes.size() + 1)));
            const Heard expected = byTheirs(bytes);
            const Heard heard = byOurs(bytes);
            QVERIFY2(expected.ok == heard.ok, bytes.toHex().constData());
            QVERIFY2(!expected.ok || expected == heard, bytes.toHex().constData());
            taken += expected.ok;
        }
        QVERIFY(taken > 6'000 && taken < 54'000);
    }

    void randomBytesAreTakenAndRefusedAsQtDoes()
    {
        Random random(4);
        for (int round = 0; round < 150'000; ++round) {
            QByteArray bytes(qsizetype(1 + random() % 24), Qt::Uninitialized);
            for (char& byte : bytes)
                byte = char(random());
            bytes[0] = char(random() % 2 ? 0xbf : 0xa0 + random() % 4);
            if (bytes.size() > 1)
                bytes[1] = char(random() % 12);
            const Heard expected = byTheirs(bytes);
            const Heard heard = byOurs(bytes);
            QVERIFY2(expected.ok == heard.ok, bytes.toHex().constData());
            QVERIFY2(!expected.ok || expected == heard, bytes.toHex().constData());
        }
    }

    void everythingIsSkippedThatCanBe_data()
    {
        QTest::addColumn<QByteArray>("item");
        QTest::addColumn<bool>("can");
        QTest::newRow("number") << hex("1bffffffffffffffff") << true;
        QTest::newRow("negative number") << hex("3bffffffffffffffff") << true;
        QTest::newRow("null") << hex("f6") << true;
        QTest::newRow("half") << hex("f93c00") << true;
        QTest::newRow("double") << hex("fb3ff0000000000000") << true;
        QTest::newRow("simple value of one byte") << hex("f8ff") << true;
        QTest::newRow("simple value that needs no byte") << hex("f818") << false;
        QTest::newRow("tagged") << hex("c1c2182a") << true;
        QTest::newRow("a tag of nothing") << hex("c1") << false;
        QTest::newRow("pieces of bytes") << hex("5f4101420203ff") << true;
        QTest::newRow("pieces of text") << hex("7f61616162ff") << true;
        QTest::newRow("pieces of the other kind") << hex("5f6161ff") << false;
        QTest::newRow("pieces in pieces") << hex("5f5f4101ffff") << false;
        QTest::newRow("text that is none") << hex("61ff") << false;
        QTest::newRow("nested without lengths") << hex("9fbf01c0800283820102f59fffffff") << true;
        QTest::newRow("a key without a value") << hex("bf01ff") << false;
        QTest::newRow("a break alone") << hex("ff") << false;
        QTest::newRow("lengths that nobody has given a meaning") << hex("1c") << false;
        QTest::newRow("a number without a length") << hex("1f") << false;
        QTest::newRow("more items than bytes") << hex("9bffffffffffffffff01") << false;
        QTest::newRow("more items than bytes, and a break") << hex("9bffffffffffffffff01ff") << false;
        QTest::newRow("more pairs than bytes") << hex("bb800000000000000001") << false;
        QTest::newRow("longer than the bytes") << hex("5b7fffffffffffffff01") << false;
        QTest::newRow("as deep as may be") << QByteArray(16, '\x81') + hex("8101") << false;
        QTest::newRow("one less deep") << QByteArray(16, '\x81') + hex("01") << true;
        QTest::newRow("deeper than any stack") << QByteArray(1 << 20, '\x81') << false;
        QTest::newRow("tags without end") << QByteArray(1 << 20, '\xc1') << false;
    }
    void everythingIsSkippedThatCanBe()
    {
        QFETCH(QByteArray, item);
        QFETCH(bool, can);
        const QByteArray bytes = item + char(7);
        CborReader reader(can ? QByteArrayView(bytes) : QByteArrayView(item));
        QCOMPARE(reader.skip(), can);
        quint64 behind = 0;
        if (can)
            QVERIFY(reader.readUnsigned(behind) && behind == 7);
    }
};

QTEST_APPLESS_MAIN(TestCbor)
#include "tst_cbor.moc"
