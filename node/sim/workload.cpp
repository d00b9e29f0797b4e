// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/workload.h"

#include "node/sim/entry_book.h"

#include <array>

namespace faultline::sim {

namespace {

QByteArray encoded(kv::Verb verb, const std::vector<QByteArray>& arguments)
{
    std::vector<QByteArrayView> views(arguments.begin(), arguments.end());
    return kv::encodeCommand(verb, views);
}

QByteArray number(quint64 value)
{
    return QByteArray::number(value);
}

QString spoken(const kv::Result& result)
{
    if (const auto* value = std::get_if<kv::Value>(&result))
        return QString::fromLatin1(value->bytes.left(20).trimmed());
    if (const auto* integer = std::get_if<kv::Integer>(&result))
        return QString::number(integer->value);
    if (const auto* failure = std::get_if<kv::Failure>(&result))
        return QString::fromUtf8(failure->text);
    return std::holds_alternative<kv::Ok>(result) ? QStringLiteral("OK") : QStringLiteral("nothing");
}

QString spoken(const QByteArray& command)
{
    const auto parts = kv::decodeCommand(command);
    if (!parts)
        return QStringLiteral("?");
    constexpr std::array kVerbs{
        "?",   "SET",     "GET",    "DEL",    "EXISTS",   "INCR", "SESSION OPEN", "SESSION CALL",
        "SET", "APPEND",  "STRLEN", "INCRBY", "GETDEL",   "MSET", "MGET",         "EXPIRE",
        "TTL", "PERSIST", "TYPE",   "SCAN",   "FLUSHALL", "time"};
    QString text = QString::fromLatin1(kVerbs.at(static_cast<std::size_t>(parts->verb)));
    if (parts->verb == kv::Verb::SessionCall)
        return QStringLiteral("%1 %2 %3 %4")
            .arg(text, QString::fromLatin1(parts->arguments[0]), QString::fromLatin1(parts->arguments[1]),
                 spoken(parts->arguments[3].toByteArray()));
    for (const QByteArrayView argument : parts->arguments)
        text += QStringLiteral(" ") +
                QString::fromLatin1(argument.first(std::min<qsizetype>(argument.size(), 20))).trimmed();
    return text;
}

} // namespace

Workload::Workload(const Shape& shape, Schedule& schedule, Trace& trace, Verdict& verdict, Oracle& oracle,
                   Random random)
    : m_shape(shape)
    , m_schedule(schedule)
    , m_trace(trace)
    , m_verdict(verdict)
    , m_oracle(oracle)
    , m_random(random)
    , m_clients(static_cast<std::size_t>(shape.clients))
{
    for (Client& client : m_clients) {
        client.node = static_cast<quint32>(m_random.below(static_cast<quint64>(shape.voters)));
        client.usesSession = m_random.percent(static_cast<quint64>(shape.sessionPercent));
    }
    m_clients.front().usesSession = false; // somebody writes and reads registers
}

void Workload::begin()
{
    for (quint32 client = 0; client < m_clients.size(); ++client)
        think(client);
}

bool Workload::isQuiet() const
{
    return std::none_of(m_clients.begin(), m_clients.end(), [](const Client& client) { return client.attempt; });
}

void Workload::think(quint32 client)
{
    const Instant pause(static_cast<qint64>(m_random.below(static_cast<quint64>(2 * m_shape.thinkTicks) * 10'000)));
    m_schedule.add(Event::Kind::ClientBegins, m_schedule.now() + pause, client);
}

void Workload::clientBegins(quint32 client)
{
    if (m_isOver)
        return;
    if (!m_clients[client].job)
        newJob(client);
    attempt(client);
}

void Workload::newJob(quint32 client)
{
    constexpr quint64 kExpiring = 10; // per cent of what begins
    Client& asking = m_clients[client];
    Job job = asking.usesSession                                          ? sessionJob(client)
              : !asking.expiring.isEmpty() || m_random.percent(kExpiring) ? expiringJob(asking)
                                                                          : registerJob(client);
    job.client = client;
    job.since = m_schedule.now();
    m_clients[client].job = static_cast<quint32>(m_jobs.size());
    m_jobs.push_back(std::move(job));
}

Workload::Job Workload::registerJob(quint32 client)
{
    Call call;
    call.client = client;
    const auto keys = static_cast<quint32>(m_shape.keys);
    const auto generation =
        static_cast<quint32>(m_calls.size() / static_cast<std::size_t>(m_shape.keys * m_shape.callsPerKey));
    call.key = generation * keys + static_cast<quint32>(m_random.below(keys));
    call.calledAt = m_schedule.now();
    call.kind = m_random.percent(static_cast<quint64>(m_shape.readPercent)) ? Call::Kind::Get : Call::Kind::Set;
    Job job;
    job.call = static_cast<quint32>(m_calls.size());
    const QByteArray key = "r" + number(call.key);
    if (call.kind == Call::Kind::Get) {
        job.command = encoded(kv::Verb::Get, {key});
    } else {
        call.value = ++m_lastValue;
        const auto length = static_cast<qsizetype>(m_random.below(static_cast<quint64>(m_shape.valueBytes)) + 8);
        job.command = writeOf(key, number(call.value).leftJustified(length, ' '));
    }
    m_calls.push_back(call);
    return job;
}

QByteArray Workload::writeOf(const QByteArray& key, const QByteArray& value)
{
    constexpr quint64 kWithAnother = 15; // per cent
    constexpr quint64 kWithADeadline = 30;
    const quint64 how = m_random.below(100);
    if (how < kWithAnother)
        return encoded(kv::Verb::SetMany, {"beside", value, key, value});
    if (how < kWithADeadline) // that is never reached
        return encoded(kv::Verb::SetWith, {key, value, number(kv::SetFlag::kAfter), "1000000000"});
    return encoded(kv::Verb::Set, {key, value});
}

Workload::Job Workload::expiringJob(Client& client)
{
    Job job;
    job.kind = Job::Kind::Expiring;
    if (!client.expiring.isEmpty()) {
        job.command = encoded(kv::Verb::Get, {client.expiring});
        return job;
    }
    const QByteArray key = "x" + number(++m_lastExpiring);
    const quint64 milliseconds = 20 + m_random.below(2'000);
    job.command = encoded(kv::Verb::SetWith, {key, key, number(kv::SetFlag::kAfter), number(milliseconds)});
    return job;
}

Workload::Job Workload::sessionJob(quint32 clientNumber)
{
    Client& client = m_clients[clientNumber];
    Job job;
    if (client.session == 0) {
        job.kind = Job::Kind::OpenSession;
        job.command = encoded(kv::Verb::SessionOpen, {});
        ++m_sessionsAskedFor;
        return job;
    }
    job.kind = Job::Kind::SessionCall;
    ++client.sequence;
    // Either way the reply to call n is n, if each was done once.
    const QByteArray key = "s" + number(client.sessionKey);
    const QByteArray counted =
        client.sessionKey % 2 == 0 ? encoded(kv::Verb::Increment, {key}) : encoded(kv::Verb::Append, {key, "x"});
    job.command = encoded(kv::Verb::SessionCall,
                          {number(client.session), number(client.sequence), number(client.sequence), counted});
    return job;
}

void Workload::attempt(quint32 clientNumber)
{
    Client& client = m_clients[clientNumber];
    const quint64 number = m_attempts.size();
    m_attempts.push_back({*client.job, client.node, Answer::None, {}, {}});
    client.attempt = number;
    m_trace.add(m_schedule.now(), number ^ quint64(client.node) << 32);
    Job& job = m_jobs[*client.job];
    ++job.asked;
    job.askedAt |= setOf(client.node);
    if (m_trace.tells() && job.asked == 1)
        m_trace.tell(m_schedule.now(), QStringLiteral("c%1").arg(clientNumber + 1),
                     QStringLiteral("asks n%1: %2").arg(client.node + 1).arg(spoken(m_jobs[*client.job].command)));
    m_schedule.add(Event::Kind::RequestArrives, m_schedule.now() + m_shape.clientHop, client.node, number);
    m_schedule.add(Event::Kind::ClientGivesUp, m_schedule.now() + ticks(static_cast<quint64>(m_shape.timeoutTicks)),
                   clientNumber, number);
}

void Workload::answer(quint64 number, Answer answer)
{
    m_attempts[number].answer = answer;
    m_schedule.add(Event::Kind::ReplyArrives, m_schedule.now() + m_shape.clientHop, 0, number);
}

void Workload::completed(quint64 number, const kv::Result& result)
{
    m_attempts[number].result = result;
    answer(number, Answer::Result);
}

void Workload::unknown(quint64 number)
{
    answer(number, Answer::Unknown);
}

void Workload::turnedDown(quint64 number, std::optional<quint32> hint)
{
    m_attempts[number].hint = hint;
    answer(number, Answer::TurnedDown);
}

void Workload::replyArrives(quint64 number)
{
    const Attempt& attempt = m_attempts[number];
    const quint32 clientNumber = m_jobs[attempt.job].client;
    Client& client = m_clients[clientNumber];
    if (client.attempt != number)
        return; // it has given up on that
    client.attempt.reset();
    m_trace.add(m_schedule.now(), number + (quint64(attempt.answer) << 56));
    switch (attempt.answer) {
    case Answer::Result:
        done(clientNumber, attempt.result);
        break;
    case Answer::TurnedDown:
        askSomebodyElse(clientNumber, attempt.hint);
        break;
    case Answer::Unknown:
    case Answer::None:
        outcomeUnknown(clientNumber);
        break;
    }
}

void Workload::clientGivesUp(quint64 number)
{
    const quint32 clientNumber = m_jobs[m_attempts[number].job].client;
    Client& client = m_clients[clientNumber];
    if (client.attempt != number)
        return;
    client.attempt.reset();
    outcomeUnknown(clientNumber);
}

/// What the story left out: that it was turned down and asked again.
QString Workload::retriesOf(const Job& job)
{
    return job.asked < 2 ? QString()
                         : QStringLiteral(" (asked %1: %2 times more)").arg(namesOf(job.askedAt)).arg(job.asked - 1);
}

void Workload::done(quint32 clientNumber, const kv::Result& result)
{
    Client& client = m_clients[clientNumber];
    const Job& job = m_jobs[*client.job];
    client.job.reset();
    if (m_trace.tells())
        m_trace.tell(
            m_schedule.now(), QStringLiteral("c%1").arg(clientNumber + 1),
            QStringLiteral("has its reply to %1: %2%3").arg(spoken(job.command), spoken(result), retriesOf(job)));
    if (job.kind == Job::Kind::Register)
        registerDone(job, result);
    else if (job.kind == Job::Kind::Expiring)
        expiringDone(client, job, result);
    else
        sessionDone(clientNumber, job, result);
    think(clientNumber);
}

void Workload::registerDone(const Job& job, const kv::Result& result)
{
    Call& call = m_calls[job.call];
    call.end = Call::End::Done;
    call.returnedAt = m_schedule.now();
    if (call.kind == Call::Kind::Set) {
        if (!std::holds_alternative<kv::Ok>(result)) {
            unexpected(job, result);
            return;
        }
        m_newestWrite = std::max(m_newestWrite, call.calledAt);
        m_oracle.acknowledged(contentOfCommand(job.command), m_schedule.now());
    } else if (const auto* value = std::get_if<kv::Value>(&result)) {
        call.value = value->bytes.trimmed().toULongLong();
    } else if (!std::holds_alternative<kv::Nil>(result)) {
        unexpected(job, result);
    }
}

void Workload::expiringDone(Client& client, const Job& job, const kv::Result& result)
{
    if (std::holds_alternative<kv::Ok>(result)) {
        client.expiring = kv::decodeCommand(job.command)->arguments[0].toByteArray();
        client.expiringSince = m_schedule.now();
        m_newestWrite = std::max(m_newestWrite, job.since);
        m_oracle.acknowledged(contentOfCommand(job.command), m_schedule.now());
    } else if (const auto* value = std::get_if<kv::Value>(&result)) {
        if (value->bytes != client.expiring || client.sawItGone)
            m_verdict.fail(
                Check::Linearizable, m_schedule.now(),
                QStringLiteral("%1 had expired, and was there again").arg(QString::fromLatin1(client.expiring)));
        // Somebody must write meanwhile.
        else if (m_schedule.now() - client.expiringSince > ticks(1'000) && isAClockAhead())
            client.expiring.clear();
    } else if (!std::holds_alternative<kv::Nil>(result)) {
        unexpected(job, result);
    } else if (client.sawItGone) {
        client.expiring.clear();
        client.sawItGone = false;
    } else {
        client.sawItGone = true; // it is looked at once more
    }
}

void Workload::sessionDone(quint32 clientNumber, const Job& job, const kv::Result& result)
{
    Client& client = m_clients[clientNumber];
    const auto* integer = std::get_if<kv::Integer>(&result);
    if (!integer) {
        const auto* failure = std::get_if<kv::Failure>(&result);
        // With so few sessions none is ever evicted.
        if (!failure || !failure->text.startsWith("NOSESSION") || m_sessionsAskedFor < kv::Sessions::kMaxSessions)
            unexpected(job, result);
        client.session = 0;
        return;
    }
    m_newestWrite = std::max(m_newestWrite, job.since);
    m_oracle.acknowledged(contentOfCommand(job.command), m_schedule.now());
    if (job.kind == Job::Kind::OpenSession) {
        client.session = static_cast<quint64>(integer->value);
        client.sequence = 0;
        client.sessionKey = ++m_lastSessionKey;
        return;
    }
    if (job.mayBeDone)
        m_verdict.saw(Check::ExactlyOnce);
    if (static_cast<quint64>(integer->value) != client.sequence)
        m_verdict.fail(Check::ExactlyOnce, m_schedule.now(),
                       QStringLiteral("call %1 of session %2 incremented its key to %3")
                           .arg(client.sequence)
                           .arg(client.session)
                           .arg(integer->value));
}

void Workload::unexpected(const Job& job, const kv::Result& result)
{
    const bool ofSession = job.kind == Job::Kind::OpenSession || job.kind == Job::Kind::SessionCall;
    m_verdict.fail(ofSession ? Check::ExactlyOnce : Check::Linearizable, m_schedule.now(),
                   QStringLiteral("%1 was answered with %2").arg(spoken(job.command), spoken(result)));
}

void Workload::outcomeUnknown(quint32 clientNumber)
{
    Client& client = m_clients[clientNumber];
    Job& job = m_jobs[*client.job];
    job.mayBeDone = true;
    if (m_trace.tells())
        m_trace.tell(m_schedule.now(), QStringLiteral("c%1").arg(clientNumber + 1),
                     QStringLiteral("does not know what became of %1%2").arg(spoken(job.command), retriesOf(job)));
    job.asked = 0;
    job.askedAt = 0;
    if (job.kind != Job::Kind::SessionCall)
        client.job.reset();
    client.node = static_cast<quint32>(m_random.below(static_cast<quint64>(m_shape.nodes())));
    think(clientNumber);
}

void Workload::askSomebodyElse(quint32 clientNumber, std::optional<quint32> hint)
{
    Client& client = m_clients[clientNumber];
    Job& job = m_jobs[*client.job];
    // A hint may be as wrong as it is old.
    client.node = hint && m_random.percent(90)
                      ? *hint
                      : static_cast<quint32>(m_random.below(static_cast<quint64>(m_shape.nodes())));
    if (!job.mayBeDone && job.kind == Job::Kind::Register &&
        m_schedule.now() - job.since > ticks(static_cast<quint64>(m_shape.timeoutTicks))) {
        m_calls[job.call].end = Call::End::NotDone;
        if (m_trace.tells())
            m_trace.tell(m_schedule.now(), QStringLiteral("c%1").arg(clientNumber + 1),
                         QStringLiteral("gives up on %1%2").arg(spoken(job.command), retriesOf(job)));
        client.job.reset();
    }
    m_schedule.add(Event::Kind::ClientBegins, m_schedule.now() + Instant(m_random.between(1'000, 60'000)),
                   clientNumber);
}

} // namespace faultline::sim
