// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/peer/codec/codec.h"

#include "common/wire/cbor_reader.h"
#include "common/wire/cbor_writer.h"
#include "common/wire/frame.h"
#include "common/wire/shared_slice.h"

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

constexpr qsizetype kUsualPayload = 128; ///< bytes that what is not entries or a snapshot mostly fits in

template <typename... Ts> struct Overloaded : Ts...
{
    using Ts::operator()...;
};
template <typename... Ts> Overloaded(Ts...) -> Overloaded<Ts...>;

void field(wire::CborWriter& writer, Key key, quint64 value)
{
    writer.number(key);
    writer.number(value);
}

void flag(wire::CborWriter& writer, Key key, bool value)
{
    writer.number(key);
    writer.boolean(value);
}

void type(wire::CborWriter& writer, MessageType value)
{
    field(writer, Type, quint64(value));
}

/// The bytes stay in the payload, which they share.
bool readSlice(wire::CborReader& reader, const QByteArray& payload, QByteArray& out)
{
    QByteArrayView bytes;
    if (!reader.readBytes(bytes))
        return false;
    out = bytes.isEmpty() ? QByteArray() : wire::sharedSlice(payload, bytes.data() - payload.constData(), bytes.size());
    return true;
}

bool readMembership(wire::CborReader& reader, raft::Membership& membership)
{
    QByteArray bytes;
    if (!reader.readBytes(bytes))
        return false;
    auto decoded = raft::decodeMembership(bytes);
    if (decoded)
        membership = std::move(*decoded);
    return decoded.has_value();
}

bool readEntry(wire::CborReader& reader, const QByteArray& payload, raft::Entry& entry)
{
    wire::CborReader::Container items;
    return reader.enterArray(items) && reader.hasNext(items) && reader.readUnsigned(entry.term.value) &&
           reader.hasNext(items) && reader.readEnum(entry.kind, raft::EntryKind::Membership) && reader.hasNext(items) &&
           readSlice(reader, payload, entry.payload) && !reader.hasNext(items);
}

void writeEntries(wire::CborWriter& writer, const raft::Entries& entries)
{
    writer.array(entries.size());
    for (const raft::Entry& entry : entries) {
        writer.array(3);
        writer.number(entry.term.value);
        writer.number(static_cast<quint64>(entry.kind));
        writer.bytes(entry.payload);
    }
}

/// Bytes that are surely enough, or nearly so, to write the message without allocating twice.
qsizetype payloadSize(const raft::Message& message)
{
    constexpr qsizetype kBesidePayload = 16; // of an entry: the array, term, kind and length
    qsizetype size = kUsualPayload;
    if (const auto* append = std::get_if<raft::AppendEntries>(&message.body)) {
        for (const raft::Entry& entry : append->entries)
            size += entry.payload.size() + kBesidePayload;
    } else if (const auto* install = std::get_if<raft::InstallSnapshot>(&message.body)) {
        size += install->piece.bytes.size();
    }
    return size;
}

} // namespace

QByteArray PeerFrames::encode(const wire::Envelope& envelope, const raft::Message& message)
{
    const raft::Entries* fresh = nullptr;
    qsizetype place = 0;
    qsizetype length = 0;
    wire::CborWriter writer(payloadSize(message) + wire::kTrailerSize, wire::kHeaderSize);
    wire::beginPayload(writer, envelope);
    writer.beginMap();
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
                       writer.number(Entries);
                       if (body.entries.areThoseOf(m_entries)) {
                           writer.written(QByteArrayView(m_frame).sliced(m_place, m_length));
                           return;
                       }
                       place = writer.size();
                       writeEntries(writer, body.entries);
                       length = writer.size() - place;
                       if (!body.entries.empty())
                           fresh = &body.entries;
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
                       writer.number(SnapshotMembership);
                       writer.bytes(raft::encodeMembership(mark.membership));
                       field(writer, Offset, body.piece.offset);
                       flag(writer, IsLast, body.piece.isLast);
                       field(writer, Round, body.round);
                       writer.number(Bytes);
                       writer.bytes(body.piece.bytes);
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
    writer.end();
    writer.end();
    QByteArray frame = wire::closeFrame(wire::FrameKind::Raft, writer.take());
    if (fresh && frame.size() <= kMostKept) {
        m_entries = *fresh;
        m_frame = frame;
        m_place = place;
        m_length = length;
    }
    return frame;
}

