// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/share.h"
#include "common/wire/cbor.h"
#include "common/wire/control.h"

// How the fields and bodies of control messages lie in a frame; only the codec's own files look in here.
namespace faultline::wire {

inline constexpr quint64 kMaxNodes = 64;
inline constexpr quint64 kMaxLinks = kMaxNodes * kMaxNodes;

inline void put(QCborStreamWriter& w, quint64 key, quint64 value)
{
    w.append(key);
    w.append(value);
}
inline void put(QCborStreamWriter& w, quint64 key, quint32 value)
{
    put(w, key, quint64(value));
}
inline void put(QCborStreamWriter& w, quint64 key, bool value)
{
    w.append(key);
    w.append(value);
}
inline void put(QCborStreamWriter& w, quint64 key, std::chrono::microseconds value)
{
    put(w, key, static_cast<quint64>(std::max<qint64>(0, value.count())));
}
inline void put(QCborStreamWriter& w, quint64 key, fault::Share value)
{
    put(w, key, value.millionths);
}
inline void put(QCborStreamWriter& w, quint64 key, const QByteArray& value)
{
    w.append(key);
    w.append(value);
}
inline void put(QCborStreamWriter& w, quint64 key, const QString& value)
{
    w.append(key);
    w.append(value);
}
template <typename E>
requires std::is_enum_v<E>
void put(QCborStreamWriter& w, quint64 key, E value)
{
    put(w, key, static_cast<quint64>(value));
}

inline bool get(QCborStreamReader& r, std::chrono::microseconds& out)
{
    quint64 count = 0;
    if (!readUnsigned(r, count) || count > static_cast<quint64>(std::chrono::microseconds::max().count()))
        return false;
    out = std::chrono::microseconds(static_cast<qint64>(count));
    return true;
}

inline bool get(QCborStreamReader& r, fault::Share& out)
{
    return readUnsigned(r, out.millionths) && out.millionths <= fault::Share::kAll;
}

inline bool getOptionalBytes(QCborStreamReader& r, std::optional<QByteArray>& out)
{
    out.emplace();
    return readBytes(r, *out);
}

// Each body is one map. What lab and node say is in control_desired.cpp, what a node reports in control_report.cpp.

void write(QCborStreamWriter& w, const std::vector<LinkState>& links);
bool read(QCborStreamReader& r, std::vector<LinkState>& links);
void write(QCborStreamWriter& w, const DesiredState& state);
bool read(QCborStreamReader& r, DesiredState& state);
void write(QCborStreamWriter& w, const DesiredStateAck& ack);
bool read(QCborStreamReader& r, DesiredStateAck& ack);
void write(QCborStreamWriter& w, const Status& s);
bool read(QCborStreamReader& r, Status& s);
void write(QCborStreamWriter& w, const Histograms& histograms);
bool read(QCborStreamReader& r, Histograms& histograms);
void write(QCborStreamWriter& w, const Activity& activity);
bool read(QCborStreamReader& r, Activity& activity);

} // namespace faultline::wire
