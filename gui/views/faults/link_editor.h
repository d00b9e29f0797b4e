// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"
#include "gui/lab/timeline/timeline.h"
#include "gui/views/faults/link_field.h"
#include "gui/views/theme/theme.h"

#include <QDialog>

#include <memory>
#include <optional>
#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QScrollArea;

namespace faultline::views {

class SentenceLine;

/// What is set for one link or for several, in fields, one for each fault by the field's own name. A field that nobody
/// touched keeps what each link has, also where they differ, and follows the timeline. What is typed is judged as it is
/// typed: a field that is wrong is marked, the sentence of the one with the focus, else of the first, stands above the
/// buttons, and nothing can be applied while one stands. Room is kept for it, so that no field moves as it comes and
/// goes; where the screen is low the fields scroll and the buttons stay. Changes nothing itself: Apply (or Enter) says
/// what is wanted by a signal and leaves the editor open; Esc closes it.
class LinkEditor final : public QDialog
{
    Q_OBJECT

public:
    explicit LinkEditor(QWidget* parent = nullptr);
    ~LinkEditor() override;

    void setTimeline(const lab::Timeline* timeline); ///< must outlive the editor or be taken away with nullptr
    void setTheme(const Theme& theme);

    /// Opens for these links, afresh; none, or of nodes that are not there: does not open.
    void edit(const std::vector<LinkId>& links);
    std::vector<LinkId> links() const; ///< with the ways back when both ways are wanted

    /// By the field's name; a line edit, a combo box or a check box.
    QWidget* input(const QString& field) const;
    QString problem(const QString& field) const; ///< what is wrong with it
    const QString& overProblem() const { return m_overProblem; }
    SentenceLine* sentence() const { return m_sentence; } ///< above the buttons
    QComboBox* presets() const { return m_presets; }
    QCheckBox* bothWaysBox() const { return m_bothWays; }
    QLineEdit* over() const { return m_over; }
    QPushButton* applyButton() const { return m_apply; }
    QPushButton* resetButton() const { return m_reset; }
    QLabel* title() const { return m_title; }
    SentenceLine* note() const { return m_note; }

signals:
    /// Once for each fault that comes out: several times when links differ in a field that nobody touched. Links that
    /// would stay as they are, are left out. `name` is the preset's while the fields are as it filled them.
    void faultChosen(const std::vector<faultline::LinkId>& links, const faultline::fault::LinkFault& fault,
                     std::chrono::milliseconds over, const QString& name);

protected:
    void hideEvent(QHideEvent* event) override;

private:
    void build();
    QWidget* buildFields();
    void takeIn();
    void showLinks();
    void fillUntouched();
    void choosePreset(int index);
    void set(const fault::LinkFault& fault);
    void check();
    bool checkTogether();
    void apply();
    void saySentence();
    void fitIntoScreen();
    fault::LinkFault ownOf(LinkId link) const;
    fault::LinkFault wantedOf(LinkId link) const; ///< of fields that hold no wrong text
    LinkField* fieldNamed(const QString& name) const;

    const lab::Timeline* m_timeline = nullptr;
    Theme m_theme;
    std::vector<LinkId> m_links; ///< as asked for
    lab::FaultState m_shown;     ///< what was wrong when the fields were filled
    std::vector<std::unique_ptr<LinkField>> m_fields;
    int m_preset = -1;

    QLabel* m_title = nullptr;
    SentenceLine* m_note = nullptr;
    QComboBox* m_presets = nullptr;
    QCheckBox* m_bothWays = nullptr;
    QLineEdit* m_over = nullptr;
    std::optional<WrongMark> m_overMark;
    QString m_overProblem;
    QString m_problem; ///< of the whole, where it is about no single field
    QScrollArea* m_area = nullptr;
    SentenceLine* m_sentence = nullptr;
    QPushButton* m_reset = nullptr;
    QPushButton* m_apply = nullptr;
};

/// The longest time a change may take.
inline constexpr std::chrono::minutes kLongestOver{60};

/// "5s", "2min"; empty: at once. At most kLongestOver; a part of a millisecond counts as one.
Result<std::chrono::milliseconds> parseOver(const QString& text);

} // namespace faultline::views
