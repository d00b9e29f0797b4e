// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/real_disk.h"
#include "node/storage/wal.h"
#include "node/storage/wal_format.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace faultline;
using namespace faultline::storage;

namespace {

struct Model
{
    HardState hardState;
    std::vector<Entry> entries;
    bool operator==(const Model&) const = default;
};

Entry entry(quint64 index, quint64 term, QByteArray payload)
{
    return {index, term, 1, std::move(payload)};
}

QByteArray readAll(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool writeAll(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

} // namespace

class TestWal : public QObject
{
    Q_OBJECT

    /// A log of several synced turns, the last one not yet noted, as a kill leaves it. `states` holds what is right
    /// after each record, `synced` how many bytes each sync made durable.
    struct Sample
    {
        QByteArray bytes;
        std::vector<Model> states; ///< after each sync; the first is empty
        std::vector<qint64> ends;  ///< size of the file at that moment
    };

    Sample makeSample(const QString& folder)
    {
        RealDisk disk;
        Sample sample;
        Model model;
        auto opened = Wal::open(disk, folder);
        if (!opened)
            return sample;
        const auto turn = [&](std::vector<Entry> entries, std::optional<HardState> hardState) {
            opened->wal->append(entries, hardState);
            if (!opened->wal->sync())
                return;
            if (hardState)
                model.hardState = *hardState;
            for (const Entry& e : entries) {
                model.entries.resize(static_cast<std::size_t>(e.index - 1));
                model.entries.push_back(e);
            }
            sample.states.push_back(model);
            sample.ends.push_back(opened->wal->bytes());
        };
        sample.states.push_back(model);
        sample.ends.push_back(opened->wal->bytes());
        turn({}, HardState{1, 2});
        turn({entry(1, 1, ""), entry(2, 1, "two"), entry(3, 1, "three")}, {});
        turn({entry(2, 3, "again")}, HardState{3, 0});
        turn({entry(3, 3, QByteArray("\0\xff", 2))}, {});
        sample.bytes = readAll(folder + "/wal");
        return sample;
    }

    static Result<Model> recover(const QString& folder)
    {
        RealDisk disk;
        auto opened = Wal::open(disk, folder);
        if (!opened)
            return Error{opened.error()};
        return Model{opened->recovered.hardState, opened->recovered.entries};
    }

    /// What a log may say after a flaw: what some sync, or part of a turn after it, had made of it.
    static bool isPrefix(const Sample& sample, const Model& model)
    {
        for (std::size_t i = 0; i < sample.states.size(); ++i) {
            if (model == sample.states[i])
                return true;
        }
        // Inside a turn, between its records.
        const Model partOfSecond1{{1, 2}, {entry(1, 1, "")}};
        const Model partOfSecond2{{1, 2}, {entry(1, 1, ""), entry(2, 1, "two")}};
        const Model partOfThird{{3, 0}, sample.states[2].entries};
        return model == partOfSecond1 || model == partOfSecond2 || model == partOfThird;
    }

private slots:
    void whatWasSyncedIsThereAgain()
    {
        QTemporaryDir folder;
        const Sample sample = makeSample(folder.path() + "/n1");
        QCOMPARE(sample.states.size(), std::size_t(5));
        const auto model = recover(folder.path() + "/n1");
        QVERIFY2(model, model ? "" : qPrintable(model.error()));
        QVERIFY(*model == sample.states.back());
        QCOMPARE(model->entries.size(), std::size_t(3));
        QCOMPARE(model->entries[1], entry(2, 3, "again"));
    }

    void logGoesOnAfterItWasReopened()
    {
        QTemporaryDir folder;
        RealDisk disk;
        for (quint64 i = 1; i <= 5; ++i) {
            auto opened = Wal::open(disk, folder.path());
            QVERIFY(opened);
            QCOMPARE(opened->recovered.entries.size(), std::size_t(i - 1));
            QCOMPARE(opened->recovered.cutBytes, 0);
            opened->wal->append(std::vector{entry(i, i, "x")}, HardState{i, 1});
            QVERIFY(opened->wal->dirty());
            QVERIFY(opened->wal->sync());
            QCOMPARE(opened->wal->syncs(), quint64(1));
            QCOMPARE(opened->wal->lastIndex(), i);
        }
    }

    void reopeningAddsNothing()
    {
        QTemporaryDir folder;
        makeSample(folder.path());
        QVERIFY(recover(folder.path()));
        const QByteArray once = readAll(folder.path() + "/wal");
        QVERIFY(recover(folder.path()));
        QCOMPARE(readAll(folder.path() + "/wal"), once);
    }

    void whatWasNotSyncedIsNotThere()
    {
        QTemporaryDir folder;
        RealDisk disk;
        {
            auto opened = Wal::open(disk, folder.path());
            QVERIFY(opened);
            opened->wal->append(std::vector{entry(1, 1, "x")}, {});
        }
        QVERIFY(recover(folder.path())->entries.empty());
    }

    void cutAnywhereGivesAPrefixOrARefusal()
    {
        QTemporaryDir folder;
        const Sample sample = makeSample(folder.path() + "/made");
        const QString path = folder.path() + "/wal";
        for (qsizetype length = 0; length < sample.bytes.size(); ++length) {
            QVERIFY(writeAll(path, sample.bytes.first(length)));
            const auto model = recover(folder.path());
            if (length < format::kFileHeaderSize) {
                QVERIFY(!model);
                QVERIFY(model.error().contains(path));
                continue;
            }
            QVERIFY2(model, model ? "" : qPrintable(model.error()));
            QVERIFY2(isPrefix(sample, *model), qPrintable(QString::number(length)));
            // Every sync whose bytes are all there is kept.
            for (std::size_t i = 0; i < sample.ends.size(); ++i) {
                if (length == sample.ends[i])
                    QVERIFY(*model == sample.states[i]);
            }
            const auto again = recover(folder.path());
            QVERIFY(again && *again == *model);
        }
    }

    void flippedBitIsNeverAWrongValue()
    {
        QTemporaryDir folder;
        const Sample sample = makeSample(folder.path() + "/made");
        const QString path = folder.path() + "/wal";
        // The last note in the file speaks of what the last sync but one made durable.
        const qint64 noted = sample.ends[sample.ends.size() - 2];
        for (qsizetype i = 0; i < sample.bytes.size(); ++i) {
            for (const int bit : {static_cast<int>(i % 8)}) {
                QByteArray flipped = sample.bytes;
                flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
                QVERIFY(writeAll(path, flipped));
                const auto model = recover(folder.path());
                const QByteArray where = QByteArray::number(qlonglong(i));
                if (i < noted) {
                    QVERIFY2(!model, where.constData());
                    QVERIFY2(model.error().contains(path), where.constData());
                    QVERIFY2(i < 12 || model.error().contains("offset"), qPrintable(model.error()));
                    QCOMPARE(readAll(path), flipped);
                } else {
                    QVERIFY2(model && isPrefix(sample, *model), where.constData());
                }
            }
        }
    }

    void orderlyEndProtectsTheLastTurnToo()
    {
        QTemporaryDir folder;
        makeSample(folder.path());
        const QString path = folder.path() + "/wal";
        const QByteArray bytes = readAll(path);
        QByteArray flipped = bytes;
        // Behind the last entry (40 bytes) stands the note of the orderly end (24).
        flipped[bytes.size() - 30] = static_cast<char>(flipped[bytes.size() - 30] ^ 1);
        QVERIFY(writeAll(path, flipped));
        const auto model = recover(folder.path());
        QVERIFY(!model);
        QVERIFY2(model.error().contains("already durable"), qPrintable(model.error()));
    }

    void strangeFilesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("empty") << QByteArray("") << "is empty";
        QTest::newRow("foreign") << QByteArray("#!/bin/sh\necho hello\n") << "is not a log of this program";
        QTest::newRow("zeros") << QByteArray(4096, '\0') << "is not a log of this program";
        QTest::newRow("future") << format::fileHeader(2) << "has log format 2";
        QByteArray damaged = format::fileHeader();
        damaged[13] = static_cast<char>(damaged[13] ^ 1);
        QTest::newRow("header") << damaged << "damaged at offset 0";
    }
    void strangeFilesAreRefused()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, sentence);
        QTemporaryDir folder;
        QVERIFY(writeAll(folder.path() + "/wal", bytes));
        const auto model = recover(folder.path());
        QVERIFY(!model);
        QVERIFY2(model.error().contains(sentence), qPrintable(model.error()));
        QVERIFY(model.error().contains(folder.path() + "/wal"));
        QCOMPARE(readAll(folder.path() + "/wal"), bytes);
    }

    void gapBetweenEntriesIsRefused()
    {
        QTemporaryDir folder;
        QByteArray bytes = format::fileHeader();
        const qsizetype begun = format::beginRecord(bytes, format::RecordKind::Entry);
        format::appendInteger(bytes, quint64(2));
        format::appendInteger(bytes, quint64(1));
        format::appendInteger(bytes, quint8(1));
        format::endRecord(bytes, begun, begun);
        QVERIFY(writeAll(folder.path() + "/wal", bytes));
        const auto model = recover(folder.path());
        QVERIFY(!model);
        QVERIFY2(model.error().contains("entry 2 follows entry 0"), qPrintable(model.error()));
    }

    void secondUserOfAFolderIsRefused()
    {
        QTemporaryDir folder;
        RealDisk disk;
        auto first = Wal::open(disk, folder.path());
        QVERIFY(first);
        auto second = Wal::open(disk, folder.path());
        QVERIFY(!second);
        QVERIFY2(
            second.error().contains("already used by process " + QString::number(QCoreApplication::applicationPid())),
            qPrintable(second.error()));
        first->wal.reset();
        QVERIFY(Wal::open(disk, folder.path()));
    }

    void unfinishedCreationIsBegunAnew()
    {
        QTemporaryDir folder;
        QVERIFY(writeAll(folder.path() + "/wal.new", "faul"));
        QVERIFY(recover(folder.path()));
        QVERIFY(!QFile::exists(folder.path() + "/wal.new"));
    }

    void largeLogIsRecovered()
    {
        QTemporaryDir folder;
        RealDisk disk;
        std::vector<Entry> entries;
        for (quint64 i = 1; i <= 300; ++i)
            entries.push_back(entry(i, 1, QByteArray(static_cast<qsizetype>(i * 97), static_cast<char>(i))));
        entries.push_back(entry(301, 1, QByteArray(9 << 20, 'x')));
        {
            auto opened = Wal::open(disk, folder.path());
            QVERIFY(opened);
            opened->wal->append(entries, {});
            QVERIFY(opened->wal->sync());
        }
        const auto model = recover(folder.path());
        QVERIFY(model);
        QVERIFY(model->entries == entries);
    }
};

QTEST_GUILESS_MAIN(TestWal)
#include "tst_wal.moc"
