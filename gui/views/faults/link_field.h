// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/link_fault.h"
#include "gui/views/theme/theme.h"

#include <QObject>

#include <vector>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QLineEdit;

namespace faultline::views {

class SentenceLine;

/// One field of the editor: its name, where its value is typed or chosen, and the sentence below when that is wrong.
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
    QString problem() const;
    void setTheme(const Theme& theme);

signals:
    void edited();

private:
    void put(const QString& value, bool differs);
    void touch();

    QString m_name;
    QString m_atRest; ///< what it says of a healthy link
    bool m_touched = false;
    bool m_ofMessages = false;
    QLabel* m_label = nullptr;
    QLineEdit* m_text = nullptr;
    QComboBox* m_choice = nullptr;
    QCheckBox* m_flag = nullptr;
    SentenceLine* m_problem = nullptr;
};

} // namespace faultline::views
