// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/lab.h"

#include <QSize>

#include <optional>

class QApplication;

// The desktop: one window over one lab. It starts a cluster at once, asking nothing.
namespace faultline::window {

struct DesktopOptions
{
    lab::LabOptions lab;      ///< the cluster the window opens with, and what Reset goes back to
    std::optional<bool> dark; ///< nothing: as remembered, else as the system's palette
    QSize size;               ///< invalid: as remembered, else 1280 x 800
};

/// Shows the window and runs the event loop of `application` until the window is closed; the result is the exit code.
/// No process of the cluster is left when it returns. With a theme or a size given, nothing is read from or written to
/// what was remembered about it.
int runDesktop(QApplication& application, const DesktopOptions& options);

} // namespace faultline::window
