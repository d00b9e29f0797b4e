// SPDX-License-Identifier: GPL-3.0-or-later
#include "common/wire/cbor.h"

#include "common/wire/frame.h"

namespace faultline::wire {

bool readUnsigned(QCborStreamReader& reader, quint64& out)
{
    if (!reader.isUnsignedInteger())
        return false;
    out = reader.toUnsignedInteger();
    return reader.next();
}

bool readSigned(QCborStreamReader& reader, qint64& out)
{
    if (reader.isUnsignedInteger()) {
        if (reader.toUnsignedInteger() > static_cast<quint64>(std::numeric_limits<qint64>::max()))
            return false;
    } else if (!reader.isNegativeInteger()) {
        return false;
    }
    out = reader.toInteger();
    return reader.next();
}

bool readBool(QCborStreamReader& reader, bool& out)
{
    if (!reader.isBool())
        return false;
    out = reader.toBool();
    return reader.next();
}

bool readDouble(QCborStreamReader& reader, double& out)
{
    if (!reader.isDouble())
        return false;
    out = reader.toDouble();
    return reader.next();
}

namespace {

/// A string longer than a whole payload cannot be there, and must not be allocated on its word.
bool claimsTooMuch(const QCborStreamReader& reader)
{
    const qsizetype claimed = reader.currentStringChunkSize();
    return claimed < 0 || claimed > kMaxPayload;
}

} // namespace

bool readBytes(QCborStreamReader& reader, QByteArray& out)
{
    if (!reader.isByteArray() || !reader.isLengthKnown() || claimsTooMuch(reader))
        return false;
    const auto first = reader.readByteArray();
    if (first.status != QCborStreamReader::Ok)
        return false;
    out = first.data;
    return reader.readByteArray().status == QCborStreamReader::EndOfString;
}

bool readText(QCborStreamReader& reader, QString& out)
{
    if (!reader.isString() || !reader.isLengthKnown() || claimsTooMuch(reader))
        return false;
    const auto first = reader.readString();
    if (first.status != QCborStreamReader::Ok)
        return false;
    out = first.data;
    return reader.readString().status == QCborStreamReader::EndOfString;
}

bool skip(QCborStreamReader& reader)
{
    return reader.next(16);
}

} // namespace faultline::wire
