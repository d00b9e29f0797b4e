// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/load_slider.h"

#include "gui/views/theme/figures.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSlider>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace faultline::window {
namespace {

constexpr int kUserHasIt_ms = 1000;

} // namespace

double rateAt(int position)
{
    if (position >= kSliderSteps)
        return kMostRate;
    const double exact = std::pow(kMostRate, std::max(0, position) / static_cast<double>(kSliderSteps));
    const double power = std::pow(10, std::floor(std::log10(exact)));
    const double rounded = std::round(exact / power * 10) / 10 * power;
    return std::clamp(exact < 10 ? std::round(exact) : rounded, kLeastRate, kMostRate);
}

int positionOf(double rate)
{
    const double inside = std::clamp(rate, kLeastRate, kMostRate);
    return static_cast<int>(std::lround(std::log(inside) / std::log(kMostRate) * kSliderSteps));
}

LoadSlider::LoadSlider(QWidget* parent)
    : QWidget(parent)
    , m_value(new QLabel(this))
    , m_slider(new QSlider(Qt::Horizontal, this))
{
    m_slider->setObjectName(QStringLiteral("loadSlider"));
    m_slider->setRange(0, kSliderSteps);
    m_slider->setSingleStep(10);
    m_slider->setPageStep(50);
    m_slider->setMinimumWidth(90);
    m_slider->setFixedHeight(26);
    m_slider->setAccessibleName(tr("Load in operations a second"));
    m_slider->setToolTip(tr("How many operations a second the clients send, 1 to 20,000"));
    auto* caption = new QLabel(tr("Load"), this);
    caption->setFont(views::scaled(font(), 0.9));
    m_value->setFont(views::scaled(font(), 0.95, QFont::DemiBold));
    m_value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_value->setMinimumWidth(QFontMetrics(m_value->font()).horizontalAdvance(QStringLiteral("20,000 op/s")) + 2);
    auto* top = new QHBoxLayout;
    top->addWidget(caption);
    top->addWidget(m_value, 1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 2, 8, 2);
    column->setSpacing(2);
    column->addLayout(top);
    column->addWidget(m_slider);
    setMaximumWidth(220);
    connect(m_slider, &QSlider::valueChanged, this, [this] {
        showRate();
        if (m_following)
            return;
        m_touched.start();
        emit rateChosen(rate());
    });
    showRate();
}

double LoadSlider::rate() const
{
    return rateAt(m_slider->value());
}

void LoadSlider::follow(double rate)
{
    const bool usersTurn = m_slider->isSliderDown() || (m_touched.isValid() && m_touched.elapsed() < kUserHasIt_ms);
    if (!usersTurn)
        setRate(rate);
}

void LoadSlider::setRate(double rate)
{
    m_following = true;
    m_slider->setValue(positionOf(rate));
    m_following = false;
}

void LoadSlider::showRate()
{
    m_value->setText(tr("%1 op/s").arg(views::spokenRate(rate())));
}

} // namespace faultline::window
