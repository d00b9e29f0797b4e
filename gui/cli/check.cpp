// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/check.h"

#include "common/check/checker.h"
#include "common/check/history_file.h"
#include "common/check/operation_text.h"
#include "gui/cli/say.h"

#include <QFile>

namespace faultline::cli {

namespace {

constexpr qint64 kMaxBytes = qint64(1) << 30;

Result<check::HistoryFile> readFile(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error{QStringLiteral("%1 cannot be read: %2.").arg(path, file.errorString())};
    const QByteArray text = file.read(kMaxBytes + 1);
    if (text.isEmpty() && file.error() != QFileDevice::NoError)
        return Error{QStringLiteral("%1 cannot be read: %2.").arg(path, file.errorString())};
    if (text.size() > kMaxBytes)
        return Error{QStringLiteral("%1 has more than 1 GiB; judge it in parts, for example key by key.").arg(path)};
    auto history = check::readHistory(text);
    if (!history)
        return Error{QStringLiteral("%1: %2").arg(path, history.error())};
    return history;
}

void sayEndOfOrder(const check::History& history, const std::vector<std::size_t>& order)
{
    constexpr std::size_t kShown = 12;
    const std::size_t first = order.size() > kShown ? order.size() - kShown : 0;
    if (!order.empty())
        sayOut(first == 0 ? QStringLiteral("That order:") : QStringLiteral("The end of that order:"));
    for (std::size_t i = first; i < order.size(); ++i) {
        const check::Operation& operation = history[order[i]];
        sayOut(
            QStringLiteral("%1. %2 (%3)").arg(i + 1, 6).arg(check::spoken(operation), check::spokenTimes(operation)));
    }
}

} // namespace

int checkHistory(const CheckCommand& command)
{
    auto file = readFile(command.history);
    if (!file) {
        sayError(file.error());
        return kUnknownOrBadInput;
    }
    check::Options options;
    options.initial = command.model.isEmpty()                ? file->initial
                      : command.model == QLatin1String("kv") ? check::Value(QByteArray(""))
                                                             : check::Value();
    const check::Judgement judgement = check::check(file->history, options);
    sayOut(judgement.sentence);
    switch (judgement.verdict) {
    case check::Verdict::Linearizable:
        return kAsExpected;
    case check::Verdict::NotLinearizable:
        sayEndOfOrder(file->history, judgement.order);
        return kNotAsExpected;
    case check::Verdict::Unknown:
        break;
    }
    return kUnknownOrBadInput;
}

} // namespace faultline::cli
