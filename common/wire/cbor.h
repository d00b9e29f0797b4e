// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QCborStreamReader>
#include <QCborStreamWriter>
#include <QString>

#include <concepts>
#include <type_traits>

namespace faultline::wire {

// Reading of what a peer sent, which may be anything. Every function returns false, and never throws, allocates beyond
// the bytes that are there, or recurses deeply, when the input is not what was asked for. Messages are maps with
// integer keys; a reader skips keys it does not know, which is what lets two versions talk (RFC 8949).

bool readUnsigned(QCborStreamReader& reader, quint64& out);
bool readSigned(QCborStreamReader& reader, qint64& out);
bool readBool(QCborStreamReader& reader, bool& out);
bool readDouble(QCborStreamReader& reader, double& out);
bool readBytes(QCborStreamReader& reader, QByteArray& out);
bool readText(QCborStreamReader& reader, QString& out);
/// Skips one item of any kind, nested at most 16 deep.
bool skip(QCborStreamReader& reader);

template <typename T>
requires std::unsigned_integral<T> &&(!std::same_as<T, bool>)bool readUnsigned(QCborStreamReader& reader, T& out)
{
    quint64 wide = 0;
    if (!readUnsigned(reader, wide) || wide > static_cast<quint64>(T(-1)))
        return false;
    out = static_cast<T>(wide);
    return true;
}

/// An enumeration stored as an unsigned number, 0 to `last`.
template <typename E>
requires std::is_enum_v<E>
bool readEnum(QCborStreamReader& reader, E& out, E last)
{
    quint64 wide = 0;
    if (!readUnsigned(reader, wide) || wide > static_cast<quint64>(last))
        return false;
    out = static_cast<E>(wide);
    return true;
}

/// Calls field(key) for each key of a map; field reads the value and returns whether that went well. To pass over a key
/// it does not know, it returns skip(reader).
template <typename Field> bool readMap(QCborStreamReader& reader, Field field)
{
    if (!reader.isMap() || !reader.enterContainer())
        return false;
    while (reader.hasNext()) {
        quint64 key = 0;
        if (!readUnsigned(reader, key) || !field(key))
            return false;
    }
    return reader.leaveContainer();
}

/// Calls item() for each element of an array, at most `limit` of them.
template <typename Item> bool readArray(QCborStreamReader& reader, quint64 limit, Item item)
{
    if (!reader.isArray() || !reader.enterContainer())
        return false;
    for (quint64 i = 0; reader.hasNext(); ++i) {
        if (i >= limit || !item())
            return false;
    }
    return reader.leaveContainer();
}

} // namespace faultline::wire
