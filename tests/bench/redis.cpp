// SPDX-License-Identifier: GPL-3.0-or-later
#include "redis.h"

#include "bulk_load.h"
#include "conditions_linux.h"
#include "first_yes.h"
#include "server_process.h"

#include <QTest>

namespace faultline::bench {

namespace {
constexpr int kKeys = 1'000'000;
constexpr std::chrono::seconds kPatience{60};
} // namespace

Redis::~Redis()
{
    end();
}

void Redis::end()
{
    if (m_process)
        endServer(*m_process);
    m_process.reset();
}

void Redis::launch()
{
    m_process = startServer(QStringLiteral("redis-server"),
                            {QStringLiteral("--port"), QString::number(m_ports->client()), QStringLiteral("--bind"),
                             QStringLiteral("127.0.0.1"), QStringLiteral("--dir"), m_folder->path(),
                             QStringLiteral("--appendonly"), QStringLiteral("yes"), QStringLiteral("--appendfsync"),
                             QStringLiteral("always"), QStringLiteral("--save"), QString()});
}

Result<void> Redis::start()
{
    if (m_process)
        return {};
    if (!m_folder)
        m_folder = std::make_unique<QTemporaryDir>();
    if (!m_ports) {
        auto ports = lab::PortBlock::claim();
        if (!ports)
            return Error{ports.error()};
        m_ports = *std::move(ports);
    }
    launch();
    const auto serves = FirstYes(Question::respSet(), {m_ports->client()}).wait(FirstYes::Clock::now(), kPatience);
    if (!serves)
        return Error{QStringLiteral("redis-server: ") + serves.error()};
    return {};
}

Result<std::optional<Measured>> Redis::measure(const RowSpec& row, const Amount& amount)
{
    const auto shape = shapeOf(row.name);
    const bool isIdle = row.name == QStringLiteral("idle-rss");
    const bool isRestart = row.name == QStringLiteral("restart-1m-keys");
    if (!shape && !isIdle && !isRestart)
        return std::optional<Measured>();
    if (!shape) { // a fresh one
        end();
        m_folder.reset();
    }
    if (const auto started = start(); !started)
        return Error{started.error()};
    Measured measured;
    if (isRestart) {
        const auto restarted = restarts(amount.restarts);
        if (!restarted)
            return Error{restarted.error()};
        measured = *restarted;
    } else if (isIdle) {
        QTest::qWait(5000);
        const auto megabytes = residentMegabytes(m_process->processId());
        if (!megabytes)
            return Error{megabytes.error()};
        measured.values.push_back(*megabytes);
    } else {
        if (!shape->isWrite) {
            if (const auto filled = redisBenchmark(m_ports->client(), kFilling, {}); !filled)
                return Error{filled.error()};
        }
        for (int repetition = 0; repetition < amount.repetitions; ++repetition) {
            const auto run = redisBenchmark(m_ports->client(), *shape, amount);
            if (!run)
                return Error{run.error()};
            measured.values.push_back(figureOf(*shape, *run));
        }
    }
    return std::optional(measured);
}

Result<Measured> Redis::restarts(int rounds)
{
    if (const auto filled = bulkLoad([this] { return m_ports->client(); }, kKeys); !filled)
        return Error{filled.error()};
    Measured measured;
    for (int round = 0; round < rounds; ++round) {
        end();
        const auto since = FirstYes::Clock::now();
        launch();
        FirstYes firstRead(Question::respGet(bulkKey(kKeys - 1), bulkValue(kKeys - 1)), {m_ports->client()});
        const auto took = firstRead.wait(since, kPatience);
        if (!took)
            return Error{took.error()};
        measured.values.push_back(*took / 1000);
    }
    return measured;
}

} // namespace faultline::bench
