// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/fault_pipeline.h"

#include <QByteArray>
#include <QObject>
#include <QTcpSocket>
#include <QTimer>

#include <functional>
#include <optional>

namespace faultline::lab {

/// The cluster's own time, on which the faults of a stream run: slower with the pace, standing still while held.
class StreamClock
{
public:
    using Instant = fault::FaultPipeline::Instant;

    void setPace(quint32 factor, bool held);
    Instant now() const;
    /// Wall time until `due`; nothing while it stands still.
    std::optional<std::chrono::microseconds> wallUntil(Instant due) const;

private:
    Instant m_anchor{0};
    std::chrono::microseconds m_wallAnchor{0};
    quint32 m_factor = 1;
    bool m_held = false;
};

/// A TCP connection from a client to a node with something wrong in either direction. Bytes are neither lost nor
/// reordered: what does not come through waits. A cut is silence, so that not even the end of the connection, nor that
/// nobody is there any more, is noticed until it is healed. A healthy stream is the socket itself.
class FaultyStream : public QObject
{
    Q_OBJECT

public:
    /// The clock must outlive the stream.
    FaultyStream(const StreamClock& clock, QObject* parent);
    ~FaultyStream() override;

    void setFaults(const fault::LinkFault& out, const fault::LinkFault& in);
    /// The pace changed, or the cluster is held no longer.
    void goOn();

    void open(const QString& host, quint16 port);
    bool isOpen() const { return m_open; }
    void write(const QByteArray& bytes);
    /// Ends it at once and without a word to the owner.
    void abort();

    std::function<void()> onOpen;
    std::function<void(const QByteArray&)> onBytes;
    std::function<void()> onBroken; ///< refused, reset, ended; never from within a call of the owner

private:
    void dial();
    void opened();
    void readAvailable();
    void move();
    void arm();
    void breakLater();
    void broke();
    bool isSilent() const { return m_in.cut; }

    static constexpr qsizetype kMaxWaiting = qsizetype(4) << 20; ///< bytes; then nothing more is read

    const StreamClock& m_clock;
    QTcpSocket m_socket;
    QTimer m_timer;
    fault::LinkFault m_out;
    fault::LinkFault m_in;
    fault::FaultPipeline m_outgoing;
    fault::FaultPipeline m_incoming;
    fault::Random m_random;
    QString m_host;
    quint16 m_port = 0;
    bool m_wanted = false; ///< between open() and its end
    bool m_open = false;
    bool m_brokeInSilence = false;
    quint64 m_attempt = 0; ///< so that what is queued for an earlier one is not taken for this one's
};

} // namespace faultline::lab
