// SPDX-License-Identifier: Apache-2.0

/// A system call that failed.
package struct SystemError: Error, Hashable, Sendable {
    /// The name of the C function.
    package let call: String
    /// The value of `errno`.
    package let code: Int32
}

extension SystemError: CustomStringConvertible {
    /// What the system says of it.
    package var reason: String { SystemCall.message(for: code) }

    package var description: String { "\(call): \(reason) (errno \(code))" }
}