std::optional<PeerMessage> decodePeerMessage(const QByteArray& payload, raft::NodeId from, raft::NodeId to)
{
    wire::CborReader reader(payload);
    std::optional<PeerMessage> result(std::in_place);
    result->message.from = from;
    result->message.to = to;

    std::optional<MessageType> kind;
    raft::RequestVote vote;
    raft::RequestVoteReply voteReply;
    raft::AppendEntries append;
    std::vector<raft::Entry> entries;
    raft::AppendEntriesReply appendReply;
    std::optional<raft::SnapshotPiece> piece; // the largest by far, and seldom there
    raft::InstallSnapshotReply snapshotReply;
    bool preVote = false;
    quint64 round = 0;
    raft::LogIndex snapshotIndex;
    const auto readField = [&](quint64 key) {
        if (key >= SnapshotTerm && key <= IsLast && !piece)
            piece.emplace();
        switch (key) {
        case Type: {
            quint8 number = 0;
            if (!reader.readUnsigned(number) || number < 1 || number > quint8(MessageType::TimeoutNow))
                return false;
            kind = static_cast<MessageType>(number);
            return true;
        }
        case TermKey:
            return reader.readUnsigned(result->message.term.value);
        case PreVote:
            return reader.readBool(preVote);
        case LastLogIndex:
            return reader.readUnsigned(vote.lastLogIndex.value);
        case LastLogTerm:
            return reader.readUnsigned(vote.lastLogTerm.value);
        case Granted:
            return reader.readBool(voteReply.granted);
        case PreviousIndex:
            return reader.readUnsigned(append.previousIndex.value);
        case PreviousTerm:
            return reader.readUnsigned(append.previousTerm.value);
        case LeaderCommit:
            return reader.readUnsigned(append.leaderCommit.value);
        case Entries:
            return reader.readArray(kMaxEntries, [&] { return readEntry(reader, payload, entries.emplace_back()); });
        case Success:
            return reader.readBool(appendReply.success);
        case MatchIndex:
            return reader.readUnsigned(appendReply.matchIndex.value);
        case ConflictTerm:
            return reader.readUnsigned(appendReply.conflictTerm.value);
        case ConflictIndex:
            return reader.readUnsigned(appendReply.conflictIndex.value);
        case Round:
            return reader.readUnsigned(round);
        case IsTransfer:
            return reader.readBool(vote.isTransfer);
        case SnapshotIndex:
            return reader.readUnsigned(snapshotIndex.value);
        case SnapshotTerm:
            return reader.readUnsigned(piece->mark.lastTerm.value);
        case SnapshotMembership:
            return readMembership(reader, piece->mark.membership);
        case Offset:
            return reader.readUnsigned(piece->offset);
        case Bytes:
            return readSlice(reader, payload, piece->bytes);
        case IsLast:
            return reader.readBool(piece->isLast);
        case Received:
            return reader.readUnsigned(snapshotReply.received);
        case IsInstalled:
            return reader.readBool(snapshotReply.isInstalled);
        default:
            return reader.skip();
        }
    };
    const bool read = wire::readPayload(reader, result->envelope, [&](wire::CborReader::Container& items) {
        return reader.hasNext(items) && reader.readMap(readField);
    });
    if (!read || !kind)
        return std::nullopt;
    switch (*kind) {
    case MessageType::RequestVote:
        vote.preVote = preVote;
        result->message.body = vote;
        break;
    case MessageType::RequestVoteReply:
        voteReply.preVote = preVote;
        result->message.body = voteReply;
        break;
    case MessageType::AppendEntries: {
        if (append.previousIndex.value > kMaxIndex)
            return std::nullopt;
        append.round = round;
        raft::LogIndex index = append.previousIndex;
        for (raft::Entry& entry : entries) {
            index = index.next();
            entry.index = index;
        }
        append.entries = std::move(entries);
        result->message.body = std::move(append);
        break;
    }
    case MessageType::AppendEntriesReply:
        appendReply.round = round;
        result->message.body = appendReply;
        break;
    case MessageType::InstallSnapshot:
        if (!piece || snapshotIndex.value > kMaxIndex || piece->offset > kMaxIndex ||
            piece->mark.membership.voters.empty())
            return std::nullopt;
        piece->mark.lastIndex = snapshotIndex;
        result->message.body = raft::InstallSnapshot{*std::move(piece), round};
        break;
    case MessageType::InstallSnapshotReply:
        snapshotReply.lastIndex = snapshotIndex;
        snapshotReply.round = round;
        result->message.body = snapshotReply;
        break;
    case MessageType::TimeoutNow:
        result->message.body = raft::TimeoutNow{};
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
