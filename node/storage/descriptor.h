// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "common/result/result.h"

#include <QFile>
#include <QString>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace faultline::storage {

/// "Opening /a/b failed: No such file or directory."
inline Error failed(const QString& what, const QString& path, int code = errno)
{
    return Error{QStringLiteral("%1 %2 failed: %3.").arg(what, path, QString::fromLocal8Bit(std::strerror(code)))};
}

inline bool isNoSpace(int code)
{
    return code == ENOSPC || code == EDQUOT;
}

/// A file descriptor of the system, closed with it.
class Descriptor
{
public:
    explicit Descriptor(int fd)
        : m_fd(fd)
    {}
    Descriptor(Descriptor&& other) noexcept
        : m_fd(std::exchange(other.m_fd, -1))
    {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    int get() const { return m_fd; }
    explicit operator bool() const { return m_fd >= 0; }

private:
    int m_fd;
};

/// open(2); when it fails, the descriptor is false and errno says why.
inline Descriptor openDescriptor(const QString& path, int flags)
{
    const QByteArray name = QFile::encodeName(path);
    int fd = -1;
    do {
        fd = ::open(name.constData(), flags | O_CLOEXEC, 0600);
    } while (fd < 0 && errno == EINTR);
    return Descriptor(fd);
}

} // namespace faultline::storage
