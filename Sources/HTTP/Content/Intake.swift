// SPDX-License-Identifier: Apache-2.0

/// Processes the content of one request as it arrives, then makes the response.
///
/// An intake need not hold the content as a whole, only the values derived from it.
package protocol Intake: Sendable {
    /// The memory, in bytes, held for the request.
    var footprint: Int { get }

    /// The part of ``footprint`` that is text not yet read.
    var textFootprint: Int { get }

    /// The estimated memory, in bytes, needed to make the response, with the response itself.
    var responseFootprint: Int { get }

    /// Whether it keeps a bounded part of the content, however long that is.
    var isBounded: Bool { get }

    /// Whether ``takePart()`` may return parts of the response.
    var respondsConcurrently: Bool { get }

    /// States the length of the content in bytes, before any of it, if the request has a Content-Length.
    mutating func expect(length: Int)

    /// Processes the next part of small content, on the event loop.
    ///
    /// - Parameters:
    ///   - bytes: The part, of content of at most ``Limits/inlineBodyBytes`` bytes.
    ///   - isLast: Whether the content is known to end with it.
    /// - Returns: Whether the remaining work would block the event loop for too long and must run
    ///   on a worker. It is returned here because querying an intake through its existential would
    ///   copy it.
    mutating func receive(_ bytes: Span<UInt8>, isLast: Bool) -> Bool

    /// Processes the next segment of large content, on a worker.
    ///
    /// - Parameters:
    ///   - segment: The segment.
    ///   - isLast: Whether the content is known to end with it.
    ///   - memory: The account to reserve memory from before allocating it. If a reservation fails,
    ///     the intake stops and the request is refused.
    mutating func receive(_ segment: consuming BodySegment, isLast: Bool, _ memory: MemoryAccount)

    /// Takes what has been made of the response while the content arrives; called after each segment.
    ///
    /// - Returns: A part of the response, which begins with it unless it has begun; a whole response
    ///   if the request is refused, so that no more content is needed; `nil` if there is nothing to send.
    mutating func takePart() -> Response?

    /// Makes the response once the content is complete, in the context that processed the last
    /// part.
    ///
    /// - Parameter cancellation: Polled by long work, which stops once it is cancelled; `nil` on an
    ///   event loop.
    /// - Returns: The response, or the rest of one that has begun; anything if the work was cancelled,
    ///   because it is discarded.
    mutating func makeResponse(unless cancellation: Cancellation?) -> Response

    /// Returns to the state before any content, after a response, for another request with the same head;
    /// keeps little memory.
    ///
    /// - Returns: Whether it has; if not, the intake is discarded.
    mutating func restart() -> Bool
}

extension Intake {
    /// Makes the response where nothing cancels the work.
    package mutating func makeResponse() -> Response { makeResponse(unless: nil) }

    package mutating func expect(length _: Int) {}

    package mutating func restart() -> Bool { false }

    package var isBounded: Bool { false }

    package var respondsConcurrently: Bool { false }

    package mutating func takePart() -> Response? { nil }

    package var textFootprint: Int { 0 }

    package var responseFootprint: Int { 0 }
}
