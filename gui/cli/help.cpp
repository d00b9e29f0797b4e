// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/help.h"

#include "common/fault/disk_fault_text.h"
#include "common/fault/link_fault_text.h"
#include "gui/lab/scenario/scenario.h"

#include <QStringList>

namespace faultline::cli {

namespace {

/// Names one after the other, on lines that begin where the column of explanations does.
QString listed(const QStringList& names)
{
    constexpr qsizetype kWidth = 80;
    QStringList lines{QString()};
    for (const QString& name : names) {
        if (lines.last().size() + name.size() > kWidth)
            lines.append(QString());
        lines.last() += name + QStringLiteral(", ");
    }
    lines.last().chop(2);
    for (QString& line : lines)
        line = line.trimmed();
    return lines.join(QStringLiteral("\n                 "));
}

} // namespace

QString helpText()
{
    return QStringLiteral(R"(faultline: a desktop laboratory for distributed systems

  faultline [OPTION...]                open the desktop, with a living cluster in it
  faultline up [OPTION...]             start a cluster without a window, and keep it until Ctrl+C
  faultline run SCENARIO [OPTION...]   act a scenario out, judge it, and write a report
  faultline check HISTORY [--model M]  judge a recorded history: is it linearizable?
  faultline scenarios [--json]         list the scenarios that are built in

Options of the desktop:
  --theme light|dark|system   colours; without it, as last time
  --size WIDTHxHEIGHT         of the window, in pixels
  --nodes N                   3 to 9, without it 5
  --rate R                    load in operations a second, 0 to 20000, without it 20
  --pace real|watch|xN        how fast the cluster's own time runs, without it watch (ten times slower)
  --node-program PATH         the program faultline-node, when it is not beside this one
  --data FOLDER               where clusters keep their data while they live
  --help, --version

Exit codes: 0 as expected, 1 not as expected, 2 unknown or bad input.)");
}

QString upHelpText()
{
    return QStringLiteral(R"(faultline up: start a cluster without a window

It prints one line once the cluster serves, and stays until Ctrl+C or SIGTERM or, when its input is a pipe, the end of the
input. Then it ends every node, and exits with 0.

  --nodes N             3 to 9, without it 5
  --rate R              load in operations a second, 0 to 20000, without it 0: no load
  --json                print the line as JSON: {"nodes": [{"name","pid","client","peer","control"}], "leader"};
                        client, peer and control are ports on 127.0.0.1
  --node-program PATH   the program faultline-node, when it is not beside this one
  --data FOLDER         where the cluster keeps its data while it lives

Talk to it with any Redis client: redis-cli -c -p CLIENT-PORT set x 1

Lines on its input, typed or through a pipe, change who belongs to the cluster; each is answered by one line when it has
come about, the next one is taken then:

  add                   one more node, which learns first and votes once it has caught up
  remove n2             takes n2 out of the cluster, ends it and removes its data
  transfer n3           hands leadership to n3

With --json the answer is {"order", "done", "node", "sentence"}, of add also {"pid", "client", "peer", "control"}.)");
}

QString runHelpText()
{
    QStringList presets;
    for (const fault::Preset& preset : fault::presets())
        presets << preset.name;
    QStringList diskPresets;
    for (const fault::DiskPreset& preset : fault::diskPresets())
        diskPresets << preset.name;
    return QStringLiteral(
               R"(faultline run SCENARIO: act a scenario out on a fresh cluster of real processes, and judge it

SCENARIO is a YAML file, or a name that `faultline scenarios` lists.

  --report FOLDER       write report.json and pictures of the charts there
  --json FILE           write the same JSON there
  --seed N              for the load and for random choices, instead of the scenario's own
  --node-program PATH   the program faultline-node, when it is not beside this one
  --data FOLDER         where the cluster keeps its data while it lives

Exit code: 0 every expectation met, 1 one not met, 2 one unknown, or bad input.

A scenario:
  name           a short name; this and steps must be there
  title, story   for people
  nodes          3 to 9, without it 5
  pace           real (without it), watch, or x1 to x50
  rate           load in operations a second, 0 to 20000, without it 20
  read_share     of the load, 0 to 1 or 0% to 100%, without it 0.5
  seed           a whole number, without it 1
  watched_key    whose value the nodes report, without it x
  steps          a list, taken in order:
    at           time since the cluster served (2s, 300ms, 1.5s, 1min), or
    after        %1;
                 within: how long that may take, without it 30s
    do           %2
    target       leader, followers, random, all, dead, frozen, isolated, or nodes by name: [n1, n3]
    duration     the fault is undone after this time; of wait: how long
    to           of rate and pace: the new one
    links        of link, cut and heal: A->B, A<->B, several with spaces between, or a list; A and B are leader,
                 followers, all, random, clients or nodes by name; heal without links heals every partition
    preset       of link: %4;
                 or, also on top of it, each by itself:
                 %5,
                 such as latency: 200ms, jitter: 50ms, loss: 5%, bandwidth: 1mbit, cut: true
    over         of link, surge and rate: getting there takes so long
    shape        of partition: %6;
                 target: around whom, without it the leader
    side         of partition, instead of a shape: the nodes of one side
    period       of crash-loop: how long the node runs at a time, 1s to 60s
    offset, jump, rate   of clock: 5s, -200ms, 110%
    preset       of disk: %7;
                 or, also on top of it, each by itself: %8,
                 such as latency: 20ms, lies: true
    factor       of surge: how many times the load that is set, 1 to 100
    share        of hot-key: of all operations, 80%
  expectations   a list:
    id, text     a short name, and a sentence for people
    measure      %3
    at_most or at_least   a time with its unit, a share, or a number
    from, until  of what is measured of the load (shares, throughput, latency): only of this part of the run, in time
                 since the cluster served)")
        .arg(listed(lab::conditionNames()), listed(lab::actionNames()), listed(lab::measureNames()), listed(presets),
             listed(fault::fieldNames()), listed(lab::partitionNames()), listed(diskPresets),
             listed(fault::diskFieldNames()));
}

QString checkHelpText()
{
    return QStringLiteral(R"(faultline check HISTORY: judge a recorded history

Is there one order of all operations that every reply agrees with, and that keeps what came before what? Each key is judged
by itself. What it prints says so in a sentence; when there is none, it names the first operation to return that fits
nowhere, and the end of the longest order before it.

  --model M   what keys hold at first: register or cas-register: nothing; kv: the empty text. Without it, nothing, but for
              EDN with :get, :put or :append, where it is the empty text

HISTORY is a file in one of three formats, told apart by how they begin:

  Lines of JSON, one an operation, in any order. op is read, write, cas, increment or append; outcome is ok, failed (did not
  happen, for certain) or unknown, and may be left out: ok with a return, unknown without. Times are whole numbers.
    {"client": 1, "key": "x", "op": "write", "value": "4", "call": 10, "return": 25}
    {"client": 2, "key": "x", "op": "read", "result": "4", "call": 12, "return": 30}
    {"client": 1, "key": "x", "op": "cas", "expected": "4", "value": "5", "swapped": true, "call": 31, "return": 40}
    {"client": 3, "key": "x", "op": "increment", "result": 6, "call": 41, "return": 45}
    {"client": 3, "key": "y", "op": "append", "value": "!", "call": 46}

  A Jepsen log of a register (:read, :write, :cas [from to]; :invoke, :ok, :fail, :info):
    INFO  jepsen.util - 0 :invoke :write 3

  Jepsen's maps in EDN, one a line (:f is :read, :get, :write, :put, :cas or :append):
    {:process 0, :type :invoke, :f :append, :key "0", :value "x"}

Exit code: 0 linearizable, 1 not, 2 not decided within bounds, or bad input.)");
}

QString scenariosHelpText()
{
    return QStringLiteral(R"(faultline scenarios: list the scenarios that are built in

  --json   as JSON: [{"name","title","story","nodes"}])");
}

} // namespace faultline::cli
