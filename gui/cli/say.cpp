// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/say.h"

#include <cstdio>

namespace faultline::cli {

void sayOut(const QString& line)
{
    std::fprintf(stdout, "%s\n", qUtf8Printable(line));
    std::fflush(stdout);
}

void sayError(const QString& sentence)
{
    std::fprintf(stderr, "faultline: %s\n", qUtf8Printable(sentence));
    std::fflush(stderr);
}

} // namespace faultline::cli
