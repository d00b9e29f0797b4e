// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <concepts>
#include <type_traits>

namespace faultline::wire {

/// Walks through one CBOR item (RFC 8949) where it lies, for what a peer sent, which may be anything. It is a pair of
/// pointers: the caller says what must come next and is told whether it did, so nothing is allocated to find out, and
/// each byte is looked at once.
///
/// Every function returns false, and never throws, reads beyond the end, allocates more than the bytes that are there,
/// or recurses deeply, when the input is not what was asked for; the reader is of no use then. Messages are maps with
/// integer keys; a reader skips keys it does not know, which is what lets two versions talk. Heads may be longer than
/// they need be, and containers of either length, as RFC 8949 leaves it to the sender; strings that are asked for must
/// be of known length, so that they are one run of bytes.
class CborReader
{
public:
    /// The bytes must outlive the reader, and what it hands out as a view.
    explicit CborReader(QByteArrayView bytes)
        : m_at(reinterpret_cast<const uchar*>(bytes.data()))
        , m_end(m_at + bytes.size())
    {}

    bool readUnsigned(quint64& out)
    {
        if (m_at != m_end && *m_at < kFirstLongHead) {
            out = *m_at++;
            return true;
        }
        return readHead(Major::Unsigned, out);
    }
    template <typename T>
    requires std::unsigned_integral<T> &&(!std::same_as<T, bool>)bool readUnsigned(T& out)
    {
        quint64 wide = 0;
        if (!readUnsigned(wide) || wide > static_cast<quint64>(T(-1)))
            return false;
        out = static_cast<T>(wide);
        return true;
    }
    bool readSigned(qint64& out);
    bool readBool(bool& out);
    /// An enumeration stored as an unsigned number, 0 to `last`.
    template <typename E>
    requires std::is_enum_v<E>
    bool readEnum(E& out, E last)
    {
        quint64 wide = 0;
        if (!readUnsigned(wide) || wide > static_cast<quint64>(last))
            return false;
        out = static_cast<E>(wide);
        return true;
    }
    /// A part of the bytes that are read.
    bool readBytes(QByteArrayView& out);
    bool readBytes(QByteArray& out);
    /// Valid UTF-8.
    bool readText(QString& out);
    /// Passes over one item of any kind, its tags included, nested at most kMaxSkippedDepth deep.
    bool skip() { return skip(kMaxSkippedDepth); }

    /// What is still to come of a container: see enterArray().
    struct Container
    {
        quint64 left = 0; ///< items, or pairs of a map; kIndefinite: as many as come before the break
    };
    bool enterArray(Container& container) { return enter(Major::Array, container); }
    /// Whether another item is to be read. Asked once before each of them, and once more after the last.
    bool hasNext(Container& container)
    {
        if (container.left != kIndefinite)
            return container.left != 0 && container.left-- != 0;
        if (m_at == m_end || *m_at != kBreak)
            return true;
        ++m_at;
        return false;
    }

    /// Calls item() for each element of an array, at most `limit` of them.
    template <typename Item> bool readArray(quint64 limit, Item item)
    {
        Container array;
        if (!enter(Major::Array, array))
            return false;
        for (quint64 i = 0; hasNext(array); ++i) {
            if (i >= limit || !item())
                return false;
        }
        return true;
    }
    /// Calls field(key) for each key of a map; field reads the value and returns whether that went well. To pass over a
    /// key it does not know, it returns skip().
    template <typename Field> bool readMap(Field field)
    {
        Container map;
        if (!enter(Major::Map, map))
            return false;
        while (hasNext(map)) {
            quint64 key = 0;
            if (!readUnsigned(key) || !field(key))
                return false;
        }
        return true;
    }

    static constexpr int kMaxSkippedDepth = 16;

private:
    enum class Major : quint8 {
        Unsigned = 0,
        Negative = 1,
        Bytes = 2,
        Text = 3,
        Array = 4,
        Map = 5,
        Tag = 6,
        Simple = 7
    };

    static constexpr quint64 kIndefinite = ~quint64(0);
    static constexpr uchar kBreak = 0xff;
    static constexpr uchar kFirstLongHead = 24; ///< smaller ones hold their value themselves

    quint64 left() const { return static_cast<quint64>(m_end - m_at); }
    bool readHead(Major major, quint64& argument);
    bool readArgument(uchar information, quint64& argument);
    bool enter(Major major, Container& container);
    bool readString(Major major, QByteArrayView& out);
    bool skip(int depth);
    bool skipString(Major major);
    bool skipSimple();

    const uchar* m_at;
    const uchar* m_end;
};

} // namespace faultline::wire
