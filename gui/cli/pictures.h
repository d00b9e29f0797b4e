// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "gui/views/charts/picture.h"

#include <QObject>
#include <QStringList>

namespace faultline::cli {

/// Follows a run for the pictures of its report: throughput and latency with the faults as bands. A timeline forgets
/// after a minute, and all of it when its cluster ends, so the figures are kept here. Drawing needs a QApplication.
class ChartRecorder : public QObject
{
    Q_OBJECT

public:
    explicit ChartRecorder(const lab::Timeline& timeline, QObject* parent = nullptr);

    /// Takes over what the timeline knows last; call it before the cluster is ended.
    void capture();
    /// throughput.png and latency.png in that folder, from and to these moments; the result names the files.
    Result<QStringList> draw(const QString& folder, const views::TimeRange& range) const;

private:
    const lab::Timeline& m_timeline;
    views::LoadFigures m_figures;
    views::ChartData m_data;
    lab::Monotonic m_followed{0};
};

} // namespace faultline::cli
