// SPDX-License-Identifier: Apache-2.0

/// Takes in the content of one request while it arrives, and then answers the request.
///
/// The content need not be in memory as a whole: an intake keeps what it makes of it.
package protocol Intake: Sendable {
    /// The bytes of memory that are kept for the request.
    var footprint: Int { get }

    /// The bytes of memory that the answer will take, with what is needed to make it.
    var answerFootprint: Int { get }

    /// Takes in the next part.
    ///
    /// Called on an event loop, for content up to ``Limits/inlineBodyBytes``.
    ///
    /// - Parameters:
    ///   - bytes: The part.
    ///   - isLast: Whether the content is known to end with it.
    /// - Returns: Whether what is left to do would keep an event loop for long, so that it is for a
    ///   worker. Told here, since a look at an intake would copy it.
    mutating func take(_ bytes: Span<UInt8>, isLast: Bool) -> Bool

    /// Takes in the next piece of longer content; called by a worker, where it may take its time.
    ///
    /// - Parameters:
    ///   - piece: The piece.
    ///   - isLast: Whether the content is known to end with it.
    ///   - memory: Asked for memory before that is allocated. Where it says no, the intake stops,
    ///     and the request is refused.
    mutating func take(_ piece: consuming Piece, isLast: Bool, _ memory: MemoryAccount)

    /// The answer, once the content is complete; called where the last part was taken in.
    mutating func answer() -> Response
}

extension Intake {
    package var answerFootprint: Int { 0 }
}
