// SPDX-License-Identifier: GPL-3.0-or-later
#include "wal_sample.h"

#include <QTest>

using namespace faultline;
using namespace faultline::storage;
using namespace faultline::tests;
using faultline::sim::SimDisk;

namespace {

const WalOptions kSmall{.owner = 5, .segmentSize = 300, .fillStep = 64};

QString pathOf(quint64 number)
{
    return kFolder + QLatin1Char('/') + segmentName(number);
}

/// One turn of a node: what it appends, and what it then does with the log.
struct Turn
{
    enum class Then { Nothing, Compact, BeginAnew };
    std::vector<Entry> entries;
    std::optional<HardState> hardState;
    Then then = Then::Nothing;
    quint64 index = 0;
};

/// Writes, takes back, compacts and begins anew, over many segments.
const std::vector<Turn>& turns()
{
    static const std::vector<Turn> kTurns = [] {
        const QByteArray some(60, 's');
        std::vector<Turn> all;
        all.push_back({{}, HardState{1, 2}});
        for (quint64 i = 1; i <= 12; ++i)
            all.push_back({{entryOf(i, 1, some + QByteArray::number(i))}, {}});
        all.push_back({{entryOf(9, 2, "taken back")}, HardState{2, 1}});
        all.push_back({{entryOf(10, 2, some), entryOf(11, 2, some), entryOf(12, 2, some)}, {}, Turn::Then::Compact, 7});
        all.push_back({{entryOf(13, 2, some)}, {}, Turn::Then::Compact, 13});
        all.push_back({{entryOf(14, 2, some), entryOf(15, 2, some)}, HardState{4, 3}});
        all.push_back({{entryOf(16, 4, some)}, {}, Turn::Then::BeginAnew, 40});
        all.push_back({{entryOf(41, 5, some), entryOf(42, 5, some), entryOf(43, 5, some)}, HardState{5, 0}});
        all.push_back({{entryOf(44, 5, some)}, {}, Turn::Then::Compact, 43});
        all.push_back({{entryOf(45, 5, "last")}, {}});
        return all;
    }();
    return kTurns;
}

/// Does the turns until the disk fails. `promised`: what the log said after the last one that succeeded; `next`: what
/// it says once the one that failed is done; `covered`: how far the snapshots stand that were durable by then.
struct Run
{
    Model promised;
    Model next;
    quint64 covered = 0;
    std::size_t done = 0;
    std::size_t mostSegments = 0;
};

Run doTurns(SimDisk& disk, std::size_t limit = 1'000)
{
    Run run;
    auto opened = Wal::open(disk, kFolder, kSmall);
    if (!opened)
        return run;
    for (const Turn& turn : turns()) {
        if (run.done == limit)
            break;
        run.next.take(turn.entries, turn.hardState);
        opened->wal->append(turn.entries, turn.hardState);
        if (!opened->wal->sync())
            return run;
        run.promised = run.next;
        run.mostSegments = std::max(run.mostSegments, opened->wal->segments());
        Result<void> then;
        if (turn.then == Turn::Then::Compact) {
            run.covered = turn.index;
            then = opened->wal->compact(turn.index);
        } else if (turn.then == Turn::Then::BeginAnew) {
            // The snapshot is durable before the log is touched, so that the entries below it no longer matter.
            run.covered = turn.index;
            run.promised = run.next = run.next.beyond(turn.index);
            run.promised.entries.clear();
            const auto begun = opened->wal->beginAnewAfter(turn.index);
            then = begun ? Result<void>() : Error{begun.error()};
        }
        if (!then)
            return run;
        ++run.done;
    }
    return run;
}

bool reaches(const Model& model, quint64 covered)
{
    return model.firstIndex <= covered + 1;
}

} // namespace

class TestWalSegments : public QObject
{
    Q_OBJECT
private slots:
    void logGoesOnOverSegments()
    {
        SimDisk disk{fault::Random(1)};
        const Run run = doTurns(disk);
        QCOMPARE(run.done, turns().size());
        QVERIFY(run.mostSegments > 3);
        const auto model = recover(disk, kSmall);
        QVERIFY2(model, model ? "" : qPrintable(model.error()));
        QVERIFY(model->beyond(43) == run.promised.beyond(43));
        QCOMPARE(model->hardState, (HardState{5, 0}));
    }

