// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/synced_marks.h"

#include "node/storage/descriptor.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>
#include <sys/mman.h>
#include <sys/stat.h>

namespace faultline::storage {

namespace {

constexpr std::size_t kHeaderSize = 128;
constexpr std::size_t kMarks = 1023;
constexpr std::size_t kFileSize = kHeaderSize + kMarks * sizeof(SyncedMark);
constexpr char kMagic[16] = "faultmarks 1\n"; // changes with the layout

/// The compiler keeps the order of what other processes must see in order.
template <typename T> void store(T& field, T value)
{
    std::atomic_ref<T>(field).store(value, std::memory_order_release);
}

} // namespace

void SyncedMark::willWrite(qint64 offset, qint64 end)
{
    if (offset >= durable)
        return;
    const qint64 from = dirtyTo == 0 ? offset : std::min(dirtyFrom, offset);
    store(dirtyFrom, from);
    store(dirtyTo, std::max(dirtyTo, std::min(end, durable)));
}

void SyncedMark::wasCut(qint64 size)
{
    store(durable, std::min(durable, size));
    store(dirtyTo, std::min(dirtyTo, size));
}

void SyncedMark::wasSynced(qint64 size)
{
    store(dirtyTo, qint64(0));
    store(durable, size);
}

void SyncedMark::willBeRenamed(const QByteArray& from)
{
    if (formerName[0] != '\0' || from.isEmpty() || from.size() >= qsizetype(sizeof formerName))
        return;
    std::copy_n(from.constData() + 1, from.size(), formerName + 1); // with the zero that ends it
    store(formerName[0], from[0]);                                  // a half-written name is none
}

QString SyncedMarks::fileName()
{
    return QStringLiteral("synced-marks");
}

Result<std::unique_ptr<SyncedMarks>> SyncedMarks::open(const QString& folder)
{
    const QString path = folder + QLatin1Char('/') + fileName();
    const Descriptor fd = openDescriptor(path, O_RDWR | O_CREAT);
    if (!fd)
        return failed(QStringLiteral("Opening"), path);
    if (::ftruncate(fd.get(), static_cast<off_t>(kFileSize)) != 0)
        return failed(QStringLiteral("Making room in"), path);
    void* mapping = ::mmap(nullptr, kFileSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (mapping == MAP_FAILED)
        return failed(QStringLiteral("Mapping"), path);
    char* header = static_cast<char*>(mapping);
    if (std::memcmp(header, kMagic, sizeof kMagic) != 0) {
        std::memset(mapping, 0, kFileSize);
        std::memcpy(header, kMagic, sizeof kMagic);
    }
    auto* marks = reinterpret_cast<SyncedMark*>(header + kHeaderSize);
    return std::unique_ptr<SyncedMarks>(new SyncedMarks(marks, mapping));
}

SyncedMarks::~SyncedMarks()
{
    ::munmap(m_mapping, kFileSize);
}

SyncedMark* SyncedMarks::slotOf(quint64 inode)
{
    const std::span all(m_marks, kMarks);
    const auto found = std::ranges::find(all, inode, &SyncedMark::inode);
    return found == all.end() ? nullptr : &*found;
}

SyncedMark* SyncedMarks::find(quint64 inode)
{
    const std::lock_guard guard(m_mutex);
    return slotOf(inode);
}

SyncedMark* SyncedMarks::claim(quint64 inode, qint64 durable)
{
    const std::lock_guard guard(m_mutex);
    if (SyncedMark* known = slotOf(inode))
        return known;
    SyncedMark* free = slotOf(0);
    if (!free)
        return nullptr;
    *free = SyncedMark{0, durable, 0, 0, 0, {}};
    store(free->inode, inode);
    return free;
}

void SyncedMarks::forget(quint64 inode)
{
    const std::lock_guard guard(m_mutex);
    if (SyncedMark* mark = slotOf(inode))
        store(mark->inode, quint64(0));
}

void SyncedMarks::namesAreDurable()
{
    const std::lock_guard guard(m_mutex);
    for (SyncedMark& mark : std::span(m_marks, kMarks)) {
        store(mark.newName, quint64(0));
        store(mark.formerName[0], '\0');
    }
}

} // namespace faultline::storage
