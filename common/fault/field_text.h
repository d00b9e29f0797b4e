// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QString>
#include <QStringList>

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

// What the texts of all faults have in common: a fault is a table of named fields, and a line is "name: value" several
// times. link_fault_text.h and disk_fault_text.h say what people see of it.
namespace faultline::fault {

inline constexpr const char* kFlagWords = "true or false";

/// Fit to stand in a sentence, however long and odd it is.
QString quoted(const QString& text);
/// "\"x\"; it must be a share from ...".
Error wrongValue(const QString& text, const char* words);
Result<bool> parseFlag(const QString& text); ///< true, yes, on, false, no, off
QString printFlag(bool flag);

/// One field of a fault, whatever its type: how it is read, written and explained.
template <typename Fault> struct Field
{
    QString name;
    QString does;
    const char* takes; ///< "a duration from 0 to 1min, such as 200ms"; the same pointer for the same words
    std::function<Result<void>(Fault&, const QString&)> set;
    std::function<QString(const Fault&)> print;
};

template <typename Fault, typename T>
Field<Fault> field(const char* name, const char* does, const char* takes, T Fault::*member,
                   Result<T> (*parse)(const QString&), QString (*print)(T))
{
    return {QString::fromLatin1(name), QString::fromLatin1(does), takes,
            [member, parse](Fault& fault, const QString& text) -> Result<void> {
                const Result<T> value = parse(text);
                if (!value)
                    return Error{value.error()};
                fault.*member = *value;
                return {};
            },
            [member, print](const Fault& fault) { return print(fault.*member); }};
}

/// "\"latncy\" is no field of a link; did you mean latency?"
Error unknownField(const QString& name, const char* ofWhat, const QStringList& known);

/// All fields of one kind of fault, in the order in which they are shown.
template <typename Fault> class FieldTable
{
public:
    /// `ofWhat`: "link". `example`: a line, for who wrote none.
    FieldTable(const char* ofWhat, const char* example, std::vector<Field<Fault>> fields)
        : m_ofWhat(ofWhat)
        , m_example(example)
        , m_fields(std::move(fields))
    {
        for (const Field<Fault>& each : m_fields)
            m_names << each.name;
    }

    const QStringList& names() const { return m_names; }

    QString describe(const QString& name) const
    {
        const Field<Fault>* known = named(name);
        return known ? QStringLiteral("%1: %2").arg(known->does, QLatin1String(known->takes)) : QString();
    }

    Result<void> set(Fault& fault, const QString& name, const QString& text) const
    {
        const Field<Fault>* known = named(name);
        if (!known)
            return unknownField(name, m_ofWhat, m_names);
        if (const Result<void> done = known->set(fault, text); !done)
            return Error{QStringLiteral("%1 is %2").arg(name, done.error())};
        return {};
    }

    QString print(const Fault& fault, const QString& name) const
    {
        const Field<Fault>* known = named(name);
        return known ? known->print(fault) : QString();
    }

    QString printLine(const Fault& fault) const
    {
        if (fault.healthy())
            return QStringLiteral("healthy");
        const Fault rest;
        QStringList parts;
        for (const Field<Fault>& each : m_fields) {
            const QString value = each.print(fault);
            if (value == each.print(rest))
                continue;
            parts << (value == QLatin1String("true") ? each.name : QStringLiteral("%1: %2").arg(each.name, value));
        }
        return parts.join(QStringLiteral(", "));
    }

    Result<Fault> parseLine(const QString& text) const
    {
        Fault fault;
        if (text.trimmed() == QLatin1String("healthy"))
            return fault;
        std::set<QString> given;
        QStringView rest = text;
        while (!rest.isEmpty()) {
            const auto isEnd = [](QChar character) { return character == u',' || character == u'\n'; };
            const qsizetype end = std::find_if(rest.begin(), rest.end(), isEnd) - rest.begin();
            const QString part = rest.first(end).trimmed().toString();
            rest = rest.sliced(std::min(rest.size(), end + 1));
            if (part.isEmpty())
                continue;
            const qsizetype colon = part.indexOf(QLatin1Char(':'));
            const QString name = (colon < 0 ? part : part.first(colon)).trimmed();
            const Field<Fault>* known = named(name);
            const bool isFlag = known && known->takes == kFlagWords;
            const QString value = colon >= 0 ? part.sliced(colon + 1) : QLatin1String(isFlag ? "true" : "");
            if (const Result<void> done = set(fault, name, value); !done)
                return Error{done.error()};
            if (!given.insert(name).second)
                return Error{QStringLiteral("%1 is given twice; each field has one value").arg(name)};
        }
        if (given.empty())
            return Error{QStringLiteral("there is nothing in it; write faults of a %1 such as \"%2\"")
                             .arg(QLatin1String(m_ofWhat), QLatin1String(m_example))};
        return fault;
    }

private:
    const Field<Fault>* named(const QString& name) const
    {
        for (const Field<Fault>& each : m_fields) {
            if (each.name == name)
                return &each;
        }
        return nullptr;
    }

    const char* m_ofWhat;
    const char* m_example;
    std::vector<Field<Fault>> m_fields;
    QStringList m_names;
};

} // namespace faultline::fault
