// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/checker.h"
#include "common/check/history_file.h"

#include <QDir>
#include <QElapsedTimer>
#include <QTest>

using namespace faultline::check;

namespace {

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A folder with expected.csv: file, model, whether it is linearizable. Real histories that others recorded; they are
/// not part of this repository.
QString recordedFolder()
{
    return qEnvironmentVariable("FAULTLINE_HISTORIES");
}

} // namespace

/// Histories whose verdict is known.
class TestKnownHistories : public QObject
{
    Q_OBJECT
private slots:
    void ourOwn_data()
    {
        QTest::addColumn<QString>("file");
        const QDir folder(QFINDTESTDATA("histories"));
        for (const QString& file : folder.entryList(QDir::Files, QDir::Name))
            QTest::newRow(qPrintable(file)) << folder.filePath(file);
    }
    /// The name says the verdict.
    void ourOwn()
    {
        QFETCH(QString, file);
        const auto read = readHistory(contentOf(file));
        QVERIFY2(read, read ? "" : qPrintable(read.error()));
        const Judgement judgement = check(read->history, {.initial = read->initial});
        const bool isBad = QFileInfo(file).baseName().endsWith(QLatin1String("-bad"));
        QVERIFY2(judgement.verdict == (isBad ? Verdict::NotLinearizable : Verdict::Linearizable),
                 qPrintable(judgement.sentence));
    }

    void recorded_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<bool>("isLinearizable");
        const QDir folder(recordedFolder());
        const QList<QByteArray> rows = contentOf(folder.filePath(QStringLiteral("expected.csv"))).split('\n');
        for (const QByteArray& row : rows.mid(1)) {
            const QList<QByteArray> columns = row.trimmed().split(',');
            if (columns.size() == 3)
                QTest::newRow(columns[0].constData())
                    << folder.filePath(QString::fromUtf8(columns[0])) << (columns[2] == "true");
        }
    }
    void recorded()
    {
        if (recordedFolder().isEmpty())
            QSKIP("FAULTLINE_HISTORIES names no folder with recorded histories, so that these are not judged");
        QFETCH(QString, file);
        QFETCH(bool, isLinearizable);
        QElapsedTimer timer;
        timer.start();
        const auto read = readHistory(contentOf(file));
        QVERIFY2(read, read ? "" : qPrintable(read.error()));
        const qint64 readIn = timer.nsecsElapsed() / 1000;
        timer.restart();
        const Judgement judgement = check(read->history, {.initial = read->initial});
        qInfo("read in %lld us, judged in %lld us and %llu steps: %s", readIn, timer.nsecsElapsed() / 1000,
              judgement.steps, qPrintable(judgement.sentence));
        QVERIFY2(judgement.verdict == (isLinearizable ? Verdict::Linearizable : Verdict::NotLinearizable),
                 qPrintable(judgement.sentence));
    }
};

QTEST_APPLESS_MAIN(TestKnownHistories)
#include "tst_known_histories.moc"
