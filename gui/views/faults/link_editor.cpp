// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/faults/link_editor.h"

#include "common/fault/link_fault_text.h"
#include "gui/lab/fault/fault_words.h"
#include "gui/views/faults/choice_box.h"
#include "gui/views/faults/link_menu.h"
#include "gui/views/faults/link_words.h"
#include "gui/views/faults/sentence_line.h"
#include "gui/views/theme/figures.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QStandardItemModel>
#include <QVBoxLayout>

#include <algorithm>

namespace faultline::views {
namespace {

constexpr int kMargin = 12;
constexpr int kSpace = 8;
constexpr int kWidth = 300;
constexpr int kFrame = 40;     ///< what a window's title may take of the screen
constexpr int kSentence = 2;   ///< lines kept for one
constexpr int kLeastArea = 90; ///< of the fields

bool anyOfClients(const std::vector<LinkId>& links)
{
    return std::any_of(links.begin(), links.end(), [](LinkId link) { return link.isOfClients(); });
}

} // namespace

Result<std::chrono::milliseconds> parseOver(const QString& text)
{
    if (text.trimmed().isEmpty())
        return std::chrono::milliseconds(0);
    const Result<std::chrono::microseconds> duration = fault::parseDuration(text);
    if (!duration || *duration > kLongestOver)
        return Error{QObject::tr("over is \"%1\"; it must be a duration from 0 to %2, such as 5s or 1min")
                         .arg(text.trimmed().left(60), fault::printDuration(kLongestOver))};
    return std::chrono::ceil<std::chrono::milliseconds>(*duration);
}

LinkEditor::LinkEditor(QWidget* parent)
    : QDialog(parent, Qt::Tool)
    , m_theme(Theme::light())
{
    setObjectName(QStringLiteral("linkEditor"));
    setWindowTitle(tr("Faults of a link"));
    build();
    setTheme(m_theme);
    resize(kWidth, sizeHint().height());
}

LinkEditor::~LinkEditor()
{
    disconnect(qApp, nullptr, this, nullptr);
}

void LinkEditor::build()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(kMargin, kMargin, kMargin, kMargin);
    column->setSpacing(kSpace);

    m_title = new QLabel(this);
    m_title->setFont(scaled(font(), 1.25, QFont::DemiBold));
    m_title->setWordWrap(true);
    m_note = new SentenceLine(this);
    m_bothWays = new QCheckBox(tr("both ways"), this);
    m_bothWays->setToolTip(tr("Also for the ways back"));
    connect(m_bothWays, &QCheckBox::toggled, this, &LinkEditor::showLinks);
    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_bothWays);
    column->addLayout(head);
    column->addWidget(m_note);

    m_presets = new ChoiceBox(this);
    m_presets->setPlaceholderText(tr("Fill in a preset"));
    m_presets->setAccessibleName(tr("Fill in a preset"));
    m_presets->setMaxVisibleItems(20);
    for (const fault::Preset& preset : fault::presets()) {
        m_presets->addItem(preset.name);
        m_presets->setItemData(m_presets->count() - 1, preset.explanation, Qt::ToolTipRole);
    }
    m_presets->setCurrentIndex(-1);
    connect(m_presets, &QComboBox::activated, this, &LinkEditor::choosePreset);
    column->addWidget(m_presets);

    m_area = new QScrollArea(this);
    m_area->setWidget(buildFields());
    m_area->setWidgetResizable(true);
    m_area->setFrameShape(QFrame::NoFrame);
    m_area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_area->setMinimumHeight(kLeastArea);
    m_area->setFocusPolicy(Qt::NoFocus);
    m_area->viewport()->setAutoFillBackground(false);
    m_area->widget()->setAutoFillBackground(false);
    column->addWidget(m_area, 1);
    m_sentence = new SentenceLine(this);
    QSizePolicy kept = m_sentence->sizePolicy();
    kept.setRetainSizeWhenHidden(true);
    m_sentence->setSizePolicy(kept);
    column->addWidget(m_sentence);
    connect(qApp, &QApplication::focusChanged, this, &LinkEditor::saySentence);

    m_reset = new QPushButton(tr("Reset to healthy"), this);
    m_reset->setToolTip(tr("Every field at rest; Apply makes it so"));
    m_reset->setAutoDefault(false);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        m_presets->setCurrentIndex(-1);
        m_preset = -1;
        set({});
    });
    m_apply = new QPushButton(tr("Apply"), this);
    m_apply->setDefault(true);
    m_apply->setEnabled(false);
    connect(m_apply, &QPushButton::clicked, this, &LinkEditor::apply);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kSpace);
    buttons->addWidget(m_reset);
    buttons->addStretch(1);
    buttons->addWidget(m_apply);
    column->addLayout(buttons);
}

