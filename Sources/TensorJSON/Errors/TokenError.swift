// SPDX-License-Identifier: Apache-2.0

/// An error in a token, located by its position in the text that has been received.
///
/// `JSONReader` adds the pointer to the value concerned and throws it as a ``JSONError``.
struct TokenError: Error {
    let reason: JSONError.Reason
    /// Offset in the received text.
    let position: Int

    init(_ reason: JSONError.Reason, at position: Int) {
        self.reason = reason
        self.position = position
    }
}
