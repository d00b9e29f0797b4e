// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

namespace faultline::window {

/// Every key and what it does; F1.
class KeysSheet final : public QDialog
{
    Q_OBJECT

public:
    explicit KeysSheet(QWidget* parent = nullptr);
};

} // namespace faultline::window
