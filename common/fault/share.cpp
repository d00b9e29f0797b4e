// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/fault/share.h"

namespace faultline::fault {

quint64 drawBelow(quint64 bound, Random& random)
{
    // Numbers beyond the last whole multiple of the bound would make the low ones likelier; they are drawn again.
    const quint64 beyond = (~quint64(0) % bound + 1) % bound;
    for (;;) {
        const quint64 drawn = random();
        if (drawn <= ~quint64(0) - beyond)
            return drawn % bound;
    }
}

bool happens(Share share, Random& random)
{
    return share && drawBelow(Share::kAll, random) < share.millionths;
}

} // namespace faultline::fault