    void compactionKeepsWhatIsBeyondAndTheHardState()
    {
        SimDisk disk{fault::Random(1)};
        Model model;
        {
            auto opened = Wal::open(disk, kFolder, kSmall);
            model.take({}, HardState{7, 3});
            opened->wal->append({}, HardState{7, 3});
            for (quint64 i = 1; i <= 50; ++i) {
                const std::vector entries{entryOf(i, 7, QByteArray(50, 'x'))};
                opened->wal->append(entries, {});
                QVERIFY(opened->wal->sync());
                model.take(entries, {});
            }
            const std::size_t before = opened->wal->segments();
            const qint64 bytes = opened->wal->bytes();
            QVERIFY(before > 8);
            QVERIFY(opened->wal->compact(0));
            QCOMPARE(opened->wal->segments(), before);
            QVERIFY(opened->wal->compact(30));
            QVERIFY(opened->wal->segments() < before - 3);
            QVERIFY(opened->wal->bytes() < bytes * 2 / 3);
            QCOMPARE(opened->wal->lastIndex(), quint64(50));
        }
        auto recovered = recover(disk, kSmall);
        QVERIFY(recovered);
        QVERIFY(recovered->firstIndex > 20 && recovered->firstIndex <= 31);
        QVERIFY(recovered->beyond(30) == model.beyond(30));
        {
            auto opened = Wal::open(disk, kFolder, kSmall);
            QVERIFY(opened->wal->compact(50));
            QCOMPARE(opened->wal->segments(), std::size_t(1));
            QVERIFY(opened->wal->compact(50));
            QCOMPARE(opened->wal->segments(), std::size_t(1));
        }
        recovered = recover(disk, kSmall);
        QVERIFY(recovered && recovered->entries.empty());
        QCOMPARE(recovered->firstIndex, quint64(51));
        QCOMPARE(recovered->hardState, (HardState{7, 3}));
    }

    void segmentsThatAreNotNeededAreWrittenOver()
    {
        // Ended at any record, for all that stands behind the last one.
        for (quint64 more = 0; more < 30; ++more) {
            SimDisk disk{fault::Random(1)};
            Model model;
            const auto spares = [&] { return disk.list(kFolder)->filter(QStringLiteral("spare-")).size(); };
            const auto grow = [&](Wal& wal, quint64 to) {
                while (model.lastIndex() < to) {
                    const std::vector entries{entryOf(model.lastIndex() + 1, 7, QByteArray(50, 'x'))};
                    wal.append(entries, {});
                    QVERIFY(wal.sync());
                    model.take(entries, {});
                }
            };
            {
                auto opened = Wal::open(disk, kFolder, kSmall);
                grow(*opened->wal, 50);
                QCOMPARE(spares(), 0);
                QVERIFY(opened->wal->compact(30));
                QCOMPARE(spares(), qsizetype(SpareSegments::kMost));
                grow(*opened->wal, 50 + more);
                QVERIFY(more < 25 || spares() == 0);
            }
            QVERIFY(recover(disk, kSmall)->beyond(30) == model.beyond(30));
            QCOMPARE(spares(), 0); // those of an earlier process are not trusted
        }
    }

    void newEntriesMayTakeThePlaceOfOnesThatWereDropped()
    {
        SimDisk disk{fault::Random(1)};
        {
            auto opened = Wal::open(disk, kFolder, {.segmentSize = 1, .fillStep = 64});
            opened->wal->append(std::vector{entryOf(1, 1, "a"), entryOf(2, 1, "b"), entryOf(3, 1, "c")}, {});
            QVERIFY(opened->wal->sync()); // a segment of its own
            opened->wal->append(std::vector{entryOf(2, 2, "B"), entryOf(3, 2, "C"), entryOf(4, 2, "D")}, {});
            QVERIFY(opened->wal->sync());
            QVERIFY(opened->wal->compact(3));
        }
        const auto model = recover(disk);
        QVERIFY2(model, model ? "" : qPrintable(model.error()));
        QCOMPARE(model->firstIndex, quint64(2));
        QCOMPARE(model->entries.back(), entryOf(4, 2, "D"));
        QVERIFY(model->beyond(3).entries == std::vector{entryOf(4, 2, "D")});
    }

