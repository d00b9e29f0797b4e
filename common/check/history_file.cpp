// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/history_file.h"

#include "common/check/jepsen.h"
#include "common/check/lines.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace faultline::check {

namespace {

constexpr const char* kKinds[] = {"read", "write", "cas", "increment", "append"};
constexpr const char* kOutcomes[] = {"ok", "failed", "unknown"};
const QString kFields = QStringLiteral(" client key op value expected result swapped outcome call return ");

template <std::size_t kCount> std::optional<int> placeIn(const char* const (&names)[kCount], const QString& name)
{
    for (std::size_t i = 0; i < kCount; ++i) {
        if (name == QLatin1String(names[i]))
            return static_cast<int>(i);
    }
    return std::nullopt;
}

/// The fields of one line; after the first that is wrong, `wrong` says what.
struct Fields
{
    const QJsonObject& object;
    QString wrong;

    Value value(const char* name)
    {
        const QJsonValue field = object.value(QLatin1String(name));
        if (field.isString())
            return field.toString().toUtf8();
        if (field.isDouble() && double(field.toInteger()) == field.toDouble())
            return QByteArray::number(field.toInteger());
        if (!field.isNull() && !field.isUndefined())
            wrong = QStringLiteral("%1 should be a string, a whole number or null").arg(QLatin1String(name));
        return std::nullopt;
    }
    qint64 number(const char* name)
    {
        const QJsonValue field = object.value(QLatin1String(name));
        if (!field.isDouble() || double(field.toInteger()) != field.toDouble())
            wrong = QStringLiteral("%1 should be a whole number").arg(QLatin1String(name));
        return field.toInteger();
    }
};

Result<Operation> operationOf(const QJsonObject& object)
{
    for (const QString& name : object.keys()) {
        if (!kFields.contains(QLatin1Char(' ') + name + QLatin1Char(' ')))
            return Error{QStringLiteral("there is no field %1, only%2").arg(name, kFields.chopped(1))};
    }
    Fields fields{object, {}};
    Operation operation;
    const auto kind = placeIn(kKinds, object.value(QLatin1String("op")).toString());
    if (!kind)
        return Error{QStringLiteral("op should be read, write, cas, increment or append")};
    operation.kind = static_cast<Kind>(*kind);
    operation.client = static_cast<quint64>(fields.number("client"));
    operation.key = fields.value("key").value_or(QByteArray());
    operation.argument = fields.value("value");
    operation.expected = fields.value("expected");
    operation.result = fields.value("result");
    operation.swapped = object.value(QLatin1String("swapped")).toBool(true);
    operation.called = fields.number("call");
    const bool returned = object.contains(QLatin1String("return"));
    operation.returned = returned ? fields.number("return") : 0;
    operation.outcome = returned ? Outcome::Ok : Outcome::Unknown;
    if (const QJsonValue outcome = object.value(QLatin1String("outcome")); !outcome.isUndefined()) {
        const auto place = placeIn(kOutcomes, outcome.toString());
        if (!place)
            return Error{QStringLiteral("outcome should be ok, failed or unknown")};
        operation.outcome = static_cast<Outcome>(*place);
    }
    if (operation.outcome == Outcome::Ok && !returned)
        return Error{QStringLiteral("what is ok should have a return")};
    if (!fields.wrong.isEmpty())
        return Error{fields.wrong};
    if (operation.outcome != Outcome::Unknown && operation.returned < operation.called)
        return Error{QStringLiteral("return is %1, before the call at %2; it should be that or later")
                         .arg(operation.returned)
                         .arg(operation.called)};
    return operation;
}

Result<HistoryFile> readJsonLines(QByteArrayView text)
{
    HistoryFile file;
    for (Lines lines(text); lines.next();) {
        QJsonParseError problem;
        const QJsonDocument document = QJsonDocument::fromJson(lines.line().toByteArray(), &problem);
        if (!document.isObject())
            return lines.wrong(QStringLiteral("a JSON object is expected (%1)").arg(problem.errorString()));
        const auto operation = operationOf(document.object());
        if (!operation)
            return lines.wrong(operation.error());
        file.history.push_back(*operation);
    }
    return file;
}

} // namespace

Result<HistoryFile> readHistory(QByteArrayView text)
{
    Lines lines(text);
    if (!lines.next())
        return Error{QStringLiteral("There is no operation in this history.")};
    QByteArrayView begin = lines.line();
    if (begin.startsWith('{')) {
        begin = begin.sliced(1).trimmed();
        return begin.startsWith(':') ? readJepsenEdn(text) : readJsonLines(text);
    }
    if (text.contains(QByteArrayView("jepsen.util - ")))
        return readJepsenLog(text);
    return Error{
        QStringLiteral("This is no history: it should begin with a JSON object or an EDN map for each line, or "
                       "be a log with lines of jepsen.util.")};
}

QByteArray writeHistory(const History& history)
{
    QByteArray text;
    for (const Operation& operation : history) {
        QJsonObject object{{"client", static_cast<qint64>(operation.client)},
                           {"key", QString::fromUtf8(operation.key)},
                           {"op", QLatin1String(kKinds[static_cast<int>(operation.kind)])},
                           {"outcome", QLatin1String(kOutcomes[static_cast<int>(operation.outcome)])},
                           {"call", operation.called}};
        const auto put = [&object](const char* name, const Value& value) {
            if (value)
                object.insert(QLatin1String(name), QString::fromUtf8(*value));
        };
        put("value", operation.argument);
        put("expected", operation.expected);
        put("result", operation.result);
        if (!operation.swapped)
            object.insert(QStringLiteral("swapped"), false);
        if (operation.outcome != Outcome::Unknown)
            object.insert(QStringLiteral("return"), operation.returned);
        text += QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
    }
    return text;
}

} // namespace faultline::check
