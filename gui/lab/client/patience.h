// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <chrono>
#include <optional>

namespace faultline::lab {

/// How long something is waited for, once. While the cluster is held nothing can come of what was asked of it, and so
/// none of that time passes either.
class Patience final : public QObject
{
    Q_OBJECT

public:
    explicit Patience(QObject* parent = nullptr);

    void start(std::chrono::milliseconds patience); ///< afresh; the first of it passes once it is not held
    void stop();
    bool isActive() const { return m_left.has_value() || m_timer.isActive(); }
    std::chrono::milliseconds whole() const { return m_whole; } ///< of the newest start()
    void setHeld(bool held);

signals:
    void ranOut();

private:
    QTimer m_timer;
    std::chrono::milliseconds m_whole{0};
    std::optional<std::chrono::milliseconds> m_left; ///< to go on with when it is no longer held
    bool m_held = false;
};

} // namespace faultline::lab