    void powerCutAtEveryStepKeepsWhatWasPromised_data()
    {
        QTest::addColumn<bool>("kill");
        QTest::newRow("power off") << false;
        QTest::newRow("power off, then again while recovering") << true;
    }
    void powerCutAtEveryStepKeepsWhatWasPromised()
    {
        QFETCH(const bool, kill);
        quint64 steps = 0;
        for (quint64 step = 1;; ++step) {
            bool cut = false;
            for (quint64 seed = 0; seed < 12; ++seed) {
                SimDisk disk{fault::Random(seed * 1'000 + step)};
                disk.cutPowerDuring(step);
                const Run run = doTurns(disk);
                cut = !disk.isPowered();
                if (!cut)
                    break;
                disk.powerOn();
                if (kill) {
                    disk.cutPowerDuring(1 + seed % 6);
                    static_cast<void>(recover(disk, kSmall));
                    disk.cutPowerDuring(0);
                    if (!disk.isPowered())
                        disk.powerOn();
                }
                auto model = recover(disk, kSmall);
                const QByteArray where = QByteArray::number(step) + '/' + QByteArray::number(seed);
                QVERIFY2(model, model ? "" : qPrintable(QLatin1String(where) + model.error()));
                QVERIFY2(reaches(*model, run.covered), where.constData());
                const Model found = model->beyond(run.covered);
                // A part of the turn that was under way may be there: each of its records, in their order.
                Model step0 = run.promised.beyond(run.covered);
                bool known = found == step0;
                if (run.done < turns().size()) {
                    const Turn& turn = turns()[run.done];
                    if (turn.then == Turn::Then::BeginAnew && run.covered == turn.index)
                        known = known || found.entries.empty();
                    Model partly = step0;
                    partly.take({}, turn.hardState);
                    known = known || found == partly;
                    for (const Entry& each : turn.entries) {
                        if (each.index <= partly.lastIndex() + 1 && each.index >= partly.firstIndex)
                            partly.take({each}, {});
                        known = known || found == partly;
                    }
                }
                QVERIFY2(known, where.constData());
                const auto again = recover(disk, kSmall);
                QVERIFY(again && *again == *model);
            }
            if (!cut)
                break;
            steps = step;
        }
        QVERIFY2(steps > 100, qPrintable(QString::number(steps)));
    }

    void flippedBitInAnySegmentIsNeverAWrongValue()
    {
        SimDisk made{fault::Random(1)};
        const Run run = doTurns(made, 14);
        const auto numbers = *segmentsIn(made, kFolder);
        QVERIFY(numbers.size() > 3);
        std::map<quint64, QByteArray> bytes;
        for (const quint64 number : numbers)
            bytes[number] = contentOf(made, pathOf(number));
        for (const quint64 number : numbers) {
            for (qsizetype i = 0; i < bytes[number].size(); ++i) {
                SimDisk disk{fault::Random(1)};
                QVERIFY(disk.makeFolder(kFolder));
                for (const auto& [each, content] : bytes) {
                    QByteArray flipped = content;
                    if (each == number)
                        flipped[i] = static_cast<char>(flipped[i] ^ (1 << i % 8));
                    QVERIFY(setContent(disk, pathOf(each), flipped));
                }
                const auto model = recover(disk, kSmall);
                if (model)
                    QVERIFY2(*model == run.promised, qPrintable(QStringLiteral("%1/%2").arg(number).arg(i)));
                else
                    QVERIFY2(model.error().contains(pathOf(number)), qPrintable(model.error()));
            }
        }
    }

    void segmentThatEndsEarlyIsRefused()
    {
        SimDisk made{fault::Random(1)};
        const Run run = doTurns(made, 10);
        QByteArray whole = contentOf(made, pathOf(2));
        while (whole.endsWith('\0')) // room that was not needed
            whole.chop(1);
        int refused = 0;
        for (qsizetype length = 0; length < whole.size(); ++length) {
            QVERIFY(setContent(made, pathOf(2), whole.first(length)));
            const auto model = recover(made, kSmall);
            if (model) // only what ends the segment is gone, and the next one says that all else is there
                QVERIFY(*model == run.promised);
            else
                QVERIFY2(model.error().contains(pathOf(2)), qPrintable(model.error()));
            refused += !model;
        }
        QVERIFY(refused > whole.size() - 40);
    }

    void missingStrayAndForeignSegmentsAreRefused_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("says");
        QTest::newRow("one between is missing") << "between" << pathOf(2) + " is missing";
        QTest::newRow("the last is missing") << "last"
                                             << " is missing, a part of this node's log";
        QTest::newRow("one is there twice") << "twice"
                                            << " is segment 2 of the log under the name of another";
        QTest::newRow("one of another node") << "foreign" << pathOf(2) + " belongs to another node";
        QTest::newRow("one with an odd name") << "odd"
                                              << "/n1/wal-7 is no file of this node's log";
        QTest::newRow("format 1 beside it") << "old"
                                            << "/n1/wal is a log of format 1 beside one that went on";
    }
    void missingStrayAndForeignSegmentsAreRefused()
    {
        QFETCH(const QString, what);
        QFETCH(const QString, says);
        SimDisk disk{fault::Random(1)};
        doTurns(disk, 10);
        const quint64 last = segmentsIn(disk, kFolder)->back();
        QVERIFY(last > 3);
        const QByteArray second = contentOf(disk, pathOf(2));
        if (what == "between")
            QVERIFY(disk.remove(pathOf(2)));
        else if (what == "last")
            QVERIFY(disk.remove(pathOf(last)));
        else if (what == "twice")
            QVERIFY(setContent(disk, pathOf(last + 1), second));
        else if (what == "foreign")
            QVERIFY(setContent(disk, pathOf(2), format::encode({.owner = 6, .number = 2}) + second.sliced(72)));
        else if (what == "odd")
            QVERIFY(setContent(disk, kFolder + "/wal-7", second));
        else
            QVERIFY(setContent(disk, kFolder + "/wal", format::fileHeader1()));
        const auto model = recover(disk, kSmall);
        QVERIFY(!model);
        QVERIFY2(model.error().contains(says), qPrintable(model.error()));
        // A member that came back empty under its name would have forgotten what it promised.
        QCOMPARE(
            model.error().contains("MEMBER REMOVE it at another node, then remove its folder, start it with --join"),
            says.contains("is missing"));
    }
};

QTEST_APPLESS_MAIN(TestWalSegments)
#include "tst_wal_segments.moc"
