// SPDX-License-Identifier: Apache-2.0

/// Something that ought to hold whatever bytes come, and did not.
package struct BrokenPromise: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Throws unless something holds.
@inline(__always)
func expect(
    _ holds: Bool,
    _ promise: @autoclosure () -> String
) throws(BrokenPromise) {
    guard holds else { throw BrokenPromise(promise()) }
}
