// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/program/options.h"

#include <QHostAddress>
#include <QSet>

#include <algorithm>
#include <optional>

namespace faultline::node {

namespace {

constexpr quint32 kMaxMembers = 9;
constexpr quint64 kFewestEntriesBetweenSnapshots = 10;
const QString kWithoutSync = QStringLiteral("--without-sync");
const QString kPowerFailsAfter = QStringLiteral("--power-fails-after");
const QString kPowerFailsBefore = QStringLiteral("--power-fails-before");

std::optional<quint16> portFrom(const QString& text)
{
    bool ok = false;
    const uint port = text.toUInt(&ok);
    if (!ok || port == 0 || port > 65535)
        return std::nullopt;
    return static_cast<quint16>(port);
}

std::optional<NodeId> idFrom(QString text)
{
    if (text.startsWith(u'n'))
        text.remove(0, 1);
    bool ok = false;
    const uint id = text.toUInt(&ok);
    if (!ok || id == 0 || id > kMaxMembers)
        return std::nullopt;
    return NodeId{id};
}

Result<MemberAddress> memberFrom(const QString& text)
{
    const Error shape{
        QStringLiteral("--member %1 is not of the form n1=127.0.0.1:7101/7201 (name n1 to n9, address, peer "
                       "port, client port)")
            .arg(text)};
    const qsizetype equals = text.indexOf(u'=');
    const qsizetype colon = text.lastIndexOf(u':');
    const qsizetype slash = text.lastIndexOf(u'/');
    if (equals < 0 || colon < equals || slash < colon)
        return shape;
    const auto id = idFrom(text.first(equals));
    const QHostAddress host(text.sliced(equals + 1, colon - equals - 1));
    const auto peerPort = portFrom(text.sliced(colon + 1, slash - colon - 1));
    const auto clientPort = portFrom(text.sliced(slash + 1));
    if (!id || host.isNull() || !peerPort || !clientPort)
        return shape;
    return MemberAddress{*id, host.toString(), *peerPort, *clientPort};
}

Result<void> checkMembers(const Options& options)
{
    if (options.members.empty())
        return Error{QStringLiteral("no --member is given; name each member of the cluster, this one included, e.g. "
                                    "--member n1=127.0.0.1:7101/7201")};
    QSet<quint32> ids;
    QSet<QString> ports;
    for (const MemberAddress& member : options.members) {
        if (ids.contains(member.id.value))
            return Error{QStringLiteral("%1 is given twice as --member; each member has one").arg(member.id.name())};
        ids.insert(member.id.value);
        for (const quint16 port : {member.peerPort, member.clientPort}) {
            const QString place = QStringLiteral("%1:%2").arg(member.host).arg(port);
            if (ports.contains(place))
                return Error{
                    QStringLiteral("the port %1 is given twice; each member needs two ports of its own").arg(place)};
            ports.insert(place);
        }
    }
    if (!ids.contains(options.self.value))
        return Error{QStringLiteral("--id %1 is not among the members; add --member %1=ADDRESS:PEER/CLIENT")
                         .arg(options.self.name())};
    return {};
}

} // namespace

const MemberAddress& Options::own() const
{
    return *std::find_if(members.begin(), members.end(), [this](const MemberAddress& m) { return m.id == self; });
}

Result<Options> parseOptions(const QStringList& arguments)
{
    Options options;
    bool noAdmission = false;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        QString name = arguments[i];
        std::optional<QString> value;
        if (const qsizetype equals = name.indexOf(u'='); name.startsWith(QLatin1String("--")) && equals > 0) {
            value = name.sliced(equals + 1);
            name = name.first(equals);
        }
        if (name == QLatin1String("--help") || name == QLatin1String("-h")) {
            options.ask = Options::Ask::Help;
            return options;
        }
        if (name == QLatin1String("--version")) {
            options.ask = Options::Ask::Version;
            return options;
        }
        if (bool* flag = name == QLatin1String("--managed")           ? &options.managed
                         : name == QLatin1String("--join")            ? &options.join
                         : name == QLatin1String("--after-power-cut") ? &options.afterPowerCut
                         : name == QLatin1String("--auth")            ? &options.auth
                         : name == QLatin1String("--no-admission")    ? &noAdmission
                                                                      : nullptr) {
            if (value)
                return Error{QStringLiteral("%1 takes no value").arg(name)};
            *flag = true;
            continue;
        }
        static const QStringList known{QStringLiteral("--id"),
                                       QStringLiteral("--member"),
                                       QStringLiteral("--data"),
                                       QStringLiteral("--cluster"),
                                       QStringLiteral("--control"),
                                       QStringLiteral("--snapshot-after"),
                                       kWithoutSync,
                                       kPowerFailsAfter,
                                       kPowerFailsBefore};
        if (!known.contains(name))
            return Error{QStringLiteral("unknown option %1; faultline-node --help lists them all").arg(arguments[i])};
        if (!value) {
            if (i + 1 >= arguments.size())
                return Error{QStringLiteral("%1 needs a value; faultline-node --help shows it").arg(name)};
            value = arguments[++i];
        }

        if (name == QLatin1String("--id")) {
            const auto id = idFrom(*value);
            if (!id)
                return Error{QStringLiteral("--id %1 is not a member's number; 1 to 9 would be").arg(*value)};
            options.self = *id;
        } else if (name == QLatin1String("--member")) {
            auto member = memberFrom(*value);
            if (!member)
                return Error{member.error()};
            options.members.push_back(*member);
        } else if (name == QLatin1String("--data")) {
            options.dataFolder = *value;
        } else if (name == QLatin1String("--cluster")) {
            options.cluster = value->toUtf8();
        } else if (name == QLatin1String("--snapshot-after")) {
            bool ok = false;
            options.snapshotAfter = value->toULongLong(&ok);
            if (!ok || options.snapshotAfter < kFewestEntriesBetweenSnapshots)
                return Error{QStringLiteral("--snapshot-after %1 is not a number of entries; %2 or more would be")
                                 .arg(*value)
                                 .arg(kFewestEntriesBetweenSnapshots)};
        } else if (name == kWithoutSync || name == kPowerFailsAfter || name == kPowerFailsBefore) {
            const auto of = storage::syncNamed(*value);
            if (!of)
                return Error{QStringLiteral("%1 %2 is no kind of sync; one of %3 would be")
                                 .arg(name, *value, storage::syncNames().join(QStringLiteral(", ")))};
            (name == kWithoutSync       ? options.trial.leftOut
             : name == kPowerFailsAfter ? options.trial.powerFailsAfter
                                        : options.trial.powerFailsBefore) = of;
        } else {
            const auto port = portFrom(*value);
            if (!port)
                return Error{QStringLiteral("--control %1 is not a port; 1 to 65535 would be").arg(*value)};
            options.controlPort = *port;
        }
    }
    if (!options.self)
        return Error{
            QStringLiteral("--id is missing: which member is this? 1 to 9; faultline-node --help shows an example")};
    options.admission = !noAdmission;
    if (auto checked = checkMembers(options); !checked)
        return Error{checked.error()};
    if (options.dataFolder.isEmpty())
        return Error{QStringLiteral("--data is missing: the folder where this member keeps its log")};
    if (options.managed != (options.controlPort != 0))
        return Error{QStringLiteral("--managed and --control PORT go together: a lab that takes control needs both")};
    std::sort(options.members.begin(), options.members.end(),
              [](const MemberAddress& a, const MemberAddress& b) { return a.id < b.id; });
    return options;
}

