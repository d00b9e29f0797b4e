// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/client/client_strip.h"

#include "gui/views/theme/figures.h"
#include "gui/views/theme/icon.h"

#include <QComboBox>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace faultline::views {
namespace {

constexpr int kMostCharacters = 4096;
constexpr qsizetype kMostShown = 400;

QString shortened(QString text)
{
    text.replace(QLatin1Char('\n'), QStringLiteral("  "));
    if (text.size() > kMostShown)
        text = text.left(kMostShown) + QChar(0x2026);
    return text.toHtmlEscaped();
}

} // namespace

ClientStrip::ClientStrip(QWidget* parent)
    : QWidget(parent)
    , m_theme(Theme::light())
    , m_nodes(new QComboBox(this))
    , m_input(new QLineEdit(this))
    , m_send(new QPushButton(tr("Send"), this))
    , m_newest(new QLabel(this))
    , m_earlier(new QLabel(this))
{
    setObjectName(QStringLiteral("clientStrip"));
    setAutoFillBackground(true);
    auto* at = new QLabel(tr("Client at"), this);
    at->setBuddy(m_nodes);
    m_nodes->setObjectName(QStringLiteral("clientNode"));
    m_nodes->setAccessibleName(tr("Node the command goes to"));
    m_nodes->setToolTip(tr("The node this command goes to"));
    m_nodes->setMinimumContentsLength(8);
    m_nodes->setFocusPolicy(Qt::TabFocus);
    m_input->setObjectName(QStringLiteral("clientInput"));
    m_input->setAccessibleName(tr("Command"));
    m_input->setPlaceholderText(tr("SET x 1   ·   GET x   ·   / to type here"));
    m_input->setToolTip(
        tr("A command as in redis-cli; Return sends it, Up and Down bring back earlier ones ( / or Ctrl+K)"));
    m_input->setMaxLength(kMostCharacters);
    m_input->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_input->setMinimumWidth(160);
    m_input->installEventFilter(this);
    m_send->setObjectName(QStringLiteral("clientSend"));
    m_send->setFocusPolicy(Qt::TabFocus);
    for (QLabel* label : {m_newest, m_earlier}) {
        label->setTextFormat(Qt::RichText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        label->setWordWrap(true);
        label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    }
    m_newest->setObjectName(QStringLiteral("clientReply"));
    m_newest->setAccessibleName(tr("Reply"));
    m_earlier->setObjectName(QStringLiteral("clientEarlier"));

    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(at);
    row->addWidget(m_nodes);
    row->addWidget(m_input, 3);
    row->addWidget(m_send);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 10, 16, 10);
    column->setSpacing(6);
    column->addLayout(row);
    column->addWidget(m_newest);
    column->addWidget(m_earlier);
    m_newest->hide();
    m_earlier->hide();

    connect(m_input, &QLineEdit::returnPressed, this, &ClientStrip::send);
    connect(m_send, &QPushButton::clicked, this, &ClientStrip::send);
    connect(m_input, &QLineEdit::textChanged, this,
            [this](const QString& text) { m_send->setEnabled(!text.trimmed().isEmpty() && node()); });
    m_send->setEnabled(false);
    setTheme(m_theme);
}

void ClientStrip::setTimeline(const lab::Timeline* timeline)
{
    if (m_timeline)
        disconnect(m_timeline, nullptr, this, nullptr);
    m_timeline = timeline;
    if (m_timeline)
        connect(m_timeline, &lab::Timeline::changed, this, &ClientStrip::refreshNodes);
    refreshNodes();
}

void ClientStrip::setTheme(const Theme& theme)
{
    m_theme = theme;
    refreshReplies();
}

NodeId ClientStrip::node() const
{
    return {m_nodes->currentData().toUInt()};
}

void ClientStrip::setNode(NodeId node)
{
    const int index = m_nodes->findData(node.value);
    if (index >= 0)
        m_nodes->setCurrentIndex(index);
}

void ClientStrip::focusInput()
{
    m_input->setFocus(Qt::ShortcutFocusReason);
    m_input->selectAll();
}

