// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/scenarios.h"

#include "gui/lab/scenario/scenario_file.h"
#include "gui/window/scenario_result.h"

#include <QAction>
#include <QFileDialog>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>

namespace faultline::window {

namespace {

QString titleOf(const lab::Scenario& scenario)
{
    return scenario.title.isEmpty() ? scenario.name : scenario.title;
}

/// As many sentences of it as fit into one line.
QString shortened(const QString& story)
{
    constexpr int kLine = 150;
    const QString whole = story.simplified();
    const qsizetype end = whole.left(kLine).lastIndexOf(QStringLiteral(". "));
    return whole.size() <= kLine || end < 0 ? whole : whole.left(end + 1);
}

} // namespace

QStringList withMnemonics(const QStringList& titles, QString taken)
{
    QStringList entries;
    for (const QString& title : titles) {
        QString entry;
        bool hasOne = false;
        for (const QChar letter : title) {
            if (!hasOne && letter.isLetterOrNumber() && !taken.contains(letter, Qt::CaseInsensitive)) {
                hasOne = true;
                taken += letter;
                entry += u'&';
            }
            entry += letter;
            if (letter == u'&')
                entry += letter;
        }
        entries.append(entry);
    }
    return entries;
}

Scenarios::Scenarios(lab::Lab& lab, lab::LabOptions options, QWidget* window)
    : QObject(window)
    , m_lab(lab)
    , m_options(std::move(options))
    , m_window(window)
    , m_stop(new QAction(tr("&Stop the scenario"), this))
    , m_lastResult(new QAction(tr("Last &result"), this))
{
    m_stop->setObjectName(QStringLiteral("stopScenario"));
    m_stop->setToolTip(tr("End the run and its cluster; there will be no verdict"));
    m_lastResult->setToolTip(tr("What came of the last scenario that was acted out to its end"));
    connect(m_stop, &QAction::triggered, this, &Scenarios::stop);
    connect(m_lastResult, &QAction::triggered, this, &Scenarios::showResult);
    connect(&m_lab, &lab::Lab::ended, this, &Scenarios::runNext);
    refresh();
}

Scenarios::~Scenarios() = default;

void Scenarios::fill(QMenu* menu)
{
    menu->setToolTipsVisible(true);
    std::vector<lab::Scenario> scenarios;
    QStringList titles;
    for (const QString& name : lab::builtInScenarios()) {
        if (Result<lab::Scenario> scenario = lab::readScenario(name)) {
            titles.append(titleOf(*scenario));
            scenarios.push_back(*std::move(scenario));
        }
    }
    const QStringList entries = withMnemonics(titles, QStringLiteral("osr"));
    for (std::size_t index = 0; index < scenarios.size(); ++index) {
        const lab::Scenario& scenario = scenarios[index];
        QAction* action = menu->addAction(entries[qsizetype(index)]);
        action->setObjectName(QStringLiteral("scenario:%1").arg(scenario.name));
        action->setToolTip(QStringLiteral("<p>%1</p>").arg(scenario.story.toHtmlEscaped()));
        action->setStatusTip(shortened(scenario.story));
        connect(action, &QAction::triggered, this, [this, scenario] { choose(scenario); });
    }
    menu->addSeparator();
    QAction* open = menu->addAction(tr("&Open a file..."));
    open->setToolTip(tr("A scenario of your own, in YAML; `faultline run --help` lists every field"));
    connect(open, &QAction::triggered, this, &Scenarios::openFile);
    menu->addSeparator();
    menu->addActions({m_stop, m_lastResult});
}

void Scenarios::setTheme(const views::Theme& theme)
{
    m_theme = theme;
    if (m_result)
        m_result->setTheme(theme);
}

void Scenarios::openFile()
{
    auto* dialog = new QFileDialog(m_window, tr("Open a scenario"), {}, tr("Scenarios (*.yaml *.yml);;All files (*)"));
    dialog->setObjectName(QStringLiteral("openScenario"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        const Result<lab::Scenario> scenario = lab::readScenario(path);
        if (scenario) {
            choose(*scenario);
            return;
        }
        auto* box =
            new QMessageBox(QMessageBox::NoIcon, tr("Not a scenario"), scenario.error(), QMessageBox::Close, m_window);
        box->setObjectName(QStringLiteral("scenarioRefused"));
        box->setTextFormat(Qt::PlainText);
        box->setTextInteractionFlags(Qt::TextSelectableByMouse);
        box->setAttribute(Qt::WA_DeleteOnClose);
        box->open();
    });
    dialog->open();
}

void Scenarios::choose(const lab::Scenario& scenario)
{
    if (isRunning())
        ask(tr("Stop the scenario that runs, without a verdict, and act out “%1”?").arg(titleOf(scenario)), scenario);
    else if (m_lab.isRunning())
        ask(tr("End the cluster that runs, and act out “%1” on a fresh one?").arg(titleOf(scenario)), scenario);
    else {
        m_next = scenario;
        runNext();
    }
}

void Scenarios::ask(const QString& question, const lab::Scenario& scenario)
{
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Scenario"), question, QMessageBox::Cancel, m_window);
    box->setObjectName(QStringLiteral("askScenario"));
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* go = box->addButton(tr("&Act it out"), QMessageBox::AcceptRole);
    box->setDefaultButton(go);
    connect(go, &QPushButton::clicked, this, [this, scenario] {
        m_next = scenario;
        if (m_runner)
            stop();
        else if (m_lab.isRunning())
            m_lab.end();
        runNext();
    });
    box->open();
}

void Scenarios::runNext()
{
    if (!m_next || m_runner || m_lab.isRunning() || m_lab.timeline().hasCluster())
        return;
    const lab::Scenario scenario = *std::exchange(m_next, std::nullopt);
    m_runner = std::make_unique<lab::Runner>(m_lab, scenario);
    connect(m_runner.get(), &lab::Runner::progress, this,
            [this, title = titleOf(scenario)](std::chrono::microseconds, const QString& line) {
                emit told(title, line.trimmed());
            });
    connect(m_runner.get(), &lab::Runner::finished, this, &Scenarios::onFinished);
    connect(m_runner.get(), &lab::Runner::failed, this, &Scenarios::onFailed);
    if (m_result)
        m_result->hide();
    emit began();
    if (const Result<void> started = m_runner->start(m_options, std::nullopt); !started) {
        onFailed(started.error());
        return;
    }
    m_lab.timeline().append(lab::NoteRecord{
        wire::monotonicNow(), lab::Severity::Info, {}, tr("Scenario “%1” begins").arg(titleOf(scenario))});
    emit told(titleOf(scenario), tr("its cluster starts"));
    refresh();
}

void Scenarios::stop()
{
    if (!m_runner)
        return;
    m_isStopping = true;
    m_runner->interrupt();
}

void Scenarios::abandon()
{
    m_next.reset();
    m_isStopping = false;
    if (!m_runner)
        return;
    m_runner.reset();
    emit told({}, {});
    refresh();
}

void Scenarios::onFinished(const lab::RunResult& result)
{
    letGo();
    if (!m_result) {
        m_result = new ScenarioResult(m_window);
        m_result->setTheme(m_theme);
        connect(m_result, &ScenarioResult::againWanted, this, &Scenarios::choose);
    }
    m_result->setResult(result);
    refresh();
    if (m_next)
        runNext();
    else
        showResult();
}

void Scenarios::onFailed(const QString& reason)
{
    const bool asked = m_isStopping;
    letGo();
    if (m_next)
        runNext();
    else if (asked)
        emit stopped(tr("The scenario was stopped before its end, so there is no verdict."));
    else
        emit failed(reason);
}

void Scenarios::letGo()
{
    m_isStopping = false;
    m_runner.release()->deleteLater(); // it may be the one that speaks
    emit told({}, {});
    refresh();
}

void Scenarios::refresh()
{
    m_stop->setEnabled(isRunning());
    m_lastResult->setEnabled(m_result != nullptr);
}

void Scenarios::showResult()
{
    m_result->show();
    m_result->raise();
    m_result->activateWindow();
}

} // namespace faultline::window
