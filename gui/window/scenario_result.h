// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/scenario/runner.h"
#include "gui/views/theme/theme.h"

#include <QDialog>

class QLabel;
class QPushButton;
class QTextEdit;

namespace faultline::views {
class SentenceLine;
}

namespace faultline::window {

/// What came of one run: as expected or not, a line for each verdict, and the facts below. It stands beside the window
/// until it is closed; its text can be selected, copied whole, or saved as the report that `faultline run` writes.
class ScenarioResult final : public QDialog
{
    Q_OBJECT

public:
    explicit ScenarioResult(QWidget* parent = nullptr);

    void setResult(const lab::RunResult& result);
    void setTheme(const views::Theme& theme);
    QString heading() const;
    QString text() const; ///< the verdicts and the facts, line by line

signals:
    void againWanted(const faultline::lab::Scenario& scenario);

private:
    void refresh();
    void copy();
    void askWhereToSave();

    views::Theme m_theme;
    lab::RunResult m_result;
    QLabel* m_heading = nullptr;
    QTextEdit* m_lines = nullptr;
    views::SentenceLine* m_sentence = nullptr;
};

} // namespace faultline::window
