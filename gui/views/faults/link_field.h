// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"
#include "gui/views/theme/theme.h"

#include <QObject>

#include <optional>
#include <vector>

class QAction;
class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;

namespace faultline::views {

/// Marks what is typed as wrong, by a cross behind it and the colour of the edge.
class WrongMark final
{
public:
    explicit WrongMark(QLineEdit* edit);
    void setTheme(const Theme& theme);
    void show(bool wrong);

private:
    void restyle();

    QLineEdit* m_edit;
    QAction* m_cross;
    Theme m_theme;
    bool m_wrong = false;
};

/// One field of the editor: its name, where its value is typed or chosen, and a mark when that is wrong; the sentence
/// that says so is shown by whoever holds the field, for those who point at it and for those who hear the screen here.
/// Until somebody touches it, it shows what the links have: "(differs)" when they have not all the same.
class LinkField final : public QObject
{
    Q_OBJECT

public:
    /// Adds itself below what the layout has.
    LinkField(const QString& name, QGridLayout* layout, QWidget* parent);

    const QString& name() const { return m_name; }
    QWidget* input() const;
    bool touched() const { return m_touched; }
    bool ofMessages() const { return m_ofMessages; } ///< makes no sense on a stream of bytes

    /// What the links have; forgets that it was touched.
    void show(const std::vector<fault::LinkFault>& faults);
    /// As if somebody had entered what the fault has; at rest: empty.
    void enter(const fault::LinkFault& fault);
    /// What is entered, as fault::setField takes it.
    QString value() const;
    void setReasonAgainst(const QString& reason); ///< disabled, with the reason as tooltip; empty: enabled

    void setProblem(const QString& sentence); ///< empty: none
    const QString& problem() const { return m_problem; }
    void setTheme(const Theme& theme);

signals:
    void edited();

private:
    void put(const QString& value, bool differs);
    void touch();
    void explain();

    QString m_name;
    QString m_atRest; ///< what it says of a healthy link
    bool m_touched = false;
    bool m_ofMessages = false;
    QLabel* m_label = nullptr;
    QLineEdit* m_text = nullptr;
    QComboBox* m_choice = nullptr;
    QCheckBox* m_flag = nullptr;
    std::optional<WrongMark> m_mark; ///< of what is typed
    QString m_problem;
    QString m_reasonAgainst;
};

} // namespace faultline::views