QWidget* LinkEditor::buildFields()
{
    auto* fields = new QWidget(this);
    auto* grid = new QGridLayout(fields);
    grid->setContentsMargins(0, 0, 4, 0);
    grid->setHorizontalSpacing(kSpace);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    for (const QString& name : fault::fieldNames()) {
        m_fields.push_back(std::make_unique<LinkField>(name, grid, fields));
        connect(m_fields.back().get(), &LinkField::edited, this, &LinkEditor::check);
    }
    m_over = new QLineEdit(fields);
    m_overMark.emplace(m_over);
    m_over->setObjectName(QStringLiteral("over"));
    m_over->setPlaceholderText(tr("at once, or such as 5s"));
    m_over->setToolTip(tr("How long the change takes: figures move there in a straight line; 0 to %1")
                           .arg(fault::printDuration(kLongestOver)));
    m_over->setAccessibleName(tr("over"));
    m_over->setAccessibleDescription(m_over->toolTip());
    connect(m_over, &QLineEdit::textEdited, this, &LinkEditor::check);
    auto* overLabel = new QLabel(tr("over"), fields);
    overLabel->setBuddy(m_over);
    overLabel->setToolTip(m_over->toolTip());
    const int row = grid->rowCount();
    grid->setRowMinimumHeight(row, kSpace);
    grid->addWidget(overLabel, row + 1, 0);
    grid->addWidget(m_over, row + 1, 1);
    grid->setRowStretch(row + 2, 1);
    return fields;
}

void LinkEditor::setTimeline(const lab::Timeline* timeline)
{
    if (m_timeline)
        disconnect(m_timeline, nullptr, this, nullptr);
    m_timeline = timeline;
    if (m_timeline)
        connect(m_timeline, &lab::Timeline::changed, this, &LinkEditor::takeIn);
    takeIn();
}

void LinkEditor::setTheme(const Theme& theme)
{
    m_theme = theme;
    m_note->setColour(theme.mutedInk);
    m_sentence->setColour(theme.failedText);
    m_overMark->setTheme(theme);
    for (const auto& field : m_fields)
        field->setTheme(theme);
    // As the line edits beside them; and a box one sees on a dark surface too.
    const QString edge = blended(theme.panel, theme.ink, 0.18).name();
    setStyleSheet(
        QStringLiteral("QComboBox { background: %1; border: 1px solid %2; border-radius: 5px; padding: 4px 8px; }"
                       "QComboBox::drop-down { border: none; width: 20px; }"
                       "QLineEdit:disabled, QComboBox:disabled { background: %4; border-color: %4; }"
                       "QComboBox:focus { border-color: %3; }")
            .arg(theme.canvas.name(), edge, theme.accent.name(), theme.panel.name()));
    QPalette boxes = palette();
    boxes.setColor(QPalette::Window, blended(theme.panel, theme.ink, theme.dark ? 0.6 : 0.4));
    boxes.setColor(QPalette::Base, theme.canvas);
    for (QCheckBox* box : findChildren<QCheckBox*>())
        box->setPalette(boxes);
}

void LinkEditor::edit(const std::vector<LinkId>& links)
{
    const auto isThere = [this](NodeId end) { return end == kClients || (m_timeline && m_timeline->node(end)); };
    const bool allThere =
        std::all_of(links.begin(), links.end(), [&](LinkId link) { return isThere(link.from) && isThere(link.to); });
    if (links.empty() || !allThere) {
        hide();
        return;
    }
    m_links = links;
    m_over->clear();
    m_presets->setCurrentIndex(-1);
    m_preset = -1;
    for (const auto& field : m_fields)
        field->show({});
    {
        const QSignalBlocker quiet(m_bothWays);
        m_bothWays->setChecked(false);
    }
    m_bothWays->setVisible(bothWays(links).size() > links.size());
    showLinks();
    m_area->verticalScrollBar()->setValue(0);
    fitIntoScreen();
    show();
    raise();
    activateWindow();
    m_fields.front()->input()->setFocus();
}

