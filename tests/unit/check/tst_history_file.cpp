// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/history_file.h"

#include <QRandomGenerator>
#include <QTest>

using namespace faultline::check;

/// The formats of histories.
class TestHistoryFile : public QObject
{
    Q_OBJECT
private slots:
    void ourFormatSaysEverything()
    {
        History history;
        for (const Kind kind : {Kind::Read, Kind::Write, Kind::CompareAndSet, Kind::Increment, Kind::Append}) {
            for (const Outcome outcome : {Outcome::Ok, Outcome::Failed, Outcome::Unknown}) {
                Operation operation;
                operation.client = history.size();
                operation.key = "k\"\n";
                operation.kind = kind;
                operation.outcome = outcome;
                operation.called = (qint64(1) << 60) + 1;
                operation.returned = outcome == Outcome::Unknown ? 0 : operation.called + 1;
                if (kind == Kind::Write || kind == Kind::Append)
                    operation.argument = "ü";
                if (kind == Kind::CompareAndSet) {
                    operation.expected = "";
                    operation.swapped = outcome != Outcome::Ok;
                }
                if (kind == Kind::Increment && outcome == Outcome::Ok)
                    operation.result = "-5";
                history.push_back(operation);
            }
        }
        const auto again = readHistory(writeHistory(history));
        QVERIFY2(again, again ? "" : qPrintable(again.error()));
        QCOMPARE(again->history, history);
        QCOMPARE(again->initial, Value());
    }

    void aJepsenLogIsUnderstood()
    {
        const auto file = readHistory("INFO  jepsen.core - starting\n"
                                      "INFO  jepsen.util - 3\t:invoke\t:cas\t[0 4]\n"
                                      "INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n"
                                      "INFO  jepsen.util - 4  :invoke  :read  nil\r\n"
                                      "INFO  jepsen.util - 3\t:fail\t:cas\t[0 4]\n"
                                      "INFO  jepsen.util - 4\t:ok\t:read\t2\n"
                                      "INFO  jepsen.util - 4\t:invoke\t:cas\t[1 2]\n"
                                      "INFO  jepsen.util - 4\t:fail\t:cas\t:timed-out\n"
                                      "INFO  jepsen.util - 3\t:invoke\t:write\t7\n"
                                      "INFO  jepsen.util - 3\t:fail\t:write\t7\n"
                                      "INFO  jepsen.util - 5\t:invoke\t:write\t8\n");
        QVERIFY2(file, file ? "" : qPrintable(file.error()));
        QCOMPARE(file->initial, Value());
        const History& history = file->history;
        QCOMPARE(history.size(), std::size_t(5));
        QCOMPARE(history[0], (Operation{3, "", Kind::CompareAndSet, "4", "0", {}, false, Outcome::Ok, 1, 3}));
        QCOMPARE(history[1], (Operation{4, "", Kind::Read, {}, {}, "2", true, Outcome::Ok, 2, 4}));
        QCOMPARE(history[2].outcome, Outcome::Unknown);
        QCOMPARE(history[3].outcome, Outcome::Failed);
        QCOMPARE(history[4], (Operation{5, "", Kind::Write, "8", {}, {}, true, Outcome::Unknown, 9, 0}));
    }

    void ednIsUnderstood()
    {
        const auto file = readHistory(
            "{:process 9, :type :invoke, :f :put, :key \"a\\\"b\", :value \"x\", :time 12, :more [1 (2)]}\n\n"
            "{:process :nemesis :type :info :f :start}\n"
            "{:process 9 :type :ok :f :put :key \"a\\\"b\" :value \"x\"}\n"
            "{:process 9, :type :invoke, :f :get, :key 5, :value nil}\n"
            "{:process 9, :type :fail, :f :get, :key 5, :value :timed-out}\n");
        QVERIFY2(file, file ? "" : qPrintable(file.error()));
        QCOMPARE(file->initial, Value(""));
        QCOMPARE(file->history[0], (Operation{9, "a\"b", Kind::Write, "x", {}, {}, true, Outcome::Ok, 1, 2}));
        QCOMPARE(file->history[1].key, "5");
        QCOMPARE(file->history[1].outcome, Outcome::Unknown);

        const auto registers = readHistory("{:process 0, :type :invoke, :f :cas, :value [nil 1]}");
        QVERIFY(registers);
        QCOMPARE(registers->initial, Value());
        QCOMPARE(registers->history[0].expected, Value());
        QCOMPARE(registers->history[0].argument, Value("1"));
    }

