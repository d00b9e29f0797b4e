// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QStringList>

// The program as a person runs it, for tests of what it says and how it ends.
namespace faultline::tests {

inline constexpr int kMostForServing = 40'000; ///< milliseconds
inline constexpr int kMostForEnding = 15'000;

/// Where `faultline` is: in FAULTLINE_BIN, or beside the test.
QString program();

struct Ended
{
    int code = -1; ///< -1: it did not start, crashed, or did not end in time
    QString out;
    QString err;
};

/// Waits for its end, `within` so many milliseconds; then it is killed.
Ended finish(QProcess& process, int within);
Ended run(const QString& command, const QStringList& arguments, int within = kMostForEnding,
          const QProcessEnvironment& environment = {});

struct Ran
{
    Ended ended;
    QJsonObject report;
};

/// `faultline run` of a scenario file, or of one that is built in.
Ran runScenario(const QString& scenario);
/// `faultline run` of this text.
Ran runYaml(const QByteArray& yaml);

QStringList sorted(QStringList names);

} // namespace faultline::tests
