// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/sim/isolated_runs.h"

#include "common/result/result.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace faultline::sim {

namespace {

// What the child says: one byte for the kind, four for the length, and the bytes.
enum class Kind : char { Line = 'l', Result = 'r' };

void writeAll(int file, const QByteArray& bytes)
{
    for (qsizetype done = 0; done < bytes.size();) {
        const ssize_t now = ::write(file, bytes.constData() + done, static_cast<std::size_t>(bytes.size() - done));
        if (now < 0 && errno != EINTR)
            _exit(1);
        done += std::max<ssize_t>(now, 0);
    }
}

void say(int file, Kind kind, const QByteArray& bytes)
{
    QByteArray head(5, Qt::Uninitialized);
    head[0] = static_cast<char>(kind);
    const auto length = static_cast<quint32>(bytes.size());
    for (int i = 0; i < 4; ++i)
        head[1 + i] = static_cast<char>(length >> (8 * i));
    writeAll(file, head + bytes);
}

/// The child of one run, as its parent sees it.
class Child
{
public:
    Child(const Run& run, quint64 number, int maxLines)
        : m_number(number)
        , m_maxLines(maxLines)
    {
        int said[2];
        int complained[2];
        FAULTLINE_INVARIANT(::pipe(said) == 0 && ::pipe(complained) == 0, "there are file descriptors left");
        std::fflush(nullptr);
        const pid_t parent = ::getpid();
        m_pid = ::fork();
        FAULTLINE_INVARIANT(m_pid >= 0, "the system lets another process begin");
        if (m_pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != parent)
                _exit(1);
            ::close(said[0]);
            ::close(complained[0]);
            ::dup2(complained[1], STDERR_FILENO);
            const Trace::Reader reader = [file = said[1]](const QString& line) {
                say(file, Kind::Line, line.toUtf8());
            };
            const RunResult result = run(number, maxLines > 0 ? reader : Trace::Reader());
            say(said[1], Kind::Result, toBytes(result));
            _exit(0);
        }
        ::close(said[1]);
        ::close(complained[1]);
        m_said = said[0];
        m_complained = complained[0];
    }

    quint64 number() const { return m_number; }
    int file() const { return m_said; }

    /// False once it has said everything.
    bool read()
    {
        char bytes[65536];
        const ssize_t count = ::read(m_said, bytes, sizeof bytes);
        if (count < 0)
            return errno == EINTR || errno == EAGAIN;
        if (count == 0)
            return false;
        m_buffer.append(bytes, count);
        takeParts();
        return true;
    }

    Told finish()
    {
        QByteArray complaint;
        char bytes[4096];
        for (ssize_t count; (count = ::read(m_complained, bytes, sizeof bytes)) > 0;)
            complaint.append(bytes, count);
        ::close(m_said);
        ::close(m_complained);
        int status = 0;
        while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
        }
        if (!m_hasResult) {
            const QString words = QString::fromUtf8(complaint).trimmed().section(u'\n', 0, 0);
            m_told.result.violation =
                Violation{QStringLiteral("crash"), 0,
                          words.isEmpty() ? QStringLiteral("the run ended by signal %1").arg(WTERMSIG(status)) : words};
        }
        return std::move(m_told);
    }

private:
    void takeParts()
    {
        for (;;) {
            if (m_buffer.size() < 5)
                return;
            quint32 length = 0;
            for (int i = 0; i < 4; ++i)
                length |= static_cast<quint32>(static_cast<unsigned char>(m_buffer[1 + i])) << (8 * i);
            if (m_buffer.size() < 5 + qsizetype(length))
                return;
            const QByteArray part = m_buffer.sliced(5, length);
            const auto kind = static_cast<Kind>(m_buffer[0]);
            m_buffer.remove(0, 5 + qsizetype(length));
            if (kind == Kind::Line) {
                m_told.story << QString::fromUtf8(part);
                if (m_told.story.size() > m_maxLines)
                    m_told.story.removeFirst();
            } else if (auto result = runResultFrom(part)) {
                m_told.result = *std::move(result);
                m_hasResult = true;
            }
        }
    }

    quint64 m_number;
    int m_maxLines;
    pid_t m_pid = 0;
    int m_said = -1;
    int m_complained = -1;
    QByteArray m_buffer;
    Told m_told;
    bool m_hasResult = false;
};

} // namespace

Told runAndTell(const Run& run, quint64 number, int maxLines)
{
    Child child(run, number, maxLines);
    while (child.read()) {
    }
    return child.finish();
}

void runMany(quint64 count, int jobs, const Run& run,
             const std::function<bool(quint64 number, const RunResult& result)>& take)
{
    std::vector<Child> running;
    std::map<quint64, RunResult> ended;
    quint64 next = 0;
    quint64 taken = 0;
    bool goesOn = true;
    while ((goesOn && next < count) || !running.empty()) {
        while (goesOn && next < count && running.size() < static_cast<std::size_t>(jobs))
            running.emplace_back(run, next++, 0);
        std::vector<pollfd> files;
        for (const Child& child : running)
            files.push_back({child.file(), POLLIN, 0});
        if (::poll(files.data(), files.size(), -1) < 0)
            continue;
        for (std::size_t i = files.size(); i-- > 0;) {
            if (files[i].revents == 0 || running[i].read())
                continue;
            ended.emplace(running[i].number(), running[i].finish().result);
            running.erase(running.begin() + static_cast<qsizetype>(i));
        }
        while (goesOn && !ended.empty() && ended.begin()->first == taken) {
            const RunResult result = std::move(ended.begin()->second);
            ended.erase(ended.begin());
            goesOn = take(taken++, result);
        }
    }
}

} // namespace faultline::sim
