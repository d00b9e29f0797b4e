// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/check/checker.h"
#include "common/check/history_file.h"

#include <cstdint>
#include <cstdlib>

using namespace faultline::check;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

} // namespace

// A history from a file: refused with a sentence, or judged within bounds, twice alike.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto file = readHistory(QByteArrayView(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size)));
    if (!file) {
        require(file.error().endsWith(QLatin1Char('.')));
        return 0;
    }
    require(!file->history.empty());
    const Options options{file->initial, 10'000, 10'000};
    const Judgement judgement = check(file->history, options);
    require(!judgement.sentence.isEmpty());
    require(judgement.misfit.has_value() == (judgement.verdict == Verdict::NotLinearizable));
    require(check(file->history, options).sentence == judgement.sentence);
    return 0;
}
