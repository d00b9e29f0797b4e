// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/scenario_result.h"

#include "gui/lab/report/report.h"
#include "gui/lab/report/spoken_result.h"
#include "gui/views/faults/sentence_line.h"
#include "gui/views/theme/figures.h"

#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLabel>
#include <QPushButton>
#include <QTextEdit>
#include <QVBoxLayout>

namespace faultline::window {

namespace {

constexpr QSize kFirstSize{620, 400};

struct Sign
{
    QString mark; ///< so that it is not the colour alone that tells
    QColor colour;
};

Sign signOf(lab::Outcome outcome, const views::Theme& theme)
{
    switch (outcome) {
    case lab::Outcome::Met:
        return {QStringLiteral("✓"), theme.okText};
    case lab::Outcome::NotMet:
        return {QStringLiteral("✗"), theme.failedText};
    case lab::Outcome::Unknown:
        break;
    }
    return {QStringLiteral("?"), theme.unknown};
}

QString row(const Sign& sign, const QString& text)
{
    return QStringLiteral("<tr><td style='color:%1; padding-right:8px'><b>%2</b></td>"
                          "<td style='padding-bottom:6px'>%3</td></tr>")
        .arg(sign.colour.name(), sign.mark, text.toHtmlEscaped());
}

} // namespace

ScenarioResult::ScenarioResult(QWidget* parent)
    : QDialog(parent)
    , m_theme(views::Theme::light())
    , m_heading(new QLabel(this))
    , m_lines(new QTextEdit(this))
    , m_sentence(new views::SentenceLine(this))
{
    setObjectName(QStringLiteral("scenarioResult"));
    setWindowTitle(tr("Scenario"));
    m_heading->setFont(views::scaled(font(), 1.25, QFont::DemiBold));
    m_heading->setTextFormat(Qt::RichText);
    m_heading->setWordWrap(true);
    m_heading->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_lines->setReadOnly(true);
    m_lines->setTabChangesFocus(true);
    m_lines->setFrameShape(QFrame::NoFrame);
    m_lines->setAccessibleName(tr("Verdicts"));
    m_lines->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton* again = buttons->addButton(tr("&Run again"), QDialogButtonBox::ActionRole);
    QPushButton* copying = buttons->addButton(tr("&Copy"), QDialogButtonBox::ActionRole);
    QPushButton* saving = buttons->addButton(tr("&Save report..."), QDialogButtonBox::ActionRole);
    again->setAutoDefault(false);
    copying->setAutoDefault(false);
    saving->setAutoDefault(false);
    buttons->button(QDialogButtonBox::Close)->setDefault(true);
    connect(again, &QPushButton::clicked, this, [this] {
        hide();
        emit againWanted(m_result.scenario);
    });
    connect(copying, &QPushButton::clicked, this, &ScenarioResult::copy);
    connect(saving, &QPushButton::clicked, this, &ScenarioResult::askWhereToSave);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(8);
    column->addWidget(m_heading);
    column->addWidget(m_lines, 1);
    column->addWidget(m_sentence);
    column->addWidget(buttons);
    resize(parent ? kFirstSize.boundedTo(parent->size()) : kFirstSize);
}

void ScenarioResult::setResult(const lab::RunResult& result)
{
    m_result = result;
    m_sentence->setText({});
    refresh();
}

void ScenarioResult::setTheme(const views::Theme& theme)
{
    m_theme = theme;
    refresh();
}

QString ScenarioResult::heading() const
{
    const QString& title = m_result.scenario.title;
    QString outcome = lab::spokenOutcome(m_result.outcome);
    outcome[0] = outcome[0].toUpper();
    return QStringLiteral("%1: %2").arg(outcome, title.isEmpty() ? m_result.scenario.name : title);
}

QString ScenarioResult::text() const
{
    return m_lines->toPlainText();
}

void ScenarioResult::refresh()
{
    const Sign sign = signOf(m_result.outcome, m_theme);
    m_heading->setText(QStringLiteral("<span style='color:%1'>%2</span> %3")
                           .arg(sign.colour.name(), sign.mark, heading().toHtmlEscaped()));
    m_heading->setAccessibleName(heading());
    QString html = QStringLiteral("<table>");
    for (const lab::Verdict& verdict : m_result.verdicts)
        html += row(signOf(verdict.outcome, m_theme), lab::spokenVerdict(verdict));
    html += QStringLiteral("</table>");
    for (const QString& fact : lab::spokenFacts(m_result.facts))
        html += QStringLiteral("<p style='color:%1; margin-top:4px; margin-bottom:0'>%2</p>")
                    .arg(m_theme.mutedInk.name(), fact.toHtmlEscaped());
    m_lines->setHtml(html);
}

void ScenarioResult::copy()
{
    QApplication::clipboard()->setText(lab::spokenResult(m_result).join(u'\n') + u'\n');
    m_sentence->setColour(m_theme.mutedInk);
    m_sentence->setText(tr("Copied, as `faultline run` prints it."));
}

void ScenarioResult::askWhereToSave()
{
    auto* dialog = new QFileDialog(this, tr("Save the report"), m_result.scenario.name + QStringLiteral(".json"),
                                   tr("Reports (*.json)"));
    dialog->setObjectName(QStringLiteral("saveReport"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
        const Result<void> written = lab::writeReport(path, lab::reportOf(m_result, lab::conditionsOf(m_result)));
        m_sentence->setColour(written ? m_theme.mutedInk : m_theme.failedText);
        m_sentence->setText(written ? tr("Saved as %1.").arg(path) : written.error());
    });
    dialog->open();
}

} // namespace faultline::window
