// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/window/ask_value.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace faultline::window {

AskValue::AskValue(Question question, const views::Theme& theme, QWidget* parent)
    : QDialog(parent)
    , m_question(std::move(question))
    , m_field(new QLineEdit(m_question.text, this))
    , m_sentence(new views::SentenceLine(this))
{
    setObjectName(QStringLiteral("askValue"));
    setWindowTitle(m_question.title);
    setMinimumWidth(360);
    auto* label = new QLabel(m_question.label, this);
    label->setBuddy(m_field);
    m_field->setObjectName(QStringLiteral("value"));
    m_field->setPlaceholderText(m_question.example);
    m_field->setAccessibleName(m_question.label);
    m_field->setMaxLength(200);
    m_field->selectAll();
    m_sentence->setObjectName(QStringLiteral("sentence"));
    m_sentence->setColour(theme.failedText);
    // The dialog keeps its size while the sentence comes and goes.
    m_sentence->setMinimumHeight(m_sentence->fontMetrics().lineSpacing() * 2);
    QSizePolicy policy = m_sentence->sizePolicy();
    policy.setRetainSizeWhenHidden(true);
    m_sentence->setSizePolicy(policy);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_take = buttons->button(QDialogButtonBox::Ok);
    connect(buttons, &QDialogButtonBox::accepted, this, &AskValue::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_field, &QLineEdit::textChanged, this, &AskValue::look);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 16, 16, 16);
    column->setSpacing(8);
    column->addWidget(label);
    column->addWidget(m_field);
    column->addWidget(m_sentence);
    column->addWidget(buttons);
    look();
}

void AskValue::look()
{
    const QString text = m_field->text().trimmed();
    const Result<void> checked = m_question.check(text);
    m_take->setEnabled(static_cast<bool>(checked));
    m_sentence->setText(checked || text.isEmpty() ? QString() : checked.error());
}

void AskValue::accept()
{
    const QString text = m_field->text().trimmed();
    if (!m_question.check(text))
        return;
    QDialog::accept();
    m_question.take(text);
}

} // namespace faultline::window
