// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/fault/share.h"
#include "common/wire/cbor_reader.h"
#include "common/wire/cbor_writer.h"
#include "common/wire/control.h"

// How the fields and bodies of control messages lie in a frame; only the codec's own files look in here.
namespace faultline::wire {

inline constexpr quint64 kMaxNodes = 64;
inline constexpr quint64 kMaxLinks = kMaxNodes * kMaxNodes;

inline void put(CborWriter& w, quint64 key, quint64 value)
{
    w.number(key);
    w.number(value);
}
inline void put(CborWriter& w, quint64 key, quint32 value)
{
    put(w, key, quint64(value));
}
inline void put(CborWriter& w, quint64 key, bool value)
{
    w.number(key);
    w.boolean(value);
}
inline void put(CborWriter& w, quint64 key, std::chrono::microseconds value)
{
    put(w, key, static_cast<quint64>(std::max<qint64>(0, value.count())));
}
inline void put(CborWriter& w, quint64 key, fault::Share value)
{
    put(w, key, value.millionths);
}
inline void put(CborWriter& w, quint64 key, const QByteArray& value)
{
    w.number(key);
    w.bytes(value);
}
inline void put(CborWriter& w, quint64 key, const QString& value)
{
    w.number(key);
    w.text(value);
}
template <typename E>
requires std::is_enum_v<E>
void put(CborWriter& w, quint64 key, E value)
{
    put(w, key, static_cast<quint64>(value));
}

inline bool get(CborReader& r, std::chrono::microseconds& out)
{
    quint64 count = 0;
    if (!r.readUnsigned(count) || count > static_cast<quint64>(std::chrono::microseconds::max().count()))
        return false;
    out = std::chrono::microseconds(static_cast<qint64>(count));
    return true;
}

inline bool get(CborReader& r, fault::Share& out)
{
    return r.readUnsigned(out.millionths) && out.millionths <= fault::Share::kAll;
}

inline bool getOptionalBytes(CborReader& r, std::optional<QByteArray>& out)
{
    out.emplace();
    return r.readBytes(*out);
}

// Each body is one map. What lab and node say is in control_desired.cpp, what a node reports in control_report.cpp.

void write(CborWriter& w, const std::vector<LinkState>& links);
bool read(CborReader& r, std::vector<LinkState>& links);
void write(CborWriter& w, const DesiredState& state);
bool read(CborReader& r, DesiredState& state);
void write(CborWriter& w, const DesiredStateAck& ack);
bool read(CborReader& r, DesiredStateAck& ack);
void write(CborWriter& w, const Status& s);
bool read(CborReader& r, Status& s);
void write(CborWriter& w, const Histograms& histograms);
bool read(CborReader& r, Histograms& histograms);
void write(CborWriter& w, const Activity& activity);
bool read(CborReader& r, Activity& activity);

} // namespace faultline::wire
