// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/pictures.h"

#include <QDir>

namespace faultline::cli {

namespace {

constexpr std::chrono::hours kLongestRun{24};
constexpr std::chrono::seconds kFollowEvery{5};
constexpr QSize kPictureSize{1280, 480};

} // namespace

ChartRecorder::ChartRecorder(const lab::Timeline& timeline, QObject* parent)
    : QObject(parent)
    , m_timeline(timeline)
    , m_figures(kLongestRun)
{
    connect(&timeline, &lab::Timeline::appended, this, [this](const lab::Record& record) {
        const auto* load = std::get_if<lab::LoadRecord>(&record);
        if (!load || load->to - m_followed < kFollowEvery)
            return;
        m_followed = load->to;
        m_figures.follow(m_timeline.load());
    });
}

void ChartRecorder::capture()
{
    m_figures.follow(m_timeline.load());
    m_data = {m_figures.points(), m_timeline.faults(), m_timeline.pauses(), m_timeline.pace()};
}

Result<QStringList> ChartRecorder::draw(const QString& folder, const views::TimeRange& range) const
{
    const views::Theme theme = views::Theme::light();
    const auto save = [&](const char* name, const QImage& picture) {
        return picture.save(QDir(folder).filePath(QLatin1String(name)));
    };
    if (!save("throughput.png", views::renderThroughput(m_data, kPictureSize, theme, range)) ||
        !save("latency.png", views::renderLatency(m_data, kPictureSize, theme, range)))
        return Error{QStringLiteral("%1: the pictures of the charts cannot be written there").arg(folder)};
    return QStringList{QDir(folder).filePath(QStringLiteral("throughput.png")),
                       QDir(folder).filePath(QStringLiteral("latency.png"))};
}

} // namespace faultline::cli
