// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/frame.h"
#include "node/peer/codec/codec.h"

#include <QCborStreamWriter>
#include <QTest>

#include <random>
#include <vector>

using namespace faultline;
using namespace faultline::node;

namespace {

raft::Message message(decltype(raft::Message::body) body)
{
    return {{1}, {2}, {7}, std::move(body)};
}

std::vector<raft::Message> oneOfEach()
{
    return {
        message(raft::RequestVote{true, {10}, {6}, true}),
        message(raft::RequestVoteReply{false, true}),
        message(raft::AppendEntries{
            {10},
            {6},
            {9},
            {{{6}, {11}, raft::EntryKind::NoOp, {}}, {{7}, {12}, raft::EntryKind::Command, QByteArray(300, 'v')}},
            12345}),
        message(raft::AppendEntries{{0}, {0}, {0}, {}}),
        message(raft::AppendEntriesReply{false, {0}, {5}, {8}, 12345}),
        message(raft::InstallSnapshot{
            {{{100}, {6}, {{{1}, {2}}, {}, {{3}}, {}, {}, "where"}}, 4096, QByteArray(300, 's'), true}, 7}),
        message(raft::InstallSnapshotReply{{100}, 4396, true, 7}),
        message(raft::TimeoutNow{}),
    };
}

const wire::Envelope kEnvelope{GroupId{1}, 42, 99, true};

/// As it arrives, out of its frame.
QByteArray encoded(const raft::Message& message)
{
    wire::FrameReader reader;
    reader.append(PeerFrames().encode(kEnvelope, message));
    wire::Frame frame;
    return reader.next(frame) == wire::FrameReader::Outcome::Frame ? frame.payload : QByteArray();
}

} // namespace

class TestCodec : public QObject
{
    Q_OBJECT

private slots:
    void everyMessageComesBackAsItWas()
    {
        for (const raft::Message& original : oneOfEach()) {
            const QByteArray payload = encoded(original);
            const auto decoded = decodePeerMessage(payload, {1}, {2});
            QVERIFY(decoded);
            QCOMPARE(decoded->envelope, kEnvelope);
            QCOMPARE(decoded->message.term.value, quint64(7));
            QCOMPARE(decoded->message.body.index(), original.body.index());
            QCOMPARE(encoded(decoded->message), payload);
        }
        const auto append = decodePeerMessage(encoded(oneOfEach()[2]), {1}, {2});
        QCOMPARE(std::get<raft::AppendEntries>(append->message.body).entries,
                 std::get<raft::AppendEntries>(oneOfEach()[2].body).entries);
    }

    void whatEntriesCarryStaysWhereItArrived()
    {
        std::optional<PeerMessage> decoded;
        {
            const QByteArray payload = encoded(oneOfEach()[2]);
            decoded = decodePeerMessage(payload, {1}, {2});
            QVERIFY(decoded);
            const QByteArray& carried = std::get<raft::AppendEntries>(decoded->message.body).entries[1].payload;
            QVERIFY(carried.constData() > payload.constData() &&
                    carried.constData() + carried.size() <= payload.constData() + payload.size());
        }
        QCOMPARE(std::get<raft::AppendEntries>(decoded->message.body).entries,
                 std::get<raft::AppendEntries>(oneOfEach()[2].body).entries);
    }

