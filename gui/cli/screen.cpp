// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/cli/screen.h"

#include <QDir>
#include <QFileInfo>
#include <QLibraryInfo>
#include <QRegularExpression>

#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace faultline::cli {

namespace {

/// `abstractName`: the socket lives in Linux's abstract namespace, as X servers also offer it.
bool answers(const QByteArray& path, bool abstractName)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const qsizetype offset = abstractName ? 1 : 0;
    if (path.size() + offset >= static_cast<qsizetype>(sizeof(address.sun_path)))
        return false;
    std::memcpy(address.sun_path + offset, path.constData(), static_cast<std::size_t>(path.size()));
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return false;
    const auto length =
        static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + static_cast<std::size_t>(path.size() + offset));
    const bool connected = ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), length) == 0;
    ::close(descriptor);
    return connected;
}

bool xAnswers(const QString& display)
{
    static const QRegularExpression kLocal(QStringLiteral("^(?:unix)?:([0-9]+)(?:\\.[0-9]+)?$"));
    const QRegularExpressionMatch match = kLocal.match(display);
    if (!match.hasMatch())
        return !display.isEmpty(); // on another host, as ssh -X makes it: Qt will find out
    const QByteArray path = "/tmp/.X11-unix/X" + match.captured(1).toLatin1();
    return answers(path, false) || answers(path, true);
}

bool waylandAnswers(const QProcessEnvironment& environment)
{
    const QString name = environment.value(QStringLiteral("WAYLAND_DISPLAY"));
    if (name.isEmpty())
        return false;
    const QDir plugins(QLibraryInfo::path(QLibraryInfo::PluginsPath) + QStringLiteral("/platforms"));
    if (plugins.entryList({QStringLiteral("libqwayland*.so")}, QDir::Files).isEmpty())
        return false;
    const QString runtime = environment.value(QStringLiteral("XDG_RUNTIME_DIR"));
    return answers(QFile::encodeName(QDir(runtime).absoluteFilePath(name)), false);
}

} // namespace

Result<void> canOpenWindow(const QProcessEnvironment& environment)
{
    if (!environment.value(QStringLiteral("QT_QPA_PLATFORM")).isEmpty() ||
        xAnswers(environment.value(QStringLiteral("DISPLAY"))) || waylandAnswers(environment))
        return {};
    return Error{
        QStringLiteral("there is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY leads to one); "
                       "`faultline run leader-election` and `faultline up` work without")};
}

} // namespace faultline::cli
