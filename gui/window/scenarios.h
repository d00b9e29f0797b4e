// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/lab/scenario/runner.h"
#include "gui/views/theme/theme.h"

#include <QObject>

#include <memory>
#include <optional>

class QAction;
class QMenu;
class QWidget;

namespace faultline::window {

class ScenarioResult;

/// `titles` as entries of one menu: each with a letter of its own to choose it by ("&The leader is killed"), as long as
/// there are letters left that no other entry has. An ampersand of the title itself stays to be read.
QStringList withMnemonics(const QStringList& titles, QString taken = {});

/// Scenarios in the window: those built in and those of files, acted out on the window's own lab, so that every view
/// shows them as it shows what is done by hand. One at a time; a cluster that runs is ended for it, after a question.
/// What came of the run stands in a window of its own.
class Scenarios final : public QObject
{
    Q_OBJECT

public:
    /// Of `options` the program of the nodes and the folder of the data; the rest comes from the scenario. `lab` and
    /// `window` must outlive this.
    Scenarios(lab::Lab& lab, lab::LabOptions options, QWidget* window);
    ~Scenarios() override;

    void fill(QMenu* menu);
    void setTheme(const views::Theme& theme);

    /// From the choice until the cluster has ended.
    bool isRunning() const { return m_runner != nullptr; }
    /// Ends the run and its cluster; there is no verdict.
    void stop();
    /// Forgets the run, if there is one, and leaves its cluster to somebody who is about to start another.
    void abandon();

signals:
    void began();
    /// What is acted out, and the newest thing that happened; both empty when it is over.
    void told(const QString& title, const QString& line);
    void stopped(const QString& sentence);
    void failed(const QString& sentence); ///< the cluster did not start, or never served

private:
    void choose(const lab::Scenario& scenario);
    void openFile();
    void ask(const QString& question, const lab::Scenario& scenario);
    /// Once there is no cluster any more.
    void runNext();
    void onFinished(const lab::RunResult& result);
    void onFailed(const QString& reason);
    void letGo(); ///< of a run that is over
    void refresh();
    void showResult();

    lab::Lab& m_lab;
    lab::LabOptions m_options;
    QWidget* m_window;
    views::Theme m_theme;
    std::optional<lab::Scenario> m_next; ///< chosen, and waiting for the cluster before it to end
    std::unique_ptr<lab::Runner> m_runner;
    bool m_isStopping = false;
    QAction* m_stop = nullptr;
    QAction* m_lastResult = nullptr;
    ScenarioResult* m_result = nullptr;
};

} // namespace faultline::window
