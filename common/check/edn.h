// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArray>
#include <QByteArrayView>

#include <vector>

namespace faultline::check {

/// A value in EDN (https://github.com/edn-format/edn), as much of it as histories are written in.
struct Edn
{
    enum class Kind {
        Nil,
        Keyword, ///< text, without its colon
        Symbol,  ///< text: true, false, numbers too
        String,  ///< text
        Vector,  ///< elements; lists too
        Map,     ///< elements: key, value, key, value, ...
    };
    Kind kind = Kind::Nil;
    QByteArray text;
    std::vector<Edn> elements;

    bool isKeyword(QByteArrayView name) const { return kind == Kind::Keyword && text == name; }
    /// What stands in this map under the keyword; null when nothing does.
    const Edn* find(QByteArrayView keyword) const;
};

/// Takes one value off the front, which must be there. The error says what is wrong, without the line.
Result<Edn> takeEdn(QByteArrayView& text);

} // namespace faultline::check
