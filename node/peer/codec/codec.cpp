// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/peer/codec/codec.h"

#include "common/wire/cbor.h"

#include <limits>

namespace faultline::node {

namespace {

enum Key : quint64 {
    Type = 1,
    TermKey = 2,
    PreVote = 3,
    LastLogIndex = 4,
    LastLogTerm = 5,
    Granted = 6,
    PreviousIndex = 7,
    PreviousTerm = 8,
    LeaderCommit = 9,
    Entries = 10,
    Success = 11,
    MatchIndex = 12,
    ConflictTerm = 13,
    ConflictIndex = 14,
    Round = 15,
    IsTransfer = 16,
    SnapshotIndex = 17,
    SnapshotTerm = 18,
    SnapshotMembership = 19,
    Offset = 20,
    Bytes = 21,
    IsLast = 22,
    Received = 23,
    IsInstalled = 24,
};

enum class MessageType : quint8 {
    RequestVote = 1,
    RequestVoteReply = 2,
    AppendEntries = 3,
    AppendEntriesReply = 4,
    InstallSnapshot = 5,
    InstallSnapshotReply = 6,
    TimeoutNow = 7,
};

/// An index, or an offset, that would wrap around is none of any log or snapshot.
constexpr quint64 kMaxIndex = std::numeric_limits<quint64>::max() / 2;
/// Far above what a leader sends; it keeps what a broken peer can make us allocate near the size of its frame.
constexpr quint64 kMaxEntries = 65'536;

constexpr qsizetype kUsualPayload =
    192; ///< bytes that most messages fit in, so that writing one seldom allocates twice

template <typename... Ts> struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template <typename... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;

void field(QCborStreamWriter& writer, Key key, quint64 value)
{
    writer.append(quint64(key));
    writer.append(value);
}

void flag(QCborStreamWriter& writer, Key key, bool value)
{
    writer.append(quint64(key));
    writer.append(value);
}

void type(QCborStreamWriter& writer, MessageType value)
{
    field(writer, Type, quint64(value));
}

bool readMembership(QCborStreamReader& reader, raft::Membership& membership)
{
    QByteArray bytes;
    if (!wire::readBytes(reader, bytes))
        return false;
    auto decoded = raft::decodeMembership(bytes);
    if (decoded)
        membership = std::move(*decoded);
    return decoded.has_value();
}

bool readEntry(QCborStreamReader& reader, raft::Entry& entry)
{
    if (!reader.isArray() || !reader.enterContainer())
        return false;
    return wire::readUnsigned(reader, entry.term.value) &&
           wire::readEnum(reader, entry.kind, raft::EntryKind::Membership) && wire::readBytes(reader, entry.payload) &&
           !reader.hasNext() && reader.leaveContainer();
}

} // namespace

QByteArray encodePeerMessage(const wire::Envelope& envelope, const raft::Message& message)
{
    QByteArray payload;
    payload.reserve(kUsualPayload);
    QCborStreamWriter writer(&payload);
    wire::beginPayload(writer, envelope);
    writer.startMap();
    field(writer, TermKey, message.term.value);
    std::visit(Overloaded{
                   [&](const raft::RequestVote& body) {
                       type(writer, MessageType::RequestVote);
                       flag(writer, PreVote, body.preVote);
                       field(writer, LastLogIndex, body.lastLogIndex.value);
                       field(writer, LastLogTerm, body.lastLogTerm.value);
                       if (body.isTransfer)
                           flag(writer, IsTransfer, true);
                   },
                   [&](const raft::RequestVoteReply& body) {
                       type(writer, MessageType::RequestVoteReply);
                       flag(writer, PreVote, body.preVote);
                       flag(writer, Granted, body.granted);
                   },
                   [&](const raft::AppendEntries& body) {
                       type(writer, MessageType::AppendEntries);
                       field(writer, PreviousIndex, body.previousIndex.value);
                       field(writer, PreviousTerm, body.previousTerm.value);
                       field(writer, LeaderCommit, body.leaderCommit.value);
                       field(writer, Round, body.round);
                       writer.append(quint64(Entries));
                       writer.startArray(body.entries.size());
                       for (const raft::Entry& entry : body.entries) {
                           writer.startArray(3);
                           writer.append(quint64(entry.term.value));
                           writer.append(quint64(entry.kind));
                           writer.append(entry.payload);
                           writer.endArray();
                       }
                       writer.endArray();
                   },
                   [&](const raft::AppendEntriesReply& body) {
                       type(writer, MessageType::AppendEntriesReply);
                       flag(writer, Success, body.success);
                       field(writer, MatchIndex, body.matchIndex.value);
                       field(writer, ConflictTerm, body.conflictTerm.value);
                       field(writer, ConflictIndex, body.conflictIndex.value);
                       field(writer, Round, body.round);
                   },
                   [&](const raft::InstallSnapshot& body) {
                       const raft::SnapshotMark& mark = body.piece.mark;
                       type(writer, MessageType::InstallSnapshot);
                       field(writer, SnapshotIndex, mark.lastIndex.value);
                       field(writer, SnapshotTerm, mark.lastTerm.value);
                       writer.append(quint64(SnapshotMembership));
                       writer.append(raft::encodeMembership(mark.membership));
                       field(writer, Offset, body.piece.offset);
                       flag(writer, IsLast, body.piece.isLast);
                       field(writer, Round, body.round);
                       writer.append(quint64(Bytes));
                       writer.append(body.piece.bytes);
                   },
                   [&](const raft::InstallSnapshotReply& body) {
                       type(writer, MessageType::InstallSnapshotReply);
                       field(writer, SnapshotIndex, body.lastIndex.value);
                       field(writer, Received, body.received);
                       flag(writer, IsInstalled, body.isInstalled);
                       field(writer, Round, body.round);
                   },
                   [&](const raft::TimeoutNow&) { type(writer, MessageType::TimeoutNow); },
               },
               message.body);
    writer.endMap();
    writer.endArray();
    return payload;
}

std::optional<PeerMessage> decodePeerMessage(const QByteArray& payload, raft::NodeId from, raft::NodeId to)
{
    QCborStreamReader reader(payload);
    PeerMessage result;
    if (!wire::enterPayload(reader, result.envelope))
        return std::nullopt;
    result.message.from = from;
    result.message.to = to;

    std::optional<MessageType> kind;
    raft::RequestVote vote;
    raft::RequestVoteReply voteReply;
    raft::AppendEntries append;
    raft::AppendEntriesReply appendReply;
    raft::SnapshotPiece piece;
    raft::InstallSnapshotReply snapshotReply;
    bool preVote = false;
    quint64 round = 0;
    raft::LogIndex snapshotIndex;
    const bool read = wire::readMap(reader, [&](quint64 key) {
        switch (key) {
        case Type: {
            quint8 number = 0;
            if (!wire::readUnsigned(reader, number) || number < 1 || number > quint8(MessageType::TimeoutNow))
                return false;
            kind = static_cast<MessageType>(number);
            return true;
        }
        case TermKey:
            return wire::readUnsigned(reader, result.message.term.value);
        case PreVote:
            return wire::readBool(reader, preVote);
        case LastLogIndex:
            return wire::readUnsigned(reader, vote.lastLogIndex.value);
        case LastLogTerm:
            return wire::readUnsigned(reader, vote.lastLogTerm.value);
        case Granted:
            return wire::readBool(reader, voteReply.granted);
        case PreviousIndex:
            return wire::readUnsigned(reader, append.previousIndex.value);
        case PreviousTerm:
            return wire::readUnsigned(reader, append.previousTerm.value);
        case LeaderCommit:
            return wire::readUnsigned(reader, append.leaderCommit.value);
        case Entries:
            return wire::readArray(reader, kMaxEntries, [&] {
                raft::Entry entry;
                if (!readEntry(reader, entry))
                    return false;
                append.entries.push_back(std::move(entry));
                return true;
            });
        case Success:
            return wire::readBool(reader, appendReply.success);
        case MatchIndex:
            return wire::readUnsigned(reader, appendReply.matchIndex.value);
        case ConflictTerm:
            return wire::readUnsigned(reader, appendReply.conflictTerm.value);
        case ConflictIndex:
            return wire::readUnsigned(reader, appendReply.conflictIndex.value);
        case Round:
            return wire::readUnsigned(reader, round);
        case IsTransfer:
            return wire::readBool(reader, vote.isTransfer);
        case SnapshotIndex:
            return wire::readUnsigned(reader, snapshotIndex.value);
        case SnapshotTerm:
            return wire::readUnsigned(reader, piece.mark.lastTerm.value);
        case SnapshotMembership:
            return readMembership(reader, piece.mark.membership);
        case Offset:
            return wire::readUnsigned(reader, piece.offset);
        case Bytes:
            return wire::readBytes(reader, piece.bytes);
        case IsLast:
            return wire::readBool(reader, piece.isLast);
        case Received:
            return wire::readUnsigned(reader, snapshotReply.received);
        case IsInstalled:
            return wire::readBool(reader, snapshotReply.isInstalled);
        default:
            return wire::skip(reader);
        }
    });
    if (!read || !kind || !wire::leavePayload(reader))
        return std::nullopt;
    switch (*kind) {
    case MessageType::RequestVote:
        vote.preVote = preVote;
        result.message.body = vote;
        break;
    case MessageType::RequestVoteReply:
        voteReply.preVote = preVote;
        result.message.body = voteReply;
        break;
    case MessageType::AppendEntries: {
        if (append.previousIndex.value > kMaxIndex)
            return std::nullopt;
        append.round = round;
        raft::LogIndex index = append.previousIndex;
        for (raft::Entry& entry : append.entries) {
            index = index.next();
            entry.index = index;
        }
        result.message.body = std::move(append);
        break;
    }
    case MessageType::AppendEntriesReply:
        appendReply.round = round;
        result.message.body = appendReply;
        break;
    case MessageType::InstallSnapshot:
        if (snapshotIndex.value > kMaxIndex || piece.offset > kMaxIndex || piece.mark.membership.voters.empty())
            return std::nullopt;
        piece.mark.lastIndex = snapshotIndex;
        result.message.body = raft::InstallSnapshot{std::move(piece), round};
        break;
    case MessageType::InstallSnapshotReply:
        snapshotReply.lastIndex = snapshotIndex;
        snapshotReply.round = round;
        result.message.body = snapshotReply;
        break;
    case MessageType::TimeoutNow:
        result.message.body = raft::TimeoutNow{};
        break;
    }
    return result;
}

wire::MessageKind kindOf(const raft::Message& message)
{
    return std::visit(Overloaded{
                          [](const raft::RequestVote& body) {
                              return body.preVote ? wire::MessageKind::PreVote : wire::MessageKind::Vote;
                          },
                          [](const raft::RequestVoteReply& body) {
                              return body.preVote ? wire::MessageKind::PreVoteReply : wire::MessageKind::VoteReply;
                          },
                          [](const raft::AppendEntries& body) {
                              return body.entries.empty() ? wire::MessageKind::Heartbeat : wire::MessageKind::Append;
                          },
                          [](const raft::AppendEntriesReply&) { return wire::MessageKind::AppendReply; },
                          [](const raft::InstallSnapshot&) { return wire::MessageKind::Snapshot; },
                          [](const raft::InstallSnapshotReply&) { return wire::MessageKind::SnapshotReply; },
                          [](const raft::TimeoutNow&) { return wire::MessageKind::TimeoutNow; },
                      },
                      message.body);
}

bool isPositive(const raft::Message& message)
{
    if (const auto* vote = std::get_if<raft::RequestVoteReply>(&message.body))
        return vote->granted;
    if (const auto* append = std::get_if<raft::AppendEntriesReply>(&message.body))
        return append->success;
    return true;
}

quint32 entryCountOf(const raft::Message& message)
{
    const auto* append = std::get_if<raft::AppendEntries>(&message.body);
    return append ? static_cast<quint32>(append->entries.size()) : 0;
}

} // namespace faultline::node
