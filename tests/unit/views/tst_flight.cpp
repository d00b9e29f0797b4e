// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/views/topology/flights.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace faultline;
using namespace faultline::views;
using namespace std::chrono_literals;

class FlightTest : public QObject
{
    Q_OBJECT

private slots:
    void dotIsWhereItShouldBe_data();
    void dotIsWhereItShouldBe();
    void slowMessageTakesItsRealTime();
    void lostOneStopsHalfWayAndFades();
    void fateNobodyReportsIsForgottenButNotWhileHeld();
    void newMessagesDepartAndLearnTheirFateLater();
    void manyMessagesOnALinkBecomeOneDot();
    void slowDirectionIsDrawnWithFewOfItsMessages();
    void whatWasThereBeforeIsNotDrawn();

private:
    static lab::Message message(quint64 serial, lab::Monotonic sentAt)
    {
        lab::Message message;
        message.link = {{1}, {2}};
        message.serial = serial;
        message.sentAt = sentAt;
        return message;
    }
};

void FlightTest::dotIsWhereItShouldBe_data()
{
    QTest::addColumn<qint64>("knownAfter_ms");
    QTest::addColumn<qint64>("after_ms");
    QTest::addColumn<double>("along"); // -1: not drawn
    QTest::newRow("before it departs") << 0LL << -1LL << -1.0;
    QTest::newRow("at the sender") << 0LL << 0LL << 0.0;
    QTest::newRow("a quarter") << 0LL << 75LL << 0.25;
    QTest::newRow("three quarters") << 0LL << 225LL << 0.75;
    QTest::newRow("nearly there") << 0LL << 299LL << 299.0 / 300;
    QTest::newRow("over") << 0LL << 300LL << -1.0;
    QTest::newRow("waits half way") << 400LL << 390LL << 0.5;
    QTest::newRow("goes on when known") << 400LL << 475LL << 0.75;
    QTest::newRow("over later") << 400LL << 550LL << -1.0;
}

void FlightTest::dotIsWhereItShouldBe()
{
    QFETCH(qint64, knownAfter_ms);
    QFETCH(qint64, after_ms);
    QFETCH(double, along);
    Flight flight;
    flight.departed = 10s;
    flight.arrivalKnown = 10s + std::chrono::milliseconds(knownAfter_ms);
    const auto dot = dotAt(flight, 10s + std::chrono::milliseconds(after_ms));
    QCOMPARE(dot.has_value(), along >= 0);
    if (dot) {
        QVERIFY(std::abs(dot->along - along) < 0.001);
        QVERIFY(!dot->lost);
    } else {
        QCOMPARE(isOver(flight, 10s + std::chrono::milliseconds(after_ms)), after_ms > 0);
    }
}