    /// However frames follow each other, each is what it would be alone.
    void framesThatShareEntriesAreWhatTheyAreAlone()
    {
        const raft::Entries few{{{6}, {11}, raft::EntryKind::NoOp, {}}, {{7}, {12}, raft::EntryKind::Command, "few"}};
        const raft::Entries large{{{7}, {13}, raft::EntryKind::Command, QByteArray(70'000, 'l')}};
        const raft::Entries alike{{{6}, {11}, raft::EntryKind::NoOp, {}}, {{7}, {12}, raft::EntryKind::Command, "FEW"}};
        const raft::Entries huge{{{7}, {13}, raft::EntryKind::Command, QByteArray(PeerFrames::kMostKept, 'h')}};
        PeerFrames frames;
        std::vector<QByteArray> kept; // as in a pipeline
        quint64 number = 0;
        for (const raft::Entries& entries :
             {few, few, raft::Entries(), few, large, large, few, huge, huge, few, alike, few, few}) {
            // Places and rounds of different lengths, so that nothing lies where it lay before.
            const wire::Envelope envelope{GroupId{1}, number * 1'000, number, number % 2 == 1};
            const auto append =
                message(raft::AppendEntries{{10}, {6}, {number * 100'000}, entries, quint64(1) << (4 * number)});
            ++number;
            kept.push_back(frames.encode(envelope, append));
            QCOMPARE(kept.back(), PeerFrames().encode(envelope, append));
            QCOMPARE(frames.encode(envelope, oneOfEach()[4]), PeerFrames().encode(envelope, oneOfEach()[4]));
            kept.back()[kept.back().size() / 2] ^= 1; // damaged on its way, which is no business of the next
        }
    }

    void keysOfNewerVersionsAreSkipped()
    {
        QByteArray payload;
        QCborStreamWriter writer(&payload);
        writer.startArray();
        writer.startMap(1);
        writer.append(quint64(2)); // the envelope's sequence
        writer.append(quint64(42));
        writer.endMap();
        writer.startMap();
        writer.append(quint64(9999));
        writer.startArray();
        writer.append(QStringLiteral("from the future"));
        writer.endArray();
        writer.append(quint64(1)); // the type: AppendEntriesReply
        writer.append(quint64(4));
        writer.append(quint64(12)); // matchIndex
        writer.append(quint64(77));
        writer.endMap();
        writer.endArray();
        const auto decoded = decodePeerMessage(payload, {1}, {2});
        QVERIFY(decoded);
        QCOMPARE(std::get<raft::AppendEntriesReply>(decoded->message.body).matchIndex.value, quint64(77));
    }

    void aSnapshotWithoutAMembershipIsRefused()
    {
        const auto nobodys = message(raft::InstallSnapshot{{{{100}, {6}, {}}, 0, "bytes", true}, 7});
        QVERIFY(!decodePeerMessage(encoded(nobodys), {1}, {2}));
    }

    void kindsAreNamedForPictures()
    {
        const auto all = oneOfEach();
        QCOMPARE(kindOf(all[0]), wire::MessageKind::PreVote);
        QCOMPARE(kindOf(all[1]), wire::MessageKind::VoteReply);
        QCOMPARE(kindOf(all[2]), wire::MessageKind::Append);
        QCOMPARE(entryCountOf(all[2]), 2u);
        QCOMPARE(kindOf(all[3]), wire::MessageKind::Heartbeat);
        QCOMPARE(kindOf(all[4]), wire::MessageKind::AppendReply);
        QCOMPARE(kindOf(all[5]), wire::MessageKind::Snapshot);
        QCOMPARE(kindOf(all[6]), wire::MessageKind::SnapshotReply);
        QCOMPARE(kindOf(all[7]), wire::MessageKind::TimeoutNow);
        QVERIFY(isPositive(all[1]));
        QVERIFY(!isPositive(all[4]));
    }

    void truncatedIsRefused()
    {
        for (const raft::Message& original : oneOfEach()) {
            const QByteArray payload = encoded(original);
            for (qsizetype length = 0; length < payload.size(); ++length)
                QVERIFY(!decodePeerMessage(payload.first(length), {1}, {2}));
        }
    }

    void indexThatWouldWrapIsRefused()
    {
        const auto wraps =
            message(raft::AppendEntries{{~quint64(0)}, {1}, {0}, {{{1}, {0}, raft::EntryKind::Command, "x"}}});
        QVERIFY(!decodePeerMessage(encoded(wraps), {1}, {2}));
    }

    void damagedBytesNeverHarm()
    {
        std::mt19937 random(2);
        for (int round = 0; round < 20'000; ++round) {
            const auto all = oneOfEach();
            QByteArray payload = encoded(all[random() % all.size()]);
            for (unsigned i = 0; i <= random() % 4; ++i)
                payload[qsizetype(random() % std::size_t(payload.size()))] = char(random());
            decodePeerMessage(payload, {1}, {2});
        }
    }
};

QTEST_APPLESS_MAIN(TestCodec)
#include "tst_codec.moc"
