// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QByteArrayView>

namespace faultline::check {

/// Goes through lines that hold anything, and says of an error on which it was.
class Lines
{
public:
    explicit Lines(QByteArrayView text)
        : m_rest(text)
    {}

    /// False at the end.
    bool next()
    {
        while (!m_rest.isEmpty()) {
            const qsizetype end = m_rest.indexOf('\n');
            m_line = (end < 0 ? m_rest : m_rest.first(end)).trimmed();
            m_rest = end < 0 ? QByteArrayView() : m_rest.sliced(end + 1);
            ++m_number;
            if (!m_line.isEmpty())
                return true;
        }
        return false;
    }
    QByteArrayView line() const { return m_line; }
    Error wrong(const QString& what) const { return {QStringLiteral("Line %1: %2.").arg(m_number).arg(what)}; }

private:
    QByteArrayView m_rest;
    QByteArrayView m_line;
    int m_number = 0;
};

} // namespace faultline::check
