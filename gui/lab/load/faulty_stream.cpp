// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/load/faulty_stream.h"

#include "common/wire/control.h"

#include <sys/socket.h>

#include <algorithm>

namespace faultline::lab {

namespace {

constexpr qint64 kReadBuffer = qint64(1) << 20;

/// Of a stream there is only what concerns bytes; a cut holds them back and does not drop them.
fault::LinkFault ofBytes(fault::LinkFault fault)
{
    fault.cut = fault.reset = fault.refuse = false;
    fault.loss = fault.duplicate = fault.corrupt = fault.reorder = {};
    return fault;
}

} // namespace

void StreamClock::setPace(quint32 factor, bool held)
{
    m_anchor = now();
    m_wallAnchor = wire::monotonicNow();
    m_factor = factor;
    m_held = held;
}

StreamClock::Instant StreamClock::now() const
{
    return m_held ? m_anchor : m_anchor + (wire::monotonicNow() - m_wallAnchor) / m_factor;
}

std::optional<std::chrono::microseconds> StreamClock::wallUntil(Instant due) const
{
    if (m_held)
        return std::nullopt;
    return std::max(std::chrono::microseconds(0), due - now()) * m_factor;
}

FaultyStream::FaultyStream(const StreamClock& clock, QObject* parent)
    : QObject(parent)
    , m_clock(clock)
    , m_socket(this)
    , m_timer(this)
{
    m_socket.setReadBufferSize(kReadBuffer);
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &FaultyStream::move);
    connect(&m_socket, &QTcpSocket::connected, this, &FaultyStream::opened);
    connect(&m_socket, &QTcpSocket::readyRead, this, &FaultyStream::readAvailable);
    connect(&m_socket, &QTcpSocket::disconnected, this, &FaultyStream::broke);
    connect(&m_socket, &QTcpSocket::errorOccurred, this, &FaultyStream::broke);
}

FaultyStream::~FaultyStream()
{
    m_socket.disconnect(this);
}

void FaultyStream::open(const QString& host, quint16 port)
{
    abort();
    m_host = host;
    m_port = port;
    m_wanted = true;
    dial();
}

void FaultyStream::dial()
{
    if (m_out.refuse || m_in.refuse)
        breakLater();
    else if (!m_out.cut && !m_in.cut) // else nobody answers the call, and nobody says so
        m_socket.connectToHost(m_host, m_port);
}

void FaultyStream::opened()
{
    m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    if (m_in.cut || m_out.cut) {
        const QSignalBlocker quiet(m_socket);
        m_socket.abort();
        return;
    }
    m_open = true;
    onOpen();
}

void FaultyStream::abort()
{
    ++m_attempt;
    m_wanted = m_open = m_brokeInSilence = false;
    const QSignalBlocker quiet(m_socket);
    m_socket.abort();
    m_timer.stop();
    m_outgoing.clear();
    m_incoming.clear();
}

void FaultyStream::setFaults(const fault::LinkFault& out, const fault::LinkFault& in)
{
    if (out == m_out && in == m_in)
        return;
    const bool wasCut = m_out.cut || m_in.cut;
    m_out = out;
    m_in = in;
    m_outgoing.setFault(ofBytes(out), m_clock.now());
    m_incoming.setFault(ofBytes(in), m_clock.now());
    if (!m_wanted)
        return;
    if (m_open && (out.refuse || in.refuse)) {
        breakLater();
        return;
    }
    if (wasCut && !isSilent() && m_brokeInSilence) {
        breakLater();
        return;
    }
    if (wasCut && !out.cut && !in.cut && !m_open && m_socket.state() == QAbstractSocket::UnconnectedState)
        dial();
    goOn();
}

void FaultyStream::goOn()
{
    if (!m_wanted)
        return;
    readAvailable();
    move();
}

void FaultyStream::write(const QByteArray& bytes)
{
    if (!m_open)
        return;
    if (m_out.reset || m_in.reset) {
        // With a linger time of zero the node sees the connection torn and not ended.
        const linger atOnce{1, 0};
        if (const qintptr descriptor = m_socket.socketDescriptor(); descriptor >= 0)
            ::setsockopt(static_cast<int>(descriptor), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
        breakLater();
        return;
    }
    if (m_out.healthy() && m_outgoing.queuedMessages() == 0) {
        m_socket.write(bytes);
        return;
    }
    if (m_outgoing.push(bytes, 0, m_clock.now(), m_random) != fault::FaultPipeline::Fate::Queued)
        breakLater(); // no stream loses bytes and lives
    else
        move();
}

void FaultyStream::readAvailable()
{
    if (m_in.cut)
        return;
    if (m_in.healthy() && m_incoming.queuedMessages() == 0) {
        if (const QByteArray bytes = m_socket.readAll(); !bytes.isEmpty())
            onBytes(bytes);
        return;
    }
    while (m_incoming.queuedBytes() < kMaxWaiting) {
        const QByteArray bytes = m_socket.read(64 << 10);
        if (bytes.isEmpty())
            break;
        if (m_incoming.push(bytes, 0, m_clock.now(), m_random) != fault::FaultPipeline::Fate::Queued) {
            breakLater();
            return;
        }
    }
    move();
}

void FaultyStream::move()
{
    const quint64 attempt = m_attempt;
    const auto now = m_clock.now();
    if (!m_out.cut) {
        while (const auto due = m_outgoing.pop(now))
            m_socket.write(due->message);
    }
    if (!m_in.cut) {
        while (const auto due = m_incoming.pop(now)) {
            onBytes(due->message);
            if (attempt != m_attempt) // the owner had enough
                return;
        }
        // What broke behind the last bytes is noticed behind them.
        if (m_brokeInSilence && m_incoming.queuedMessages() == 0) {
            breakLater();
            return;
        }
    }
    arm();
}

void FaultyStream::arm()
{
    std::optional<std::chrono::microseconds> wait;
    const auto consider = [&](const fault::FaultPipeline& pipeline, bool cut) {
        const auto due = pipeline.nextDue();
        const auto wall = due && !cut ? m_clock.wallUntil(*due) : std::nullopt;
        if (wall && (!wait || *wall < *wait))
            wait = wall;
    };
    consider(m_outgoing, m_out.cut);
    consider(m_incoming, m_in.cut);
    if (wait)
        m_timer.start(std::chrono::ceil<std::chrono::milliseconds>(*wait));
    else
        m_timer.stop();
}

void FaultyStream::breakLater()
{
    QMetaObject::invokeMethod(
        this,
        [this, attempt = m_attempt] {
            if (attempt != m_attempt)
                return;
            abort();
            onBroken();
        },
        Qt::QueuedConnection);
}

void FaultyStream::broke()
{
    if (!m_wanted)
        return;
    if (m_open && !m_in.cut)
        readAvailable(); // its last words
    if (m_in.cut || (m_open && m_incoming.queuedMessages() > 0))
        m_brokeInSilence = true;
    else
        breakLater();
}

} // namespace faultline::lab
