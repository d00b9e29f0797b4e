// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/remembered.h"

#include <QSettings>
#include <QStringList>
#include <QVariant>

#include <algorithm>

namespace faultline::window {
namespace {

constexpr const char* kThemeNames[] = {"system", "light", "dark"};
constexpr qsizetype kMostBytes = 64 * 1024;
constexpr int kWidest = 20'000;

QByteArray sensible(const QByteArray& bytes)
{
    return bytes.size() > kMostBytes ? QByteArray() : bytes;
}

} // namespace

Remembered remembered(QSettings& settings)
{
    Remembered values;
    const QString theme = settings.value(QStringLiteral("window/theme")).toString();
    for (int i = 0; i < 3; ++i) {
        if (theme == QLatin1String(kThemeNames[i]))
            values.theme = static_cast<ThemeChoice>(i);
    }
    values.reducedMotion = settings.value(QStringLiteral("window/reducedMotion")).toString() == QStringLiteral("true");
    values.geometry = sensible(settings.value(QStringLiteral("window/geometry")).toByteArray());
    values.docks = sensible(settings.value(QStringLiteral("window/docks")).toByteArray());
    values.linksArePlaced =
        settings.value(QStringLiteral("window/linksArePlaced")).toString() == QStringLiteral("true");
    const QStringList widths = settings.value(QStringLiteral("window/split")).toString().split(QLatin1Char(' '));
    QList<int> split;
    for (const QString& width : widths)
        split << width.toInt();
    if (split.size() == 2 && std::all_of(split.begin(), split.end(), [](int w) { return w > 0 && w < kWidest; }))
        values.split = split;
    return values;
}

void remember(QSettings& settings, const Remembered& values)
{
    settings.setValue(QStringLiteral("window/theme"), QLatin1String(kThemeNames[static_cast<int>(values.theme)]));
    settings.setValue(QStringLiteral("window/reducedMotion"), values.reducedMotion);
    if (!values.geometry.isEmpty())
        settings.setValue(QStringLiteral("window/geometry"), values.geometry);
    if (!values.docks.isEmpty()) {
        settings.setValue(QStringLiteral("window/docks"), values.docks);
        settings.setValue(QStringLiteral("window/linksArePlaced"), values.linksArePlaced);
    }
    if (values.split.size() == 2)
        settings.setValue(QStringLiteral("window/split"),
                          QStringLiteral("%1 %2").arg(values.split.at(0)).arg(values.split.at(1)));
}

} // namespace faultline::window
