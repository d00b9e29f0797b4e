// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/desktop.h"

#include "gui/window/main_window.h"

#include <QApplication>
#include <QFontDatabase>
#include <QFontInfo>
#include <QSettings>
#include <QStyleFactory>
#include <QTimer>

namespace faultline::window {
namespace {

/// Where no desktop has chosen a font, fontconfig falls back to DejaVu, whose width suits terminals.
void preferUiFont(QApplication& application)
{
    static const QString kBetter = QStringLiteral("Inter");
    const QString family = QFontInfo(application.font()).family();
    if (!family.startsWith(QStringLiteral("DejaVu")) || !QFontDatabase::families().contains(kBetter))
        return;
    QFont font = application.font();
    font.setFamily(kBetter);
    application.setFont(font);
}

} // namespace

int runDesktop(QApplication& application, const DesktopOptions& options)
{
    application.setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    preferUiFont(application);
    QSettings settings(QStringLiteral("faultline"), QStringLiteral("desktop"));
    lab::Lab lab;
    MainWindow window(lab, settings, options);
    window.show();
    QTimer::singleShot(0, &window, [&window] { window.startCluster(); });
    return application.exec();
}

} // namespace faultline::window