/// A field that had the focus when the window went would come back with a caret, beside that of the first.
void LinkEditor::hideEvent(QHideEvent* event)
{
    if (QWidget* had = focusWidget())
        had->clearFocus();
    QDialog::hideEvent(event);
}

void LinkEditor::fitIntoScreen()
{
    m_sentence->setMinimumHeight(kSentence * m_sentence->fontMetrics().lineSpacing());
    layout()->activate();
    const int rest = layout()->totalHeightForWidth(width()) - m_area->sizeHint().height();
    const QRect room = screen()->availableGeometry();
    const int most = std::max(minimumSizeHint().height(), room.height() - kFrame);
    resize(width(), std::min(rest + m_area->widget()->sizeHint().height(), most));
    if (y() + height() > room.bottom())
        move(x(), std::max(room.top(), room.bottom() - height()));
}

std::vector<LinkId> LinkEditor::links() const
{
    return m_bothWays->isChecked() ? bothWays(m_links) : m_links;
}

fault::LinkFault LinkEditor::ownOf(LinkId link) const
{
    if (!m_timeline)
        return {};
    const auto& links = m_timeline->faultState().state.links;
    const auto own = links.find(link);
    return own == links.end() ? fault::LinkFault() : own->second;
}

fault::LinkFault LinkEditor::wantedOf(LinkId link) const
{
    fault::LinkFault wanted = ownOf(link);
    for (const auto& field : m_fields) {
        if (field->touched())
            static_cast<void>(fault::setField(wanted, field->name(), field->value()));
    }
    return wanted;
}

LinkField* LinkEditor::fieldNamed(const QString& name) const
{
    const auto found =
        std::find_if(m_fields.begin(), m_fields.end(), [&name](const auto& field) { return field->name() == name; });
    return found == m_fields.end() ? nullptr : found->get();
}

QWidget* LinkEditor::input(const QString& name) const
{
    const LinkField* field = fieldNamed(name);
    return field ? field->input() : nullptr;
}

QString LinkEditor::problem(const QString& name) const
{
    const LinkField* field = fieldNamed(name);
    return field ? field->problem() : QString();
}

void LinkEditor::showLinks()
{
    const std::vector<LinkId> all = links();
    m_title->setText(lab::spokenLinks(all));
    setWindowTitle(tr("Faults: %1").arg(m_title->text()));
    QStringList names;
    for (const LinkId link : all)
        names << arrowName(link);
    m_title->setToolTip(names.join(QLatin1Char('\n')));

    const bool ofClients = anyOfClients(all);
    for (const auto& field : m_fields) {
        QString reason;
        if (ofClients && field->ofMessages()) {
            fault::LinkFault probe;
            static_cast<void>(fault::setField(probe, field->name(), QStringLiteral("1%")));
            reason = fault::validate(probe, true).error();
        }
        field->setReasonAgainst(reason);
    }
    auto* items = qobject_cast<QStandardItemModel*>(m_presets->model());
    for (int i = 0; items && i < items->rowCount(); ++i) {
        const fault::Preset& preset = fault::presets().at(i);
        const Result<void> suits = fault::validate(preset.fault, ofClients);
        items->item(i)->setEnabled(static_cast<bool>(suits));
        items->item(i)->setToolTip(suits ? preset.explanation : suits.error());
    }
    fillUntouched();
}

void LinkEditor::fillUntouched()
{
    std::vector<fault::LinkFault> faults;
    m_shown = m_timeline ? m_timeline->faultState().state : lab::FaultState();
    int cutBesides = 0;
    const std::vector<LinkId> all = links();
    for (const LinkId link : all) {
        faults.push_back(ownOf(link));
        cutBesides += m_shown.isCutByMore(link) ? 1 : 0;
    }
    for (const auto& field : m_fields) {
        if (!field->touched())
            field->show(faults);
    }
    QString note;
    if (cutBesides > 0 && all.size() == 1) {
        note = spokenCutReason(m_shown, all.front());
        note = note.isEmpty() ? tr("Cut until it is healed, whatever is set here.")
                              : tr("%1, whatever is set here.").arg(note);
    } else if (cutBesides > 0) {
        note = cutBesides == 1 ? tr("One of them is cut, whatever is set here.")
                               : tr("%1 of them are cut, whatever is set here.").arg(cutBesides);
    }
    m_note->setText(note);
    check();
}

