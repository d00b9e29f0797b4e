// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/link_field.h"

#include "common/fault/link_fault_text.h"
#include "gui/views/faults/choice_box.h"
#include "gui/views/theme/icon.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSignalBlocker>

#include <algorithm>

namespace faultline::views {
namespace {

const QString& yes()
{
    static const QString kYes = QStringLiteral("true");
    return kYes;
}

bool isFlag(const QString& field)
{
    fault::LinkFault probe;
    return static_cast<bool>(fault::setField(probe, field, yes()));
}

bool refusedOnClients(const QString& field)
{
    fault::LinkFault probe;
    return fault::setField(probe, field, QStringLiteral("1%")) && !fault::validate(probe, true);
}

QStringList choicesOf(const QString& field)
{
    QStringList choices;
    if (field == QLatin1String("distribution")) {
        for (const auto each : {fault::Distribution::Constant, fault::Distribution::Uniform,
                                fault::Distribution::Normal, fault::Distribution::Exponential})
            choices << fault::nameOf(each);
    }
    return choices;
}

QString exampleOf(const QString& field)
{
    if (field == QLatin1String("latency"))
        return QStringLiteral("200ms");
    if (field == QLatin1String("jitter"))
        return QStringLiteral("50ms");
    if (field == QLatin1String("bandwidth"))
        return QStringLiteral("1mbit");
    return QStringLiteral("5%");
}

QString differs()
{
    return QObject::tr("(differs)");
}

} // namespace

WrongMark::WrongMark(QLineEdit* edit)
    : m_edit(edit)
    , m_cross(edit->addAction(QIcon(), QLineEdit::TrailingPosition))
    , m_theme(Theme::light())
{
    m_cross->setVisible(false);
}

void WrongMark::setTheme(const Theme& theme)
{
    m_theme = theme;
    Theme ofFailure = theme;
    ofFailure.ink = theme.failedText;
    m_cross->setIcon(icon(Glyph::Kill, ofFailure));
    restyle();
}

void WrongMark::show(bool wrong)
{
    if (wrong == m_wrong)
        return;
    m_wrong = wrong;
    m_cross->setVisible(wrong);
    restyle();
}

void WrongMark::restyle()
{
    m_edit->setStyleSheet(m_wrong ? QStringLiteral("QLineEdit { border-color: %1; }").arg(m_theme.failed.name())
                                  : QString());
}

LinkField::LinkField(const QString& name, QGridLayout* layout, QWidget* parent)
    : QObject(parent)
    , m_name(name)
    , m_atRest(fault::printField({}, name))
    , m_ofMessages(refusedOnClients(name))
{
    const int row = layout->rowCount();
    const QStringList choices = choicesOf(name);
    if (isFlag(name)) {
        m_flag = new QCheckBox(name, parent);
        connect(m_flag, &QCheckBox::clicked, this, &LinkField::touch);
    } else if (!choices.isEmpty()) {
        m_choice = new ChoiceBox(parent);
        m_choice->addItems(choices);
        m_choice->setPlaceholderText(differs());
        m_choice->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        connect(m_choice, &QComboBox::activated, this, &LinkField::touch);
    } else {
        m_text = new QLineEdit(parent);
        connect(m_text, &QLineEdit::textEdited, this, &LinkField::touch);
        m_mark.emplace(m_text);
    }
    if (!m_flag) {
        m_label = new QLabel(name, parent);
        m_label->setBuddy(input());
        layout->addWidget(m_label, row, 0);
    }
    layout->addWidget(input(), row, 1);
    input()->setObjectName(name);
    input()->setAccessibleName(name);
    setReasonAgainst({});
}

QWidget* LinkField::input() const
{
    return m_text ? static_cast<QWidget*>(m_text) : m_choice ? static_cast<QWidget*>(m_choice) : m_flag;
}

void LinkField::touch()
{
    m_touched = true;
    if (m_flag) {
        m_flag->setTristate(false);
        m_flag->setText(m_name);
    }
    if (m_text)
        m_text->setPlaceholderText(tr("%1, such as %2").arg(m_atRest, exampleOf(m_name)));
    emit edited();
}

void LinkField::put(const QString& value, bool differ)
{
    if (m_flag) {
        m_flag->setTristate(differ);
        m_flag->setCheckState(differ ? Qt::PartiallyChecked : value == yes() ? Qt::Checked : Qt::Unchecked);
        m_flag->setText(differ ? QStringLiteral("%1 %2").arg(m_name, differs()) : m_name);
    } else if (m_choice) {
        m_choice->setCurrentIndex(differ ? -1 : m_choice->findText(value));
    } else {
        m_text->setText(differ || value == m_atRest ? QString() : value);
        m_text->setPlaceholderText(differ ? differs() : tr("%1, such as %2").arg(m_atRest, exampleOf(m_name)));
    }
}

void LinkField::show(const std::vector<fault::LinkFault>& faults)
{
    m_touched = false;
    const QString first = faults.empty() ? m_atRest : fault::printField(faults.front(), m_name);
    const bool differ = std::any_of(faults.begin(), faults.end(), [&](const fault::LinkFault& fault) {
        return fault::printField(fault, m_name) != first;
    });
    put(first, differ);
}

void LinkField::enter(const fault::LinkFault& fault)
{
    m_touched = true;
    put(fault::printField(fault, m_name), false);
}

QString LinkField::value() const
{
    if (m_flag)
        return m_flag->isChecked() ? yes() : m_atRest;
    if (m_choice)
        return m_choice->currentIndex() < 0 ? m_atRest : m_choice->currentText();
    return m_text->text().trimmed().isEmpty() ? m_atRest : m_text->text();
}

void LinkField::setReasonAgainst(const QString& reason)
{
    m_reasonAgainst = reason;
    input()->setEnabled(reason.isEmpty());
    if (m_label)
        m_label->setEnabled(reason.isEmpty());
    explain();
}

void LinkField::explain()
{
    const QString tip = !m_problem.isEmpty()         ? m_problem
                        : !m_reasonAgainst.isEmpty() ? m_reasonAgainst
                                                     : fault::describeField(m_name);
    input()->setToolTip(tip);
    input()->setAccessibleDescription(tip);
    if (m_label)
        m_label->setToolTip(tip);
}

void LinkField::setProblem(const QString& sentence)
{
    if (sentence == m_problem)
        return;
    m_problem = sentence;
    if (m_mark)
        m_mark->show(!sentence.isEmpty());
    explain();
}

void LinkField::setTheme(const Theme& theme)
{
    if (m_mark)
        m_mark->setTheme(theme);
}

} // namespace faultline::views
