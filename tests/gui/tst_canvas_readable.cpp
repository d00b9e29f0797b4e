// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/node_painter.h"
#include "shown_canvas.h"

#include <algorithm>

using namespace faultline;
using namespace faultline::tests;
using namespace faultline::views;

Q_DECLARE_METATYPE(Change)

/// Whatever is wrong, and however many messages are under way: what the canvas says can be read.
class CanvasReadableTest : public QObject, protected ShownCanvas
{
    Q_OBJECT

private slots:
    void init() { begin(); }
    void cleanup() { end(); }
    void nothingReadableLiesOnAnythingElse_data();
    void nothingReadableLiesOnAnythingElse();
    void messagesLeaveSignsAndPatternReadable_data();
    void messagesLeaveSignsAndPatternReadable();
    void lostMessageStopsBesideTheSigns();
};

void CanvasReadableTest::nothingReadableLiesOnAnythingElse_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<Change>("change");
    for (const QSize size : {QSize(768, 560), QSize(540, 340), QSize(300, 240)}) {
        for (const auto& [name, change] : kTroubles) {
            if (size.width() < 768 && QLatin1String(name) == QLatin1String("everything"))
                continue;
            QTest::addRow("%s at %dx%d", name, size.width(), size.height()) << size << change;
        }
    }
}

void CanvasReadableTest::nothingReadableLiesOnAnythingElse()
{
    QFETCH(QSize, size);
    QFETCH(Change, change);
    m_view->resize(size);
    m_fed->load(59.9, 20, 2);
    faults(change);
    const double radius = m_view->nodeRadius();
    std::vector<std::pair<QString, QRectF>> areas;
    for (const SceneNode& each : m_view->scene().nodes) {
        const QPointF centre = m_view->positionOf(each.id);
        const int variant = m_view->arrangement().labelVariants.at(each.id);
        areas.emplace_back(each.id.name() + ": " + each.word,
                           labelArea(each, {centre, radius, variant, 0}, m_view->font()));
        const QRectF crown = crownArea(each, centre, radius);
        const double bare = crown.width() / 10; // around what is drawn
        areas.emplace_back("crown of " + each.id.name(), crown.adjusted(bare, bare, -bare, -bare));
    }
    areas.emplace_back("clients", m_view->arrangement().clientWords);
    for (const PlacedLink& link : m_view->arrangement().links) {
        areas.emplace_back("icons of " + link.line.link.name(), link.line.mark);
        areas.emplace_back("words of " + link.line.link.name(), link.words.isEmpty() ? QRectF() : link.wordsArea);
    }
    for (std::size_t i = 0; i < areas.size(); ++i) {
        const auto& [name, area] = areas[i];
        if (area.isEmpty())
            continue;
        QVERIFY2(QRectF(m_view->rect()).contains(area), qPrintable(name + " is cut off"));
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY2(!area.intersects(areas[j].second), qPrintable(name + " lies on " + areas[j].first));
        for (const SceneNode& each : m_view->scene().nodes) {
            const QPointF centre = m_view->positionOf(each.id);
            const double round = name.startsWith("icons") ? area.height() / 2 - 0.5 : 0;
            const QRectF core = area.adjusted(round, round, -round, -round);
            const QPointF nearest(std::clamp(centre.x(), core.left(), core.right()),
                                  std::clamp(centre.y(), core.top(), core.bottom()));
            if (!name.endsWith(each.id.name()) || !name.startsWith("crown"))
                QVERIFY2(QLineF(nearest, centre).length() > radius + round, qPrintable(name + " on " + each.id.name()));
        }
    }
}

void CanvasReadableTest::messagesLeaveSignsAndPatternReadable_data()
{
    QTest::addColumn<QString>("there");
    QTest::addColumn<QString>("back");
    QTest::newRow("slow each way") << "latency: 200ms"
                                   << "latency: 200ms";
    QTest::newRow("slow one way") << "latency: 200ms"
                                  << "";
    QTest::newRow("cut each way") << "cut"
                                  << "cut";
    QTest::newRow("seven faults") << "latency: 1ms, loss: 5%, bandwidth: 1mbit, corrupt: 1%, duplicate: 1%, reorder: 1%"
                                  << "";
}

/// The same picture with and without messages.
void CanvasReadableTest::messagesLeaveSignsAndPatternReadable()
{
    QFETCH(QString, there);
    QFETCH(QString, back);
    const LinkId link{{3}, {4}};
    faults([&](FaultState& state) {
        state.setLink(link, parsed(qPrintable(there)));
        state.setLink(link.reversed(), parsed(qPrintable(back)));
    });
    const QImage without = m_view->grab().toImage();
    quint64 sequence = 0;
    for (double seconds = 54; seconds < 60; seconds += 0.1) {
        for (const LinkId way : {link, link.reversed()}) {
            ++sequence;
            m_fed->message(way, wire::MessageKind::Append, wire::MessageFate::Sent, sequence, seconds, 4);
            if (seconds < 55)
                m_fed->message(way, wire::MessageKind::Append, wire::MessageFate::Received, sequence, seconds + 4, 4);
        }
        m_now = moment(seconds);
        if (sequence % 6 == 0)
            settle();
    }
    QVERIFY(m_view->flights().all().size() > 30);
    const QImage with = m_view->grab().toImage();
    QVERIFY(with != without);
    const PlacedLink* placedLink = placed(link);
    QVERIFY(placedLink->icons > 0);
    QCOMPARE(with.copy(placedLink->line.mark.toAlignedRect().adjusted(5, 5, -5, -5)),
             without.copy(placedLink->line.mark.toAlignedRect().adjusted(5, 5, -5, -5)));
    if (!placedLink->words.isEmpty())
        QCOMPARE(with.copy(placedLink->wordsArea.toRect().adjusted(1, 1, -1, -1)),
                 without.copy(placedLink->wordsArea.toRect().adjusted(1, 1, -1, -1)));
    int same = 0;
    constexpr int kLooks = 200;
    for (int i = 0; i < kLooks; ++i) {
        const QPoint on = placedLink->line.line.pointAt((i + 0.5) / kLooks).toPoint();
        same += with.pixel(on) == without.pixel(on);
    }
    QVERIFY2(same > kLooks * 8 / 10, qPrintable(QString::number(same)));
}

void CanvasReadableTest::lostMessageStopsBesideTheSigns()
{
    const LinkId link{{3}, {4}};
    faults([&](FaultState& state) { setBoth(state, link, "cut"); });
    const QImage without = m_view->grab().toImage();
    m_fed->message(link, wire::MessageKind::Append, wire::MessageFate::Lost, 1, 60, 4);
    settle();
    m_now += 200ms;
    const QImage with = m_view->grab().toImage();
    const QRect mark = placed(link)->line.mark.toAlignedRect();
    QCOMPARE(with.copy(mark), without.copy(mark));
    int changed = 0;
    for (int y = 0; y < with.height(); ++y) {
        for (int x = 0; x < with.width(); ++x)
            changed += with.pixel(x, y) != without.pixel(x, y);
    }
    QVERIFY2(changed > 40, "the cross is whole");
}

QTEST_MAIN(CanvasReadableTest)
#include "tst_canvas_readable.moc"
