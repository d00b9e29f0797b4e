// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/faulty_stream.h"

#include "common/result/result.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace faultline::lab {

namespace {

constexpr qint64 kReadBuffer = qint64(1) << 20;

/// What the pipeline does to bytes on their way. The line is the link's, a cut holds back and does not lose, and of
/// whole messages a stream has none.
fault::LinkFault onTheWay(const fault::LinkFault& fault)
{
    fault::LinkFault delays;
    delays.latency = fault.latency;
    delays.jitter = fault.jitter;
    delays.distribution = fault.distribution;
    delays.stall = fault.stall;
    return delays;
}

bool hasRoom(const fault::FaultPipeline& pipeline)
{
    return pipeline.queuedBytes() < FaultyStream::kMaxWaiting &&
           pipeline.queuedMessages() < fault::FaultPipeline::kMaxQueuedMessages / 2;
}

} // namespace

FaultyStream::FaultyStream(FaultyLink& out, FaultyLink& in, QObject* parent)
    : QObject(parent)
    , m_out(out)
    , m_in(in)
    , m_timer(this)
{
    makeSocket();
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &FaultyStream::goOn);
    faultsChanged();
}

FaultyStream::~FaultyStream()
{
    m_socket->disconnect(this);
}

void FaultyStream::makeSocket()
{
    m_socket = std::make_unique<QTcpSocket>();
    m_socket->setReadBufferSize(kReadBuffer);
    connect(m_socket.get(), &QTcpSocket::connected, this, &FaultyStream::socketConnected);
    connect(m_socket.get(), &QTcpSocket::readyRead, this, &FaultyStream::moveIn);
    connect(m_socket.get(), &QTcpSocket::disconnected, this, &FaultyStream::socketEnded);
    connect(m_socket.get(), &QTcpSocket::errorOccurred, this, &FaultyStream::socketEnded);
}

// ---- the owner's orders

void FaultyStream::open(const QString& host, quint16 port)
{
    abort();
    m_host = host;
    m_port = port;
    m_wanted = true;
    if (isRefused()) {
        breakLater();
    } else if (isPlainOut()) {
        dial();
    } else {
        send(m_outgoing, m_out, {}, Call);
        moveOut();
        arm();
    }
}

void FaultyStream::write(const QByteArray& bytes)
{
    if (!m_open)
        return;
    if (isPlainOut()) {
        if (!m_ended)
            m_socket->write(bytes);
        return;
    }
    if (m_waiting.size() + bytes.size() > kMaxWaiting) {
        breakLater();
        return;
    }
    m_waiting += bytes;
    moveOut();
    arm();
}

void FaultyStream::abort()
{
    ++m_attempt;
    m_wanted = m_open = m_ended = m_endSent = false;
    m_timer.stop();
    m_outgoing.clear();
    m_incoming.clear();
    m_waiting.clear();
    if (m_out.fault().cut && m_socket->state() != QAbstractSocket::UnconnectedState) {
        m_socket->disconnect(this);
        m_unheard.push_back(std::move(m_socket));
        makeSocket();
        return;
    }
    const QSignalBlocker quiet(*m_socket);
    m_socket->abort();
}

void FaultyStream::faultsChanged()
{
    const auto now = m_out.clock().now();
    m_outgoing.setFault(onTheWay(m_out.fault()), now);
    m_incoming.setFault(onTheWay(m_in.fault()), now);
    if (!m_out.fault().cut)
        m_unheard.clear();
    if (m_wanted && isRefused())
        breakLater();
    else
        goOn();
}

void FaultyStream::goOn()
{
    if (!m_wanted)
        return;
    moveOut();
    moveIn();
}

// ---- the socket's news

void FaultyStream::dial()
{
    m_socket->connectToHost(m_host, m_port);
}

void FaultyStream::socketConnected()
{
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    send(m_incoming, m_in, {}, Taken);
    moveIn();
}

void FaultyStream::socketEnded()
{
    if (!m_wanted)
        return;
    m_ended = true;
    moveIn();
}

// ---- what is on its way

bool FaultyStream::isPlainOut() const
{
    return m_out.isClear() && m_waiting.isEmpty() && m_outgoing.queuedMessages() == 0;
}

bool FaultyStream::isPlainIn() const
{
    return m_in.isClear() && m_open && !m_ended && m_incoming.queuedMessages() == 0;
}

