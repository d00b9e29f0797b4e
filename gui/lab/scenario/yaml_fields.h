// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QString>
#include <QStringList>

#include <chrono>
#include <memory>
#include <optional>

namespace YAML {
class Node;
}

namespace faultline::lab {

/// Reads the fields of one YAML mapping and remembers the first thing that was wrong, with its line: readers ask for
/// what they need in a row and look at problem() once. A field that was never asked for is unknown, and refused by
/// finish().
class YamlFields
{
public:
    /// `place` names the mapping in errors: "the scenario", "step 2".
    YamlFields(const YAML::Node& mapping, QString fileName, QString place);
    ~YamlFields();
    YamlFields(const YamlFields&) = delete;
    YamlFields& operator=(const YamlFields&) = delete;

    int line() const;
    bool has(const char* field);
    /// The text of a plain value; nothing when it is absent or (a problem) not a plain value.
    std::optional<QString> text(const char* field);
    /// A number from low to high; outside of it is a problem. `what` says it in words: "a whole number from 3 to 9".
    std::optional<double> number(const char* field, double low, double high, const QString& what);
    std::optional<quint64> wholeNumber(const char* field, quint64 low, quint64 high, const QString& what);
    /// 0.05 or 5%, from 0 to 1.
    std::optional<double> share(const char* field);
    std::optional<std::chrono::milliseconds> duration(const char* field);
    /// A plain value, or a list of them.
    std::optional<QStringList> texts(const char* field);
    /// The mapping or list under a field; null when absent.
    YAML::Node child(const char* field);

    /// Notes what is wrong with a field, at its line; only the first is kept.
    void refuse(const char* field, const QString& sentence);
    /// Notes what is wrong with the mapping as a whole, at its first line.
    void refuse(const QString& sentence);
    /// Does not name the field among those there are, although it was asked for: it is not of this mapping.
    void withhold(const char* field);
    /// Refuses the fields nobody asked for.
    void finish();
    const std::optional<Error>& problem() const { return m_problem; }

private:
    struct Mapping;
    std::unique_ptr<Mapping> m_mapping;
    QString m_fileName;
    QString m_place;
    QStringList m_known;
    std::optional<Error> m_problem;
};

/// "file:line: sentence", as compilers say it, so that editors can jump there. Lines count from 1; 0: no line is known.
Error errorAt(const QString& fileName, int line, const QString& sentence);

} // namespace faultline::lab