void FlightTest::slowMessageTakesItsRealTime()
{
    Flight flight;
    flight.departed = 10s;
    flight.took = 2s;
    flight.arrivalKnown = 10s;
    QVERIFY(std::abs(dotAt(flight, 11s)->along - 0.5) < 0.001);
    QVERIFY(dotAt(flight, 11'900ms).has_value());
    QVERIFY(!dotAt(flight, 12s).has_value());
}

void FlightTest::lostOneStopsHalfWayAndFades()
{
    Flight flight;
    flight.departed = 10s;
    flight.lossKnown = 10s;
    QVERIFY(!dotAt(flight, 10'100ms)->lost);
    const auto fading = dotAt(flight, 10'450ms);
    QVERIFY(fading->lost);
    QCOMPARE(fading->along, kHalfWay);
    QVERIFY(std::abs(fading->opacity - 0.5) < 0.001);
    QVERIFY(isOver(flight, 10'751ms));
}

void FlightTest::fateNobodyReportsIsForgottenButNotWhileHeld()
{
    Flight flight;
    flight.departed = 10s;
    QVERIFY(!isOver(flight, 13s));
    QVERIFY(isOver(flight, 15s));
    QVERIFY(!isOver(flight, 15s, true));
    QCOMPARE(dotAt(flight, 15s)->along, kHalfWay);
}

void FlightTest::newMessagesDepartAndLearnTheirFateLater()
{
    Flights flights;
    std::deque<lab::Message> messages{message(1, 10s)};
    flights.follow(messages, 10'050ms, false);
    QCOMPARE(flights.all().size(), std::size_t(1));
    QVERIFY(!flights.all().front().arrivalKnown);
    messages.front().receivedAt = 10'030ms;
    flights.follow(messages, 10'100ms, false);
    QCOMPARE(flights.all().size(), std::size_t(1));
    QCOMPARE(flights.all().front().arrivalKnown, std::optional<lab::Monotonic>(10'100ms));
    QCOMPARE(flights.all().front().took, std::chrono::microseconds(30ms));
    flights.follow(messages, 10'351ms, false);
    QVERIFY(flights.empty());
    flights.follow(messages, 10'400ms, false);
    QVERIFY(flights.empty());
}

void FlightTest::manyMessagesOnALinkBecomeOneDot()
{
    Flights flights;
    std::deque<lab::Message> messages;
    for (quint64 serial = 1; serial <= 100; ++serial) {
        messages.push_back(message(serial, 10s));
        messages.back().receivedAt = 10s;
    }
    flights.follow(messages, 10'050ms, false);
    QCOMPARE(flights.all().size(), std::size_t(kDotsASecond));
    QCOMPARE(flights.all().back().count, 61U);
    for (quint64 serial = 101; serial <= 110; ++serial) {
        messages.push_back(message(serial, 10'400ms));
        messages.back().receivedAt = 10'400ms;
    }
    flights.follow(messages, 10'400ms, false);
    QCOMPARE(flights.all().size(), std::size_t(1));
    QCOMPARE(flights.all().front().count, 10U);
}

/// Thirty a second that take four seconds are 120 at once, a bar and no messages.
void FlightTest::slowDirectionIsDrawnWithFewOfItsMessages()
{
    Flights flights;
    std::deque<lab::Message> messages;
    const auto drawn = [&](bool lost) {
        return std::count_if(flights.all().begin(), flights.all().end(), [lost](const Flight& flight) {
            return !flight.leftOut && flight.lossKnown.has_value() == lost;
        });
    };
    auto now = 10s + 0ms;
    for (quint64 serial = 1; serial <= 450; ++serial, now += 33ms) {
        messages.push_back(message(serial, now));
        for (lab::Message& each : messages) {
            if (now - each.sentAt >= 4s && each.serial % 10 != 0)
                each.receivedAt = each.sentAt + 4s;
            else if (now - each.sentAt >= 4s)
                each.lostAt = each.sentAt + 4s;
        }
        flights.follow(messages, now, false);
    }
    QVERIFY(flights.all().size() > 100);
    QVERIFY2(drawn(false) >= 5 && drawn(false) <= 2 * kDotsUnderWay, qPrintable(QString::number(drawn(false))));
    const auto departed = std::find_if(flights.all().rbegin(), flights.all().rend(),
                                       [](const Flight& flight) { return !flight.arrivalKnown && !flight.leftOut; });
    QCOMPARE(departed->took, std::chrono::microseconds(4s));

    messages.push_back(message(451, now));
    messages.back().kind = wire::MessageKind::Vote;
    flights.follow(messages, now, false);
    QVERIFY2(!flights.all().back().leftOut, "each vote is shown");
}

void FlightTest::whatWasThereBeforeIsNotDrawn()
{
    Flights flights;
    std::deque<lab::Message> messages{message(1, 10s), message(2, 10s)};
    flights.skip(messages);
    flights.follow(messages, 10'010ms, false);
    QVERIFY(flights.empty());
    messages.push_back(message(3, 5s));
    flights.follow(messages, 10'020ms, false);
    QVERIFY2(flights.empty(), "a message of five seconds ago is past");
}

QTEST_GUILESS_MAIN(FlightTest)
#include "tst_flight.moc"
