// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/kv/glob.h"

#include <algorithm>

namespace faultline::kv {

namespace {

bool isWithin(char c, char low, char high)
{
    const auto byte = [](char value) { return static_cast<unsigned char>(value); };
    return byte(c) >= std::min(byte(low), byte(high)) && byte(c) <= std::max(byte(low), byte(high));
}

/// Whether c is in the set that opens at pattern[at]; `at` is then on its last byte.
bool isInSet(QByteArrayView pattern, qsizetype& at, char c)
{
    const qsizetype end = pattern.size();
    ++at;
    const bool isNegated = at < end && pattern[at] == '^';
    if (isNegated)
        ++at;
    bool found = false;
    for (;; ++at) {
        if (at >= end) {
            --at;
            break;
        }
        if (pattern[at] == '\\' && at + 1 < end) {
            ++at;
            found |= pattern[at] == c;
        } else if (pattern[at] == ']') {
            break;
        } else if (at + 2 < end && pattern[at + 1] == '-') {
            found |= isWithin(c, pattern[at], pattern[at + 2]);
            at += 2;
        } else {
            found |= pattern[at] == c;
        }
    }
    return found != isNegated;
}

/// Whether one byte is as pattern[at] says; `at` is then behind what said it.
bool matchesOne(QByteArrayView pattern, qsizetype& at, char c)
{
    bool matches = true;
    switch (pattern[at]) {
    case '?':
        break;
    case '[':
        matches = isInSet(pattern, at, c);
        break;
    case '\\':
        if (at + 1 < pattern.size())
            ++at;
        [[fallthrough]];
    default:
        matches = pattern[at] == c;
    }
    ++at;
    return matches;
}

} // namespace

bool matchesGlob(QByteArrayView pattern, QByteArrayView text)
{
    qsizetype at = 0;
    qsizetype read = 0;
    // The last star, and up to where it reaches: only that one ever has to reach further.
    qsizetype star = -1;
    qsizetype reached = 0;
    while (read < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = ++at;
            reached = read;
            continue;
        }
        if (at < pattern.size() && matchesOne(pattern, at, text[read])) {
            ++read;
            continue;
        }
        if (star < 0)
            return false;
        at = star;
        read = ++reached;
    }
    while (at < pattern.size() && pattern[at] == '*')
        ++at;
    return at == pattern.size();
}

} // namespace faultline::kv
