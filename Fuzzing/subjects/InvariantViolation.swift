// SPDX-License-Identifier: Apache-2.0

/// A violated invariant.
package struct InvariantViolation: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws a violation unless a condition holds.
@inline(__always)
func expect(
    _ condition: Bool,
    _ violation: @autoclosure () -> String
) throws(InvariantViolation) {
    guard condition else { throw InvariantViolation(violation()) }
}
