// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/trace.h"

namespace faultline::sim {

void Trace::tell(Instant at, const QString& who, const QString& what)
{
    if (!m_reader)
        return;
    const auto micros = at.count();
    m_reader(QStringLiteral("tick %1.%2  %3  %4")
                 .arg(micros / kTick.count(), 6)
                 .arg(micros % kTick.count() / (kTick.count() / 10))
                 .arg(who, -5)
                 .arg(what));
}

} // namespace faultline::sim