QString helpText()
{
    return QStringLiteral(R"(faultline-node: one member of a replicated key-value store (Raft), spoken to as Redis is.

Usage: faultline-node --id N --member nX=ADDRESS:PEERPORT/CLIENTPORT ... --data FOLDER [options]

  --id N            which member this is, 1 to 9
  --member nX=ADDRESS:PEERPORT/CLIENTPORT
                    one for each member, this one included: where the others reach it, and where clients do
  --data FOLDER     where this member keeps its log; made when absent, used by one process at a time
  --join            a new member of a running cluster: it begins as a member of nothing and waits until the cluster's
                    leader takes it in (MEMBER ADD below); then --member need name nobody but itself
  --snapshot-after ENTRIES
                    how far the log grows before a snapshot of the state takes its place (default: 100000 that have
                    64 MB, or as much as the state, or else 256 MB)
  --cluster NAME    members of clusters with different names refuse each other (default: faultline)
  --after-power-cut the last process of this folder was killed: what it had not made durable is taken away first, as
                    if the power had failed
  --auth            clients must say AUTH with a password first: the next line of standard input (behind the token,
                    with --managed)
  --no-admission    lets commands wait however many there are, rather than answer -BUSY while the cluster is behind
  --managed         for the desktop: the first line of standard input is a token, the end of standard input ends the
                    node, and no peer or client port opens before the lab has said what is broken
  --control PORT    with --managed: where the lab connects
  --without-sync KIND, --power-fails-after KIND, --power-fails-before KIND
                    for tests of this program alone: syncs of this kind say they were done and are not; the process ends
                    by SIGKILL a little after one of them, or just before one. The first loses what was acknowledged
  --version         prints the version
  --help            prints this

A cluster of three by hand, one line in each of three terminals:

  M="--member n1=127.0.0.1:7101/7201 --member n2=127.0.0.1:7102/7202 --member n3=127.0.0.1:7103/7203"
  faultline-node --id 1 --data /tmp/n1 $M
  faultline-node --id 2 --data /tmp/n2 $M
  faultline-node --id 3 --data /tmp/n3 $M

Then, from a fourth:

  redis-cli -c -p 7201 SET greeting hello      (-c follows the redirect to the leader)
  redis-cli -c -p 7203 GET greeting
  redis-cli -p 7201 CLUSTER NODES

The leader takes members in and lets them go, one change at a time (redis-cli -c goes to the leader by itself):

  faultline-node --id 4 --data /tmp/n4 --join --member n4=127.0.0.1:7104/7204
  redis-cli -c -p 7201 MEMBER ADD n4 127.0.0.1 7104 7204      (learns first, votes once it has nearly everything)
  redis-cli -c -p 7201 MEMBER REMOVE n1
  redis-cli -c -p 7202 MEMBER LIST
  redis-cli -c -p 7202 MEMBER TRANSFER n3                     (n3 leads from then on)

A key set with a time to live expires by the leader's wall clock, at the same place of the log on every member:

  redis-cli -c -p 7201 SET note hello EX 60
  redis-cli -c -p 7201 TTL note
  redis-cli -c -p 7201 COMMAND DOCS                           (every command it knows)

A key has at most 64 KB, a value 8 MB, a command 32 MB in all and the values of one MGET 32 MB; what is larger is
refused, or ends the connection where the command cannot be followed any more.

End a member with Ctrl+C, or kill -9 it, and start it again with the same line: what was acknowledged is still there.
Two of three members must run for a write to be taken.

Exit codes: 0 ended on request, 2 wrong options, 3 could not start (a port taken, a folder in use, a damaged log).
)");
}

QString versionText()
{
    return QStringLiteral("faultline-node " FAULTLINE_VERSION "\n");
}

} // namespace faultline::node
