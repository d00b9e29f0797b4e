// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/edn.h"

#include <cstring>

namespace faultline::check {

namespace {

constexpr int kMaxDepth = 32;

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',';
}

bool endsToken(char c)
{
    return isSpace(c) || std::strchr("{}[]()\";", c) != nullptr;
}

Result<Edn> take(QByteArrayView& text, int depth);

Result<Edn> takeString(QByteArrayView& text)
{
    Edn value{Edn::Kind::String, {}, {}};
    for (qsizetype i = 1; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            text = text.sliced(i + 1);
            return value;
        }
        if (c != '\\') {
            value.text.append(c);
            continue;
        }
        const char escaped = ++i < text.size() ? text[i] : '\0';
        const char* known = std::strchr("n\nt\tr\r\\\\\"\"", escaped);
        if (escaped == '\0' || !known)
            return Error{QStringLiteral("a string has an escape that is not \\n, \\t, \\r, \\\\ or \\\"")};
        value.text.append(known[1]);
    }
    return Error{QStringLiteral("a string does not end")};
}

Result<Edn> takeElements(QByteArrayView& text, int depth)
{
    const char open = text.front();
    const char close = open == '{' ? '}' : open == '[' ? ']' : ')';
    Edn value{open == '{' ? Edn::Kind::Map : Edn::Kind::Vector, {}, {}};
    text = text.sliced(1);
    while (true) {
        while (!text.isEmpty() && isSpace(text.front()))
            text = text.sliced(1);
        if (text.isEmpty())
            return Error{QStringLiteral("there is no %1 to a %2").arg(QLatin1Char(close)).arg(QLatin1Char(open))};
        if (text.front() == close)
            break;
        auto element = take(text, depth + 1);
        if (!element)
            return element;
        value.elements.push_back(*std::move(element));
    }
    text = text.sliced(1);
    if (open == '{' && value.elements.size() % 2 != 0)
        return Error{QStringLiteral("a map has a key without a value")};
    return value;
}

Result<Edn> take(QByteArrayView& text, int depth)
{
    while (!text.isEmpty() && isSpace(text.front()))
        text = text.sliced(1);
    if (text.isEmpty())
        return Error{QStringLiteral("a value is missing")};
    if (depth > kMaxDepth)
        return Error{QStringLiteral("values are nested deeper than %1").arg(kMaxDepth)};
    const char first = text.front();
    if (first == '"')
        return takeString(text);
    if (first == '{' || first == '[' || first == '(')
        return takeElements(text, depth);
    qsizetype length = 0;
    while (length < text.size() && !endsToken(text[length]))
        ++length;
    if (length == 0)
        return Error{QStringLiteral("%1 is not expected here").arg(QLatin1Char(first))};
    const QByteArrayView token = text.first(length);
    text = text.sliced(length);
    if (token == QByteArrayView("nil"))
        return Edn();
    if (first == ':')
        return Edn{Edn::Kind::Keyword, token.sliced(1).toByteArray(), {}};
    return Edn{Edn::Kind::Symbol, token.toByteArray(), {}};
}

} // namespace

const Edn* Edn::find(QByteArrayView keyword) const
{
    if (kind != Kind::Map)
        return nullptr;
    for (std::size_t i = 0; i + 1 < elements.size(); i += 2) {
        if (elements[i].isKeyword(keyword))
            return &elements[i + 1];
    }
    return nullptr;
}

Result<Edn> takeEdn(QByteArrayView& text)
{
    return take(text, 0);
}

} // namespace faultline::check
