// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/resp/writer.h"
#include "common/result/result.h"
#include "node/client/backend.h"
#include "node/client/introspection.h"

// MEMBER ADD n6 HOST PEER-PORT CLIENT-PORT, MEMBER REMOVE n6, MEMBER TRANSFER n6, MEMBER LIST: who belongs to the
// cluster and who leads it. Redis has no such command; the words of errors are those it would use.
namespace faultline::client {

inline constexpr quint32 kMaxMemberId = 9;

/// What `arguments` (from "member" on) ask for, or the whole text of the error to answer with.
std::variant<MemberCommand, QByteArray> parseMemberCommand(Arguments arguments);

/// MEMBER LIST: one array for each member: name, host, peer port, client port, standing (voter, learner, joining: a
/// learner that becomes a voter, leaving: a voter that will be none), leader or follower, and, where the leader answers
/// and the member joins or leaves, how far it is or whom it waits for ("has 12 of 340 entries", "waits for n6").
void answerMemberList(QByteArray& out, const Backend& backend);

} // namespace faultline::client
