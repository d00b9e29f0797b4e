// SPDX-License-Identifier: GPL-3.0-or-later
#include "live_window.h"

#include "gui/window/caption_line.h"
#include "gui/window/headline_bar.h"

#include <QAction>
#include <QContextMenuEvent>
#include <QTest>
#include <QToolBar>

namespace faultline::tests {

void LiveWindow::openWith(const window::DesktopOptions& options)
{
    m_settings = std::make_unique<QSettings>(m_folder.filePath(QStringLiteral("desktop.ini")), QSettings::IniFormat);
    m_lab = std::make_unique<lab::Lab>();
    m_window = std::make_unique<window::MainWindow>(*m_lab, *m_settings, options);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    m_window->startCluster();
}

void LiveWindow::open(wire::Pace pace, int nodes, double rate)
{
    window::DesktopOptions options;
    options.lab.nodeProgram = qEnvironmentVariable("FAULTLINE_BIN") + QStringLiteral("/faultline-node");
    options.lab.pace = pace;
    options.lab.nodes = nodes;
    options.lab.rate = rate;
    options.size = QSize(1280, 800);
    openWith(options);
    QTRY_VERIFY_WITH_TIMEOUT(m_lab->isServing(), kServes_ms);
    QTRY_VERIFY_WITH_TIMEOUT(timeline().leader(), kSoon_ms);
}

void LiveWindow::close()
{
    m_window.reset();
    m_lab.reset();
    m_settings.reset();
}

views::TopologyView* LiveWindow::canvas() const
{
    return m_window->findChild<views::TopologyView*>();
}

QString LiveWindow::caption() const
{
    return m_window->findChild<window::CaptionLine*>()->text();
}

QString LiveWindow::headline() const
{
    return m_window->findChild<window::HeadlineBar*>()->sentence();
}

QAction* LiveWindow::action(const char* name) const
{
    return m_window->findChild<QAction*>(QLatin1String(name));
}

NodeId LiveWindow::follower() const
{
    for (const auto& [id, node] : timeline().nodes()) {
        if (id != timeline().leader() && node.life == lab::NodeLife::Running)
            return id;
    }
    return {};
}

void LiveWindow::press(const QKeySequence& key) const
{
    QTest::keySequence(canvas(), key);
}

void LiveWindow::click(NodeId node, Qt::KeyboardModifiers modifiers) const
{
    QTest::mouseClick(canvas(), Qt::LeftButton, modifiers, canvas()->positionOf(node).toPoint());
}

void LiveWindow::clickTool(const char* name) const
{
    QTest::mouseClick(m_window->findChild<QToolBar*>()->widgetForAction(action(name)), Qt::LeftButton);
}

void LiveWindow::drag(QPoint from, QPoint to) const
{
    QTest::mousePress(canvas(), Qt::LeftButton, {}, from);
    QTest::mouseMove(canvas(), (from + to) / 2);
    QTest::mouseMove(canvas(), to);
    QTest::mouseRelease(canvas(), Qt::LeftButton, {}, to);
}

void LiveWindow::rightClick(QPoint at) const
{
    QContextMenuEvent event(QContextMenuEvent::Mouse, at, canvas()->mapToGlobal(at));
    QCoreApplication::sendEvent(canvas(), &event);
}

} // namespace faultline::tests
