// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/link_signs.h"

#include "common/fault/link_fault_text.h"

#include <QTest>

#include <algorithm>

using namespace faultline;
using namespace faultline::views;

Q_DECLARE_METATYPE(faultline::views::Glyph)

class LinkSignsTest : public QObject
{
    Q_OBJECT

private slots:
    void everyFaultHasItsPatternAndItsIcon_data();
    void everyFaultHasItsPatternAndItsIcon();
    void healthyLinkHasNoSigns();
    void whatStopsEverythingComesFirst();
    void wordsAreOfTheIconsThatAreShown();
};

void LinkSignsTest::everyFaultHasItsPatternAndItsIcon_data()
{
    QTest::addColumn<QString>("fault");
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QList<Glyph>>("icons");
    QTest::addColumn<QString>("words");
    using Icons = QList<Glyph>;
    QTest::newRow("cut") << "cut"
                         << "broken stops" << Icons{Glyph::Cut} << "";
    QTest::newRow("slow") << "latency: 200ms"
                          << "wavy" << Icons{Glyph::Slow} << "200 ms";
    QTest::newRow("slow and unsteady") << "latency: 1.5s, jitter: 50ms"
                                       << "wavy" << Icons{Glyph::Slow} << "1.5 s ± 50 ms";
    QTest::newRow("unsteady") << "jitter: 250us"
                              << "wavy" << Icons{Glyph::Slow} << "± 250 us";
    QTest::newRow("rare long delays") << "latency: 10ms, jitter: 5ms, distribution: exponential"
                                      << "wavy" << Icons{Glyph::Slow} << "10 ms + ~5 ms";
    QTest::newRow("lossy") << "loss: 0.25%"
                           << "dotted" << Icons{Glyph::Lossy} << "0.25%";
    QTest::newRow("narrow") << "bandwidth: 1mbit"
                            << "thin" << Icons{Glyph::Narrow} << "1mbit";
    QTest::newRow("stalling") << "stall: 5%"
                              << "wavy" << Icons{Glyph::Stall} << "5%";
    QTest::newRow("corrupting") << "corrupt: 2%"
                                << "" << Icons{Glyph::Corrupt} << "2%";
    QTest::newRow("duplicating") << "duplicate: 1%"
                                 << "" << Icons{Glyph::Duplicate} << "1%";
    QTest::newRow("reordering") << "reorder: 25%"
                                << "" << Icons{Glyph::Reorder} << "25%";
    QTest::newRow("torn") << "reset"
                          << "stops" << Icons{Glyph::Tear} << "reset";
    QTest::newRow("refused") << "refuse"
                             << "stops" << Icons{Glyph::Refuse} << "refused";
    QTest::newRow("slow, lossy and narrow")
        << "latency: 200ms, loss: 5%, bandwidth: 64kbit"
        << "wavy dotted thin" << Icons{Glyph::Slow, Glyph::Lossy, Glyph::Narrow} << "200 ms · 5% · 64kbit";
    QTest::newRow("cut says more than slow")
        << "latency: 200ms, loss: 5%, cut"
        << "broken stops" << Icons{Glyph::Cut, Glyph::Slow, Glyph::Lossy} << "200 ms · 5%";
}

void LinkSignsTest::everyFaultHasItsPatternAndItsIcon()
{
    QFETCH(QString, fault);
    QFETCH(QString, pattern);
    QFETCH(QList<Glyph>, icons);
    QFETCH(QString, words);
    const auto parsed = fault::parseLinkFault(fault);
    QVERIFY(parsed);
    const LinkSigns signs = signsOf(*parsed);
    QStringList shown;
    if (signs.broken)
        shown << "broken";
    if (signs.wavy)
        shown << "wavy";
    if (signs.dotted)
        shown << "dotted";
    if (signs.thin)
        shown << "thin";
    if (signs.stops)
        shown << "stops";
    QCOMPARE(shown.join(QLatin1Char(' ')), pattern);
    QList<Glyph> glyphs;
    for (const LinkMark& mark : signs.marks)
        glyphs << mark.glyph;
    QCOMPARE(glyphs, icons);
    QCOMPARE(wordsOf(signs), words);
}

void LinkSignsTest::healthyLinkHasNoSigns()
{
    const LinkSigns signs = signsOf({});
    QVERIFY(signs.marks.empty());
    QVERIFY(!signs.broken && !signs.wavy && !signs.dotted && !signs.thin && !signs.stops);
    fault::LinkFault named;
    named.distribution = fault::Distribution::Normal;
    QVERIFY2(signsOf(named).marks.empty(), "a distribution without jitter spreads nothing");
}

void LinkSignsTest::whatStopsEverythingComesFirst()
{
    const auto fault = fault::parseLinkFault("latency: 1ms, loss: 1%, reset, refuse, cut");
    QVERIFY(fault);
    const LinkSigns signs = signsOf(*fault);
    const auto stops = [](const LinkMark& mark) { return mark.stops; };
    QCOMPARE(std::count_if(signs.marks.begin(), signs.marks.end(), stops), 3);
    QVERIFY(std::is_partitioned(signs.marks.begin(), signs.marks.end(), stops));
}

void LinkSignsTest::wordsAreOfTheIconsThatAreShown()
{
    const auto fault = fault::parseLinkFault("latency: 1ms, loss: 2%, bandwidth: 3mbit, corrupt: 4%, reorder: 5%");
    QVERIFY(fault);
    QCOMPARE(signsOf(*fault).marks.size(), std::size_t(5));
    QCOMPARE(wordsOf(signsOf(*fault)), QStringLiteral("1 ms · 2% · 3mbit"));
}

QTEST_GUILESS_MAIN(LinkSignsTest)
#include "tst_link_signs.moc"