void ClientStrip::refreshNodes()
{
    const NodeId before = node();
    const std::size_t count = m_timeline ? m_timeline->nodes().size() : 0;
    bool same = m_nodes->count() == static_cast<int>(count);
    int row = 0;
    if (m_timeline) {
        for (const auto& [id, state] : m_timeline->nodes())
            same = same && m_nodes->itemData(row++).toUInt() == id.value;
    }
    if (!same) {
        m_nodes->clear();
        if (m_timeline) {
            for (const auto& [id, state] : m_timeline->nodes())
                m_nodes->addItem(id.name(), id.value);
        }
        setNode(before);
    }
    if (m_timeline) {
        const NodeId leader = m_timeline->leader();
        for (row = 0; row < m_nodes->count(); ++row) {
            const NodeId id{m_nodes->itemData(row).toUInt()};
            const QString text = id == leader ? tr("%1 · leader").arg(id.name()) : id.name();
            if (m_nodes->itemText(row) != text)
                m_nodes->setItemText(row, text);
        }
    }
    m_nodes->setEnabled(count > 0);
    m_send->setEnabled(!m_input->text().trimmed().isEmpty() && node());
}

void ClientStrip::send()
{
    const QString line = m_input->text().trimmed();
    if (line.isEmpty() || !node())
        return;
    m_history.add(line);
    m_input->clear();
    emit sendRequested(node(), line);
}

void ClientStrip::setPending(quint64 id, NodeId node, const QString& line)
{
    StripReply pending;
    pending.id = id;
    pending.node = node;
    pending.line = line;
    m_pending = pending;
    refreshReplies();
}

void ClientStrip::showReply(const StripReply& reply)
{
    if (m_pending && m_pending->id == reply.id)
        m_pending.reset();
    m_replies.push_front(reply);
    while (m_replies.size() > kEarlierShown + 1)
        m_replies.pop_back();
    refreshReplies();
}

void ClientStrip::clearReplies()
{
    m_replies.clear();
    m_pending.reset();
    refreshReplies();
}

QString ClientStrip::richReply(const StripReply& reply, bool newest) const
{
    const QString muted = m_theme.mutedInk.name();
    const QString verdict = reply.isError ? m_theme.failedText.name() : newest ? m_theme.okText.name() : muted;
    QString text = QStringLiteral("<span style='color:%1'>%2&nbsp; %3 &nbsp;→&nbsp; </span>")
                       .arg(muted, reply.node.name(), shortened(reply.line));
    const QString answer = reply.reply.isEmpty() && reply.isError ? tr("no reply") : reply.reply;
    text += QStringLiteral("<span style='color:%1; font-weight:600'>%2%3</span>")
                .arg(verdict, reply.isError ? QStringLiteral("✕ ") : QString(), shortened(answer));
    if (reply.took.count() > 0)
        text += QStringLiteral("<span style='color:%1'> &nbsp;·&nbsp; %2</span>").arg(muted, spokenLatency(reply.took));
    if (newest && !reply.explanation.isEmpty())
        text += QStringLiteral("<br>") + reply.explanation.toHtmlEscaped();
    return text;
}

void ClientStrip::refreshReplies()
{
    std::size_t next = 0;
    if (m_pending) {
        m_newest->setText(QStringLiteral("<span style='color:%1'>%2&nbsp; %3 &nbsp;→&nbsp; %4</span>")
                              .arg(m_theme.mutedInk.name(), m_pending->node.name(), shortened(m_pending->line),
                                   tr("waiting for the reply…")));
    } else if (!m_replies.empty()) {
        m_newest->setText(richReply(m_replies[next++], true));
    } else {
        m_newest->clear();
    }
    QStringList earlier;
    for (; next < m_replies.size() && earlier.size() < static_cast<qsizetype>(kEarlierShown); ++next)
        earlier << richReply(m_replies[next], false);
    m_earlier->setText(earlier.join(QStringLiteral("<br>")));
    m_newest->setVisible(!m_newest->text().isEmpty());
    m_earlier->setVisible(!earlier.isEmpty());
}

bool ClientStrip::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_input && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (key == Qt::Key_Up || key == Qt::Key_Down) {
            m_input->setText(key == Qt::Key_Up ? m_history.older(m_input->text()) : m_history.newer(m_input->text()));
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace faultline::views
