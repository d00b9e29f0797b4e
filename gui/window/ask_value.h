// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "gui/views/faults/sentence_line.h"
#include "gui/views/theme/theme.h"

#include <QDialog>

#include <functional>

class QLineEdit;
class QPushButton;

namespace faultline::window {

/// Asks for one value in the words of its field. While what stands there is no such value a sentence below says what
/// would be right, and it cannot be taken; of an empty field the example says that. Return takes it, Esc leaves all as
/// it was.
class AskValue final : public QDialog
{
    Q_OBJECT

public:
    struct Question
    {
        QString title;                                     ///< "Clock of n3"
        QString label;                                     ///< "Ahead of the true time by"
        QString text;                                      ///< what stands there at first
        QString example;                                   ///< "5s, -200ms"
        std::function<Result<void>(const QString&)> check; ///< its error is a whole sentence
        std::function<void(const QString&)> take;          ///< of text that was checked
    };

    AskValue(Question question, const views::Theme& theme, QWidget* parent);

    void accept() override;

private:
    void look();

    Question m_question;
    QLineEdit* m_field = nullptr;
    views::SentenceLine* m_sentence = nullptr;
    QPushButton* m_take = nullptr;
};

} // namespace faultline::window
