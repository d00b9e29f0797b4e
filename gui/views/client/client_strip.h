// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/timeline/timeline.h"
#include "gui/views/client/command_history.h"
#include "gui/views/theme/theme.h"

#include <QWidget>

#include <deque>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace faultline::views {

/// What came of one command typed by hand.
struct StripReply
{
    quint64 id = 0;
    NodeId node;
    QString line;
    QString reply;       ///< as redis-cli prints it; empty when there was none
    QString explanation; ///< one plain sentence, or empty
    bool isError = false;
    std::chrono::microseconds took{0}; ///< zero: it was never sent
};

/// A client in the user's hand: pick a node, type a command, see what it answers and how long that took. Up and Down
/// walk the lines sent before. Asks for what is to be sent by a signal and is told what came of it.
class ClientStrip final : public QWidget
{
    Q_OBJECT

public:
    static constexpr std::size_t kEarlierShown = 3;

    explicit ClientStrip(QWidget* parent = nullptr);

    void setTimeline(const lab::Timeline* timeline); ///< must outlive the strip or be taken away with nullptr
    void setTheme(const Theme& theme);

    NodeId node() const;
    void setNode(NodeId node);
    void focusInput();
    QLineEdit* input() const { return m_input; }

    /// The command with that id is on its way.
    void setPending(quint64 id, NodeId node, const QString& line);
    void showReply(const StripReply& reply);
    /// Answers to earlier commands are of a cluster that is gone.
    void clearReplies();

signals:
    void sendRequested(faultline::NodeId node, const QString& line);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void send();
    void refreshNodes();
    void refreshReplies();
    QString richReply(const StripReply& reply, bool newest) const;

    const lab::Timeline* m_timeline = nullptr;
    Theme m_theme;
    CommandHistory m_history;
    std::deque<StripReply> m_replies; ///< newest first
    std::optional<StripReply> m_pending;
    QComboBox* m_nodes = nullptr;
    QLineEdit* m_input = nullptr;
    QPushButton* m_send = nullptr;
    QLabel* m_newest = nullptr;
    QLabel* m_earlier = nullptr;
};

} // namespace faultline::views
