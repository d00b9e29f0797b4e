// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>
#include <variant>

namespace faultline {

/// What went wrong, as one plain sentence for a person: what, where, and what would be right.
struct Error
{
    QString message;
};

/// A value, or the sentence that says why there is none. For what a user, a file or a peer can cause; what only a bug
/// can cause is an invariant (see FAULTLINE_INVARIANT). The shape is that of C++23's std::expected.
template <typename T> class [[nodiscard]] Result
{
public:
    Result(T value)
        : m_state(std::move(value))
    {}
    Result(Error error)
        : m_state(std::move(error))
    {}

    explicit operator bool() const { return std::holds_alternative<T>(m_state); }
    const T& operator*() const& { return std::get<T>(m_state); }
    T& operator*() & { return std::get<T>(m_state); }
    T&& operator*() && { return std::get<T>(std::move(m_state)); }
    const T* operator->() const { return &std::get<T>(m_state); }
    T* operator->() { return &std::get<T>(m_state); }
    const QString& error() const { return std::get<Error>(m_state).message; }

private:
    std::variant<T, Error> m_state;
};

template <> class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Error error)
        : m_error(std::move(error))
    {}

    explicit operator bool() const { return !m_error; }
    const QString& error() const { return m_error->message; }

private:
    std::optional<Error> m_error;
};

[[noreturn]] inline void invariantBroken(const char* condition, const char* expected, const char* file, int line)
{
    std::fprintf(stderr, "faultline: invariant broken: %s (%s) at %s:%d\n", expected, condition, file, line);
    std::abort();
}

/// Stops the process, in release too, when `condition` is false: only a bug can make it so. `expected` says what should
/// have held, in words.
#define FAULTLINE_INVARIANT(condition, expected)                                                                       \
    ((condition) ? void() : ::faultline::invariantBroken(#condition, expected, __FILE__, __LINE__))

} // namespace faultline
