// SPDX-License-Identifier: Apache-2.0

/// The error of a failed system call.
package struct SystemError: Error, Hashable, Sendable {
    /// The name of the C function.
    package let call: String
    /// The value of `errno`.
    package let code: Int32
}

extension SystemError: CustomStringConvertible {
    /// The description from the system.
    package var reason: String { SystemCall.message(for: code) }

    package var description: String { "\(call): \(reason) (errno \(code))" }
}
