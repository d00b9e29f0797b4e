// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/lab/scenario/yaml_fields.h"

#include "gui/lab/scenario/scenario_file.h"

#include <yaml-cpp/yaml.h>

#include <cmath>

namespace faultline::lab {

struct YamlFields::Mapping
{
    YAML::Node node;
};

namespace {

QString textOf(const YAML::Node& node)
{
    return QString::fromStdString(node.Scalar());
}

/// A value quoted in an error: short, and on one line.
QString quoted(const QString& value)
{
    QString shown = value.simplified();
    if (shown.size() > 40)
        shown = shown.left(40) + QStringLiteral("…");
    return QStringLiteral("\"%1\"").arg(shown);
}

int lineOf(const YAML::Node& node)
{
    return node.Mark().is_null() ? 0 : node.Mark().line + 1;
}

} // namespace

Error errorAt(const QString& fileName, int line, const QString& sentence)
{
    if (line <= 0)
        return {QStringLiteral("%1: %2").arg(fileName, sentence)};
    return {QStringLiteral("%1:%2: %3").arg(fileName).arg(line).arg(sentence)};
}

YamlFields::YamlFields(const YAML::Node& mapping, QString fileName, QString place)
    : m_mapping(std::make_unique<Mapping>(Mapping{mapping}))
    , m_fileName(std::move(fileName))
    , m_place(std::move(place))
{
    if (!mapping.IsMap()) {
        refuse(QStringLiteral("%1 is not a list of fields, such as \"name: value\"").arg(m_place));
        return;
    }
    QStringList seen;
    for (const auto& entry : mapping) {
        if (!entry.first.IsScalar())
            continue;
        const QString name = textOf(entry.first);
        if (seen.contains(name)) {
            m_problem = errorAt(m_fileName, lineOf(entry.first),
                                QStringLiteral("%1 has the field %2 twice; keep one").arg(m_place, quoted(name)));
            return;
        }
        seen.append(name);
    }
}

YamlFields::~YamlFields() = default;

int YamlFields::line() const
{
    return lineOf(m_mapping->node);
}

YAML::Node YamlFields::child(const char* field)
{
    m_known.append(QString::fromLatin1(field));
    if (!m_mapping->node.IsMap())
        return {};
    // By hand: operator[] of a key that is absent, or not plain, throws.
    for (const auto& entry : m_mapping->node) {
        if (!entry.first.IsScalar() || entry.first.Scalar() != field)
            continue;
        if (entry.second.IsNull() && !m_problem) {
            m_problem =
                errorAt(m_fileName, lineOf(entry.first),
                        QStringLiteral("%1 has no value; give it one or take the line out").arg(QLatin1String(field)));
        }
        return entry.second;
    }
    return {};
}

bool YamlFields::has(const char* field)
{
    return !child(field).IsNull();
}

std::optional<QString> YamlFields::text(const char* field)
{
    const YAML::Node node = child(field);
    if (node.IsNull())
        return std::nullopt;
    if (!node.IsScalar()) {
        refuse(field, QStringLiteral("%1 is one value, not a list").arg(QLatin1String(field)));
        return std::nullopt;
    }
    return textOf(node);
}

std::optional<QStringList> YamlFields::texts(const char* field)
{
    const YAML::Node node = child(field);
    if (node.IsNull())
        return std::nullopt;
    if (node.IsScalar())
        return textOf(node).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    QStringList all;
    if (node.IsSequence()) {
        for (const YAML::Node& each : node) {
            if (each.IsScalar())
                all.append(textOf(each));
        }
        if (all.size() == static_cast<qsizetype>(node.size()) && !all.isEmpty())
            return all;
    }
    refuse(field, QStringLiteral("%1 is one value or a list of values, such as [n1, n2]").arg(QLatin1String(field)));
    return std::nullopt;
}

std::optional<double> YamlFields::number(const char* field, double low, double high, const QString& what)
{
    const std::optional<QString> value = text(field);
    if (!value)
        return std::nullopt;
    bool isNumber = false;
    const double parsed = QString(*value).remove(QLatin1Char('_')).toDouble(&isNumber);
    if (!isNumber || !std::isfinite(parsed) || parsed < low || parsed > high) {
        refuse(field, QStringLiteral("%1 is %2; it must be %3").arg(QLatin1String(field), quoted(*value), what));
        return std::nullopt;
    }
    return parsed;
}

std::optional<quint64> YamlFields::wholeNumber(const char* field, quint64 low, quint64 high, const QString& what)
{
    const std::optional<QString> value = text(field);
    if (!value)
        return std::nullopt;
    bool isNumber = false;
    const quint64 parsed = QString(*value).remove(QLatin1Char('_')).toULongLong(&isNumber);
    if (!isNumber || parsed < low || parsed > high) {
        refuse(field, QStringLiteral("%1 is %2; it must be %3").arg(QLatin1String(field), quoted(*value), what));
        return std::nullopt;
    }
    return parsed;
}

std::optional<double> YamlFields::share(const char* field)
{
    const std::optional<QString> value = text(field);
    if (!value)
        return std::nullopt;
    const bool percent = value->endsWith(QLatin1Char('%'));
    bool isNumber = false;
    double parsed = (percent ? value->chopped(1) : *value).toDouble(&isNumber);
    if (percent)
        parsed /= 100;
    if (!isNumber || !(parsed >= 0 && parsed <= 1)) {
        refuse(field, QStringLiteral("%1 is %2; it must be a share from 0 to 1, or from 0% to 100%")
                          .arg(QLatin1String(field), quoted(*value)));
        return std::nullopt;
    }
    return parsed;
}

std::optional<std::chrono::milliseconds> YamlFields::duration(const char* field)
{
    const std::optional<QString> value = text(field);
    if (!value)
        return std::nullopt;
    const std::optional<std::chrono::milliseconds> parsed = parseDuration(*value);
    if (!parsed) {
        refuse(field,
               QStringLiteral("%1 is %2; it must be a duration with its unit, up to 1440min, such as 300ms, 2s or 1min")
                   .arg(QLatin1String(field), quoted(*value)));
    }
    return parsed;
}

void YamlFields::refuse(const char* field, const QString& sentence)
{
    if (m_problem)
        return;
    const YAML::Node node = child(field);
    m_problem = errorAt(m_fileName, node.IsNull() ? line() : lineOf(node), sentence);
}

void YamlFields::refuse(const QString& sentence)
{
    if (!m_problem)
        m_problem = errorAt(m_fileName, line(), sentence);
}

void YamlFields::withhold(const char* field)
{
    m_known.removeAll(QString::fromLatin1(field));
}

void YamlFields::finish()
{
    if (m_problem || !m_mapping->node.IsMap())
        return;
    m_known.removeDuplicates();
    for (const auto& entry : m_mapping->node) {
        const QString name = entry.first.IsScalar() ? textOf(entry.first) : QStringLiteral("?");
        if (!m_known.contains(name)) {
            m_problem = errorAt(m_fileName, lineOf(entry.first),
                                QStringLiteral("%1 has no field %2; there are %3")
                                    .arg(m_place, quoted(name), m_known.join(QStringLiteral(", "))));
            return;
        }
    }
}

} // namespace faultline::lab
