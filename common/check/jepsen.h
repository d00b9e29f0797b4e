// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/check/history_file.h"

namespace faultline::check {

/// The two formats of Jepsen that readHistory() takes (https://github.com/jepsen-io/jepsen).
Result<HistoryFile> readJepsenLog(QByteArrayView text);
Result<HistoryFile> readJepsenEdn(QByteArrayView text);

} // namespace faultline::check
