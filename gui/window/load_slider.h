// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/views/theme/theme.h"

#include <QElapsedTimer>
#include <QWidget>

class QLabel;
class QSlider;

namespace faultline::window {

inline constexpr double kLeastRate = 1;
inline constexpr double kMostRate = 20'000; ///< operations a second
inline constexpr int kSliderSteps = 430;    ///< a hundred a power of ten

/// The rate at that position, evenly by powers of ten from 1 to 20,000, in round figures.
double rateAt(int position);
int positionOf(double rate);

/// The load, as a slider with its value.
class LoadSlider final : public QWidget
{
    Q_OBJECT

public:
    explicit LoadSlider(QWidget* parent = nullptr);

    double rate() const;
    void setRate(double rate); ///< without a word to anyone
    /// What the load is set to now, without a surge. Left alone while the user is at it.
    void follow(double rate);
    QSlider* slider() const { return m_slider; }

signals:
    void rateChosen(double operationsPerSecond);

private:
    void showRate();

    QLabel* m_value = nullptr;
    QSlider* m_slider = nullptr;
    QElapsedTimer m_touched;
    bool m_following = false;
};

} // namespace faultline::window
