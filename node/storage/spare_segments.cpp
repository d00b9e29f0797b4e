// SPDX-License-Identifier: GPL-3.0-or-later
#include "node/storage/spare_segments.h"

#include "node/storage/wal_recovery.h"

namespace faultline::storage {

namespace {

const QString kPrefix = QStringLiteral("spare-");

QString nameOf(quint64 number)
{
    return QStringLiteral("%1%2").arg(kPrefix).arg(number, 10, 10, QLatin1Char('0'));
}

} // namespace

Result<void> SpareSegments::removeThoseThere()
{
    const auto names = m_disk.list(m_folder);
    if (!names)
        return Error{names.error()};
    for (const QString& name : *names) {
        if (name != nameOf(name.mid(kPrefix.size()).toULongLong()))
            continue;
        if (auto removed = removeLeftover(m_disk, pathOf(name)); !removed)
            return removed;
        m_left += m_disk.exists(pathOf(name)) ? 1 : 0;
    }
    return {};
}

Result<void> SpareSegments::keep(quint64 number, qint64 size)
{
    const QString name = nameOf(number);
    if (auto renamed = m_disk.rename(pathOf(segmentName(number)), pathOf(name)); !renamed)
        return renamed;
    m_spares.push_back({name, size});
    return {};
}

Result<bool> SpareSegments::use(quint64 number, QByteArrayView content)
{
    const QString spare = pathOf(m_spares.back().name);
    auto file = m_disk.open(spare, Disk::Open::Existing);
    if (!file)
        return Error{file.error()};
    if (auto written = (*file)->write(0, content); !written)
        return Error{written.error()};
    if (auto synced = (*file)->sync(SyncOf::Spare); !synced)
        return Error{synced.error()};
    if (auto renamed = m_disk.rename(spare, pathOf(segmentName(number))); !renamed)
        return m_disk.lackedSpace() ? Result<bool>(false) : Error{renamed.error()};
    m_spares.pop_back();
    return true;
}

} // namespace faultline::storage
