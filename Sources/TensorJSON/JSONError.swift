// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a body, and where.
///
/// The first fault in reading order is reported. A body with a ragged array early on and a
/// syntax error later is therefore reported as ragged.
package struct JSONError: Error, Equatable, Sendable {
    /// The fact.
    package let reason: Reason
    /// Offset in bytes, from 0, of the offending byte or of the start of the offending value.
    package let position: Int
    /// JSON Pointer (RFC 6901) to the value concerned; the empty string is the whole body.
    package let pointer: String
    /// Whether it is only that the text in hand ends here: with more of the body there may be no
    /// error, or another one.
    package let needsMore: Bool

    init(reason: Reason, position: Int, pointer: String, needsMore: Bool = false) {
        self.reason = reason
        self.position = position
        self.pointer = pointer
        self.needsMore = needsMore
    }

    /// Whether the body is no JSON that this reader takes.
    ///
    /// True: not RFC 8259, or a repeated key, or too deep. False: sound JSON, of the wrong
    /// kind, shape or range.
    package var isMalformed: Bool { reason.isMalformed }

    /// A stable name of the reason, in snake_case.
    package var code: String { reason.code }
}
