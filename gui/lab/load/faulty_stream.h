// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/fault_pipeline.h"
#include "gui/lab/load/faulty_link.h"

#include <QByteArray>
#include <QObject>
#include <QTcpSocket>
#include <QTimer>

#include <functional>
#include <memory>
#include <vector>

namespace faultline::lab {

/// A TCP connection from a client to a node with something wrong in either direction. Bytes are neither lost nor
/// reordered: what does not come through waits, where it is sent from if need be. What a connection is made of travels
/// like bytes do: the call goes out, that it was taken or refused, or that it ended, comes in. So a cut is silence: not
/// even the end of the connection, nor that nobody is there any more, is noticed until it is healed, and what the
/// client ends in silence the node hears of only then. A healthy stream is the socket itself.
class FaultyStream : public QObject
{
    Q_OBJECT

public:
    /// To the node and from it. The links must outlive the stream.
    FaultyStream(FaultyLink& out, FaultyLink& in, QObject* parent);
    ~FaultyStream() override;

    /// Either link has another fault now.
    void faultsChanged();
    /// The pace changed, or the cluster is held no longer.
    void goOn();

    /// Ends what was before.
    void open(const QString& host, quint16 port);
    bool isOpen() const { return m_open; }
    /// Nothing happens unless it is open. Beyond kMaxWaiting bytes that nobody takes, it breaks.
    void write(const QByteArray& bytes);
    /// Ends it at once and without a word to the owner.
    void abort();

    // None of these comes from within open(), write() or abort(); each may call them.
    std::function<void()> onOpen;
    std::function<void(const QByteArray&)> onBytes;
    std::function<void()> onBroken; ///< refused, reset, ended

    static constexpr qsizetype kMaxWaiting = qsizetype(4) << 20; ///< bytes in each direction

private:
    enum Travelling : quint64 { Bytes, Call, Taken, End };

    void makeSocket();
    void dial();
    void socketConnected();
    void socketEnded();
    void send(fault::FaultPipeline& pipeline, FaultyLink& link, QByteArray bytes, Travelling what);
    void moveOut();
    void moveIn();
    void feedOut();
    void feedIn();
    void arm();
    void tear();
    void breakLater();
    bool isSilent() const { return m_out.fault().cut || m_in.fault().cut; }
    bool isRefused() const { return (m_out.fault().refuse || m_in.fault().refuse) && !isSilent(); }
    bool isPlainOut() const;
    bool isPlainIn() const;

    FaultyLink& m_out;
    FaultyLink& m_in;
    std::unique_ptr<QTcpSocket> m_socket;
    std::vector<std::unique_ptr<QTcpSocket>> m_unheard; ///< ended while the node could not hear it
    QTimer m_timer;
    fault::FaultPipeline m_outgoing;
    fault::FaultPipeline m_incoming;
    QByteArray m_waiting; ///< written, and not yet on its way
    QString m_host;
    quint16 m_port = 0;
    bool m_wanted = false; ///< between open() and its end
    bool m_open = false;
    bool m_ended = false;   ///< the socket is dead, and the client does not know it yet
    bool m_endSent = false; ///< that news is on its way
    quint64 m_attempt = 0;  ///< so that what is queued for an earlier one is not taken for this one's
};

} // namespace faultline::lab
