// SPDX-License-Identifier: Apache-2.0

/// Takes in the content of one request while it arrives, and then answers the request.
///
/// The content need not be in memory as a whole: an intake keeps what it makes of it.
package protocol Intake: Sendable {
    /// The bytes of memory that are kept for the request.
    var footprint: Int { get }

    /// Takes in the next part.
    ///
    /// Called on an event loop, where others wait: it may take as long as reading these bytes does.
    ///
    /// - Parameters:
    ///   - bytes: The part.
    ///   - isLast: Whether the content is known to end with it.
    mutating func take(_ bytes: Span<UInt8>, isLast: Bool)

    /// Takes in the next part from whoever writes it straight into place.
    ///
    /// - Parameters:
    ///   - count: The most bytes that may come.
    ///   - left: How many bytes are still to come, these among them.
    ///   - read: Appends the bytes to its argument.
    /// - Returns: How many there were.
    mutating func take(
        upTo count: Int,
        of left: Int,
        _ read: (inout OutputSpan<UInt8>) -> Void
    )
        -> Int

    /// The answer, once the content is complete.
    ///
    /// Called on an event loop for content up to ``Limits/inlineBodyBytes``, and by a worker, where
    /// it may take its time, for larger.
    mutating func answer() -> Response
}
