// SPDX-License-Identifier: Apache-2.0

/// An error in a JSON body: its reason, its position, and the value concerned.
///
/// The first error in reading order is reported: a body with a ragged array early on and a syntax
/// error later is reported as ragged.
///
/// Three types carry a ``Reason``, each adding the information known one level up. A token reader
/// (`NumberToken`, `StringToken`, `LiteralToken`) throws a `TokenError`: the reason and its offset
/// in the received text. `RowReader` wraps it in an `ArrayError`, which adds the pointer relative
/// to the array of numbers. `JSONReader` turns both into a `JSONError`, with the offset in the body
/// and the pointer from its root.
package struct JSONError: Error, Equatable, Sendable {
    /// The reason for the error.
    package let reason: Reason
    /// Offset in bytes, from 0, of the offending byte or of the start of the offending value.
    package let position: Int
    /// JSON Pointer (RFC 6901) to the value concerned; the empty string is the whole body.
    package let pointer: String
    /// Whether the only problem is that the received text ends here.
    ///
    /// Once more of the body has arrived, reading may succeed or report another error.
    package let needsMore: Bool

    init(reason: Reason, position: Int, pointer: String, needsMore: Bool = false) {
        self.reason = reason
        self.position = position
        self.pointer = pointer
        self.needsMore = needsMore
    }

    /// Whether the body is not JSON that this reader accepts.
    ///
    /// `true` for a body that violates RFC 8259, repeats a key or is nested too deeply; `false` for
    /// well-formed JSON of the wrong kind, shape or range.
    package var isMalformed: Bool { reason.isMalformed }

    /// The stable name of the reason, in snake_case.
    package var code: String { reason.code }
}