void LinkEditor::takeIn()
{
    if (!isVisible())
        return;
    const auto isThere = [this](NodeId end) { return end == kClients || (m_timeline && m_timeline->node(end)); };
    for (const LinkId link : links()) {
        if (!isThere(link.from) || !isThere(link.to)) {
            hide();
            return;
        }
    }
    if (m_timeline->faultState().state == m_shown)
        return;
    // What was applied has arrived: from now on the fields follow again.
    const std::vector<LinkId> all = links();
    if (std::all_of(all.begin(), all.end(), [this](LinkId link) { return wantedOf(link) == ownOf(link); })) {
        for (const auto& field : m_fields) {
            if (field->problem().isEmpty())
                field->show({});
        }
    }
    fillUntouched();
}

void LinkEditor::choosePreset(int index)
{
    if (index < 0 || index >= fault::presets().size())
        return;
    m_preset = index;
    set(fault::presets().at(index).fault);
}

void LinkEditor::set(const fault::LinkFault& fault)
{
    for (const auto& field : m_fields)
        field->enter(fault);
    check();
}

void LinkEditor::check()
{
    bool good = true;
    for (const auto& field : m_fields) {
        QString sentence;
        if (field->touched()) {
            fault::LinkFault probe;
            if (const Result<void> set = fault::setField(probe, field->name(), field->value()); !set)
                sentence = set.error();
        }
        field->setProblem(sentence);
        good = good && sentence.isEmpty();
    }
    const Result<std::chrono::milliseconds> over = parseOver(m_over->text());
    m_overProblem = over ? QString() : over.error();
    m_overMark->show(!over);
    m_problem.clear();
    good = good && checkTogether() && over;
    const std::vector<LinkId> all = links();
    const bool changes =
        std::any_of(all.begin(), all.end(), [this](LinkId link) { return wantedOf(link) != ownOf(link); });
    m_apply->setEnabled(good && changes);
    m_apply->setToolTip(!good ? tr("Something is wrong above") : changes ? QString() : tr("Nothing is changed"));
    saySentence();
}

bool LinkEditor::checkTogether()
{
    for (const LinkId link : links()) {
        const Result<void> valid = fault::validate(wantedOf(link), link.isOfClients());
        if (valid)
            continue;
        // The sentence begins with the field it is about.
        LinkField* field = fieldNamed(valid.error().section(QLatin1Char(' '), 0, 0));
        if (field)
            field->setProblem(valid.error());
        else
            m_problem = valid.error();
        return false;
    }
    return true;
}

void LinkEditor::saySentence()
{
    QString said;
    int wrong = 0;
    const auto consider = [&](const QString& problem, const QWidget* of) {
        if (problem.isEmpty())
            return;
        ++wrong;
        if (said.isEmpty() || (of && of->hasFocus()))
            said = problem;
    };
    for (const auto& field : m_fields)
        consider(field->problem(), field->input());
    consider(m_overProblem, m_over);
    consider(m_problem, nullptr);
    if (wrong > 1)
        said += wrong == 2 ? tr(" One more is marked.") : tr(" %1 more are marked.").arg(wrong - 1);
    m_sentence->setText(said);
    layout()->activate();
}

void LinkEditor::apply()
{
    if (!m_apply->isEnabled())
        return;
    std::vector<std::pair<fault::LinkFault, std::vector<LinkId>>> groups;
    for (const LinkId link : links()) {
        const fault::LinkFault wanted = wantedOf(link);
        if (wanted == ownOf(link))
            continue;
        const auto group =
            std::find_if(groups.begin(), groups.end(), [&wanted](const auto& each) { return each.first == wanted; });
        if (group == groups.end())
            groups.push_back({wanted, {link}});
        else
            group->second.push_back(link);
    }
    const std::chrono::milliseconds over = *parseOver(m_over->text());
    for (const auto& [wanted, those] : groups) {
        const bool isPreset = m_preset >= 0 && fault::presets().at(m_preset).fault == wanted;
        emit faultChosen(those, wanted, over,
                         isPreset ? presetName(fault::presets().at(m_preset), links()) : QString());
    }
}

} // namespace faultline::views