void FaultyStream::send(fault::FaultPipeline& pipeline, FaultyLink& link, QByteArray bytes, Travelling what)
{
    const auto passed = link.pass(bytes.size(), link.clock().now());
    const auto fate = pipeline.push(std::move(bytes), what, passed, link.random());
    FAULTLINE_INVARIANT(fate == fault::FaultPipeline::Fate::Queued, "a stream loses nothing");
}

void FaultyStream::feedOut()
{
    const auto now = m_out.clock().now();
    while (!m_waiting.isEmpty() && hasRoom(m_outgoing) && m_out.takesMore(now)) {
        const qsizetype size = std::min(m_out.piece(), m_waiting.size());
        send(m_outgoing, m_out, m_waiting.first(size), Bytes);
        m_waiting.remove(0, size);
        if (m_out.fault().bandwidth > 0)
            return; // the other streams of the link have their turn
    }
}

void FaultyStream::feedIn()
{
    const auto now = m_in.clock().now();
    while (m_socket->bytesAvailable() > 0 && hasRoom(m_incoming) && m_in.takesMore(now)) {
        send(m_incoming, m_in, m_socket->read(m_in.piece()), Bytes);
        if (m_in.fault().bandwidth > 0)
            break;
    }
    if (m_ended && !m_endSent && m_socket->bytesAvailable() == 0) {
        m_endSent = true;
        send(m_incoming, m_in, {}, End);
    }
}

void FaultyStream::moveOut()
{
    if (m_out.fault().cut || m_out.clock().isHeld())
        return;
    feedOut();
    const auto now = m_out.clock().now();
    while (const auto due = m_outgoing.pop(now)) {
        if (due->tag == Call)
            dial();
        else if (m_out.fault().reset)
            tear();
        else if (!m_ended)
            m_socket->write(due->message);
        feedOut();
    }
}

void FaultyStream::moveIn()
{
    if (isPlainIn()) {
        if (const QByteArray bytes = m_socket->readAll(); !bytes.isEmpty())
            onBytes(bytes);
        arm();
        return;
    }
    if (m_in.fault().cut || m_in.clock().isHeld()) {
        arm();
        return;
    }
    feedIn();
    const auto now = m_in.clock().now();
    while (const auto due = m_incoming.pop(now)) {
        if (due->tag == Taken) {
            m_open = true;
            onOpen();
        } else if (due->tag == End) {
            breakLater();
        } else if (m_in.fault().reset) {
            tear();
        } else {
            onBytes(due->message);
        }
        feedIn();
    }
    arm();
}

void FaultyStream::arm()
{
    std::optional<std::chrono::microseconds> wait;
    const auto consider = [&](const FaultyLink& link, const fault::FaultPipeline& pipeline, bool hasMore) {
        if (link.fault().cut)
            return;
        auto next = pipeline.nextDue();
        if (hasMore && hasRoom(pipeline))
            next = std::min(next.value_or(FaultyLink::Instant::max()), link.takesMoreAt());
        const auto wall = next ? link.clock().wallUntil(*next) : std::nullopt;
        if (wall && (!wait || *wall < *wait))
            wait = wall;
    };
    consider(m_out, m_outgoing, !m_waiting.isEmpty());
    consider(m_in, m_incoming, m_socket->bytesAvailable() > 0);
    if (wait)
        m_timer.start(std::max(std::chrono::milliseconds(1), std::chrono::ceil<std::chrono::milliseconds>(*wait)));
    else
        m_timer.stop();
}

// ---- the end

void FaultyStream::tear()
{
    // With a linger time of zero the node sees the connection torn and not ended (socket(7), RFC 1122 4.2.2.13).
    const linger atOnce{1, 0};
    if (const qintptr descriptor = m_socket->socketDescriptor(); descriptor >= 0)
        ::setsockopt(static_cast<int>(descriptor), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
    if (!m_in.fault().cut) {
        breakLater();
        return;
    }
    const QSignalBlocker quiet(*m_socket);
    m_socket->abort();
    m_ended = true;
}

void FaultyStream::breakLater()
{
    abort();
    QMetaObject::invokeMethod(
        this,
        [this, attempt = m_attempt] {
            if (attempt == m_attempt)
                onBroken();
        },
        Qt::QueuedConnection);
}

} // namespace faultline::lab
