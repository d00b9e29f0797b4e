// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/check/history.h"

#include <QString>

namespace faultline::check {

/// For a sentence, after "the": "write of 4 by client 3", "read of 2 by client 5", "read of nothing by client 5".
QString spoken(const Operation& operation);

/// When it was called and returned: "called at 120, returned at 140", "called at 120, outcome unknown".
QString spokenTimes(const Operation& operation);

/// A value or a key in a sentence: shortened, in quotes where it is not a plain word or number; "nothing".
QString spoken(const Value& value);

} // namespace faultline::check
