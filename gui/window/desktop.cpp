// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/desktop.h"

#include "gui/window/main_window.h"

#include <QApplication>
#include <QSettings>
#include <QStyleFactory>
#include <QTimer>

namespace faultline::window {

int runDesktop(QApplication& application, const DesktopOptions& options)
{
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QSettings settings(QStringLiteral("faultline"), QStringLiteral("desktop"));
    lab::Lab lab;
    MainWindow window(lab, settings, options);
    window.show();
    QTimer::singleShot(0, &window, [&window] { window.startCluster(); });
    return application.exec();
}

} // namespace faultline::window
