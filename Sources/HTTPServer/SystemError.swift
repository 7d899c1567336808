// SPDX-License-Identifier: Apache-2.0

/// A system call that failed.
package struct SystemError: Error, Hashable, Sendable {
    /// The name of the C function.
    package let call: String
    /// The value of `errno`.
    package let code: Int32
}

extension SystemError: CustomStringConvertible {
    package var description: String { "\(call): \(SystemCall.message(for: code)) (errno \(code))" }
}