    void errorsSayTheLine_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("error");
        const auto row = [](const QByteArray& text, const char* error) {
            QTest::addRow("%.60s: %.60s", text.right(60).constData(), error) << text << QString::fromUtf8(error);
        };
        row("", "There is no operation in this history.");
        row(" \n\n", "There is no operation in this history.");
        row("hello", "This is no history: it should begin with a JSON object or an EDN map for each line, or be a log "
                     "with lines of jepsen.util.");
        row("INFO jepsen.util - :nemesis :info :start nil", "There is no operation in this history.");
        row("{\"client\": 1,\n", "Line 1: a JSON object is expected (unterminated object).");
        row("{}", "Line 1: op should be read, write, cas, increment or append.");
        const QByteArray good = "{\"client\": 1, \"op\": \"read\", \"call\": 1}\n\n";
        row(good + "{\"op\": \"read\", \"call\": 1}", "Line 3: client should be a whole number.");
        row(good + "{\"client\": 1, \"op\": \"read\"}", "Line 3: call should be a whole number.");
        row(good + "{\"client\": 1, \"op\": \"read\", \"call\": 1.5}", "Line 3: call should be a whole number.");
        row(good + "{\"client\": 1, \"op\": \"read\", \"call\": 1, \"return\": \"2\"}",
            "Line 3: return should be a whole number.");
        row(good + "{\"client\": 1, \"op\": \"read\", \"call\": 5, \"return\": 3}",
            "Line 3: return is 3, before the call at 5; it should be that or later.");
        row(good + "{\"client\": 1, \"op\": \"read\", \"call\": 1, \"outcome\": \"ok\"}",
            "Line 3: what is ok should have a return.");
        row(good + "{\"client\": 1, \"op\": \"read\", \"call\": 1, \"outcome\": \"good\"}",
            "Line 3: outcome should be ok, failed or unknown.");
        row(good + "{\"client\": 1, \"op\": \"read\", \"call\": 1, \"result\": [1]}",
            "Line 3: result should be a string, a whole number or null.");
        row(good + "{\"client\": 1, \"op\": \"read\", \"call\": 1, \"end\": 2}",
            "Line 3: there is no field end, only client key op value expected result swapped outcome call return.");
        row("x\nINFO jepsen.util - 1 :invoke :read",
            "Line 2: a process, a type, an operation and a value should follow jepsen.util.");
        row("INFO jepsen.util - 1 :start :read nil",
            "Line 1: the type is start, and should be invoke, ok, fail or info.");
        row("INFO jepsen.util - 1 :invoke :dance nil",
            "Line 1: the operation is dance, and should be read, get, write, put, cas or append.");
        row("INFO jepsen.util - 1 :invoke :cas 4", "Line 1: the value of a cas should be two: [from to].");
        row("INFO jepsen.util - 1 :invoke :write [1 2]", "Line 1: the value should be a number, a string or nil.");
        row("INFO jepsen.util - 1 :ok :write 2", "Line 1: process 1 returns, but it has not called.");
        row("INFO jepsen.util - 1 :invoke :write 2\nINFO jepsen.util - 1 :invoke :write 2",
            "Line 2: process 1 calls, but its last call has not returned.");
        row("INFO jepsen.util - 1 :invoke :write 2\nINFO jepsen.util - 1 :ok :read 2",
            "Line 2: process 1 returns from something else than it called.");
        row("{:process 1", "Line 1: there is no } to a {.");
        row("{:process}", "Line 1: a map has a key without a value.");
        row("{:process 1}", "Line 1: a map with :process, :type and :f is expected.");
        row("{:process 1} {}", "Line 1: one map a line is expected, and there is more.");
        row("{:process -1 :type :ok :f :get}", "Line 1: the process should be a number, 0 or more.");
        row("{:process 1 :type :invoke :f :get :key [1]}", "Line 1: the key should be a number or a string.");
        row("{:a \"b", "Line 1: a string does not end.");
        row("{:a \"\\q\"}", "Line 1: a string has an escape that is not \\n, \\t, \\r, \\\\ or \\\".");
        row("{:a ]}", "Line 1: ] is not expected here.");
        row("{:a " + QByteArray(100, '['), "Line 1: values are nested deeper than 32.");
    }
    void errorsSayTheLine()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, error);
        const auto file = readHistory(text);
        QVERIFY(!file);
        QCOMPARE(file.error(), error);
    }

    void randomChangesNeverCrash()
    {
        const QByteArray texts[] = {
            "{\"client\": 1, \"key\": \"x\", \"op\": \"cas\", \"expected\": \"4\", \"swapped\": true, \"call\": 30}\n",
            "INFO  jepsen.util - 3\t:invoke\t:cas\t[0 4]\nINFO  jepsen.util - 3\t:fail\t:cas\t[0 4]\n",
            "{:process 9, :type :invoke, :f :put, :key \"a\\\"b\", :value \"x\"}\n{:process 9 :type :ok :f :put}\n"};
        QRandomGenerator random(4);
        for (int round = 0; round < 30'000; ++round) {
            QByteArray text = texts[round % 3];
            for (int changes = random.bounded(1, 5); changes > 0; --changes) {
                const auto at = static_cast<qsizetype>(random.bounded(int(text.size())));
                if (random.bounded(2) == 0)
                    text[at] = static_cast<char>(random.bounded(256));
                else
                    text.insert(at, text.mid(random.bounded(int(text.size())), random.bounded(20)));
            }
            if (const auto file = readHistory(text); !file)
                QVERIFY(file.error().endsWith('.'));
        }
    }
};

QTEST_APPLESS_MAIN(TestHistoryFile)
#include "tst_history_file.moc"
