// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/real_disk_state.h"

#include <QDir>
#include <QRandomGenerator>

#include <csignal>
#include <thread>
#include <utility>

namespace faultline::storage {

namespace {

QString absolute(const QString& path)
{
    return QDir::cleanPath(QDir::current().absoluteFilePath(path));
}

int syncFolder(const QString& folder)
{
    const Descriptor fd = openDescriptor(folder.isEmpty() ? QStringLiteral(".") : folder, O_RDONLY | O_DIRECTORY);
    return fd && ::fsync(fd.get()) == 0 ? 0 : errno;
}

} // namespace

RealDiskState::RealDiskState(Pause pause)
    : m_random(QRandomGenerator::global()->generate64())
    , m_pause(std::move(pause))
{}

void RealDiskState::setFault(const fault::DiskFault& fault)
{
    const std::lock_guard guard(m_mutex);
    m_fault = fault;
}

fault::DiskFault RealDiskState::fault() const
{
    const std::lock_guard guard(m_mutex);
    return m_fault;
}

void RealDiskState::setTrial(const SyncTrial& trial)
{
    const std::lock_guard guard(m_mutex);
    m_trial = trial;
    m_powerFailure = PowerFailure(trial, m_random);
}

void RealDiskState::slowDown()
{
    std::unique_lock guard(m_mutex);
    const std::chrono::microseconds delay = fault::drawSyncDelay(m_fault, m_random);
    guard.unlock();
    if (delay.count() == 0)
        return;
    if (m_pause)
        m_pause(delay);
    else
        std::this_thread::sleep_for(delay);
}

std::optional<quint64> RealDiskState::drawFlippedBit(const WrittenRange& written)
{
    const std::lock_guard guard(m_mutex);
    if (!fault::happens(m_fault.flip, m_random))
        return std::nullopt;
    return fault::drawBelow(static_cast<quint64>(written.to - written.from) * 8, m_random);
}

void RealDiskState::willChange()
{
    const std::lock_guard guard(m_mutex);
    if (m_powerFailure.isHere())
        ::kill(::getpid(), SIGKILL);
}

void RealDiskState::willSync(SyncOf of)
{
    const std::lock_guard guard(m_mutex);
    if (m_powerFailure.isBefore(of))
        ::kill(::getpid(), SIGKILL);
}

bool RealDiskState::isLeftOut(SyncOf of) const
{
    const std::lock_guard guard(m_mutex);
    return m_fault.lies || m_trial.leftOut == of;
}

void RealDiskState::synced(SyncOf of)
{
    const std::lock_guard guard(m_mutex);
    m_powerFailure.synced(of);
}

std::shared_ptr<SyncedMarks> RealDiskState::marksOf(const QString& folder) const
{
    const std::lock_guard guard(m_mutex);
    const auto found = m_marks.find(absolute(folder));
    return found == m_marks.end() ? nullptr : found->second;
}

void RealDiskState::setMarks(const QString& folder, std::shared_ptr<SyncedMarks> marks)
{
    const std::lock_guard guard(m_mutex);
    if (!marks) {
        m_marks.erase(absolute(folder));
        return;
    }
    if (const auto asked = m_isFolderNew.find(absolute(folder)); asked != m_isFolderNew.end())
        marks->setFolderNew(asked->second);
    m_marks[absolute(folder)] = std::move(marks);
}

int RealDiskState::makeFolderDurable(const QString& folder, const QString& above)
{
    willSync(SyncOf::FolderName);
    if (isLeftOut(SyncOf::FolderName)) {
        // What has files was durable before they came.
        if (!QDir(folder).isEmpty(QDir::Files | QDir::Hidden))
            return 0;
        const std::lock_guard guard(m_mutex);
        m_isFolderNew[absolute(folder)] = true;
    } else if (const int code = syncFolder(above); code != 0) {
        return code;
    } else {
        const std::lock_guard guard(m_mutex);
        m_isFolderNew[absolute(folder)] = false;
    }
    synced(SyncOf::FolderName);
    return 0;
}

int RealDiskState::makeNamesDurable(const QString& folder, SyncOf of)
{
    willSync(of);
    if (!isLeftOut(of)) {
        if (const int code = syncFolder(folder); code != 0)
            return code;
        if (const auto marks = marksOf(folder))
            marks->namesAreDurable();
    }
    synced(of);
    return 0;
}

} // namespace faultline::storage
