// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include <map>
#include <optional>
#include <vector>

namespace faultline::bench {

/// One promise of speed: what is measured and in which unit. Names and units are a contract with whoever reads the
/// JSON: ms, 1/s, MB (1,000,000 bytes) or s.
struct RowSpec
{
    QString name;
    QString unit;
    QString meaning; ///< for people
    QString goal;    ///< "at most 0.4"; for people
};

const std::vector<RowSpec>& rowSpecs();
const RowSpec* rowSpec(const QString& name);

/// What was measured of one system in one row.
struct Measured
{
    std::vector<double> values; ///< one a repetition, never empty
    QString by;                 ///< the program that measured it, where it is not the same for everybody

    double minimum() const;
    double median() const; ///< of an even count the mean of the two in the middle
    double maximum() const;
};

struct Row
{
    RowSpec spec;
    Measured ours;
    std::map<QString, Measured> peers;
};

struct Conditions ///< name and value, in the order they are printed
{
    std::vector<std::pair<QString, QString>> entries;
    bool isQuick = false; ///< with fewer repetitions, which the table and the conditions say
};

inline const QString kCaption = QStringLiteral("three nodes, one machine, one disk, loopback");

/// The table for a terminal: a row a line, with the ratio to each peer.
QString toTable(const Conditions& conditions, const std::vector<Row>& rows);
/// {"conditions": {..., "quick": false}, "rows": [{"name","unit","runs","min","median","max","peers": {"etcd":
/// {"median", ...}}}]}
QByteArray toJson(const Conditions& conditions, const std::vector<Row>& rows);

} // namespace faultline::bench
