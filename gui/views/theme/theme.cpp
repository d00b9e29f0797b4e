// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/theme/theme.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

static void loadThemeResource()
{
    Q_INIT_RESOURCE(theme);
}

namespace faultline::views {
namespace {

struct Token
{
    const char* name;
    QColor Theme::*colour;
};

constexpr Token kTokens[] = {
    {"canvas", &Theme::canvas},         {"panel", &Theme::panel},       {"ink", &Theme::ink},
    {"mutedInk", &Theme::mutedInk},     {"line", &Theme::line},         {"link", &Theme::link},
    {"accent", &Theme::accent},         {"leader", &Theme::leader},     {"leaderText", &Theme::leaderText},
    {"candidate", &Theme::candidate},   {"follower", &Theme::follower}, {"frozen", &Theme::frozen},
    {"frozenText", &Theme::frozenText}, {"dead", &Theme::dead},         {"ok", &Theme::ok},
    {"okText", &Theme::okText},         {"failed", &Theme::failed},     {"failedText", &Theme::failedText},
    {"degraded", &Theme::degraded},     {"unknown", &Theme::unknown},   {"pause", &Theme::pause},
};

Theme read(const QString& path)
{
    loadThemeResource();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("the theme %s is not in this program", qPrintable(path));
    const QJsonObject values = QJsonDocument::fromJson(file.readAll()).object();
    Theme theme;
    for (const Token& token : kTokens) {
        theme.*token.colour = QColor(values.value(QLatin1String(token.name)).toString());
        if (!(theme.*token.colour).isValid())
            qFatal("the theme %s has no colour for %s", qPrintable(path), token.name);
    }
    const QJsonArray hues = values.value(QLatin1String("terms")).toArray();
    for (std::size_t i = 0; i < Theme::kTermHues; ++i)
        theme.terms[i] = QColor(hues.at(static_cast<qsizetype>(i)).toString());
    return theme;
}

} // namespace

Theme Theme::light()
{
    return read(QStringLiteral(":/theme/light.json"));
}

Theme Theme::darkOne()
{
    Theme theme = read(QStringLiteral(":/theme/dark.json"));
    theme.dark = true;
    return theme;
}

QPalette Theme::palette() const
{
    QPalette palette;
    palette.setColor(QPalette::Window, panel);
    palette.setColor(QPalette::WindowText, ink);
    palette.setColor(QPalette::Base, panel);
    palette.setColor(QPalette::AlternateBase, canvas);
    palette.setColor(QPalette::Text, ink);
    palette.setColor(QPalette::PlaceholderText, mutedInk);
    palette.setColor(QPalette::Button, panel);
    palette.setColor(QPalette::ButtonText, ink);
    palette.setColor(QPalette::BrightText, failedText);
    palette.setColor(QPalette::ToolTipBase, panel);
    palette.setColor(QPalette::ToolTipText, ink);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, dark ? canvas : panel);
    palette.setColor(QPalette::Link, accent);
    palette.setColor(QPalette::Light, blended(panel, dark ? ink : canvas, dark ? 0.12 : 1.0));
    palette.setColor(QPalette::Midlight, blended(panel, ink, 0.06));
    palette.setColor(QPalette::Mid, blended(panel, ink, 0.2));
    palette.setColor(QPalette::Dark, blended(panel, ink, 0.3));
    palette.setColor(QPalette::Shadow, blended(canvas, ink, 0.4));
    const QColor off = blended(panel, mutedInk, 0.55);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, off);
    return palette;
}

QColor blended(const QColor& under, const QColor& over, double share)
{
    const auto mix = [share](float a, float b) { return static_cast<float>(a + (b - a) * static_cast<float>(share)); };
    return QColor::fromRgbF(mix(under.redF(), over.redF()), mix(under.greenF(), over.greenF()),
                            mix(under.blueF(), over.blueF()));
}

QColor faint(QColor colour, double opacity)
{
    colour.setAlphaF(static_cast<float>(opacity));
    return colour;
}

bool isDark(const QPalette& palette)
{
    return palette.color(QPalette::Window).lightnessF() < palette.color(QPalette::WindowText).lightnessF();
}

} // namespace faultline::views
