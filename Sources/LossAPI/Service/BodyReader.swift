// SPDX-License-Identifier: Apache-2.0

import Formats
import HTTP

/// Reads the fields of a request from its body, in some format, while the body arrives.
protocol BodyReader<Target>: Sendable {
    /// The receiver of the fields.
    associatedtype Target

    /// The memory in use, in bytes.
    var footprint: Int { get }

    /// The part of it that holds bytes that have not been read, in bytes.
    var textFootprint: Int { get }

    /// Whether it keeps a bounded part of the body, however long that is.
    var isBounded: Bool { get }

    /// Whether every field has been read, or reading was abandoned.
    var isAtEnd: Bool { get }

    /// Whether reading has paused before a value that would occupy an event loop for long.
    var isPaused: Bool { get }

    /// Whether the body has rows, so that its result depends on `Prefer` (RFC 7240, section 2).
    static var hasRows: Bool { get }

    /// Whether results of rows are made while the body arrives.
    var streamsRows: Bool { get }

    /// The outputs that are requested in the Open Inference Protocol; `nil` in other formats.
    var inference: InferenceRequest? { get }

    /// States the length of the body in bytes, before any of it.
    mutating func expect(length: Int)

    /// Appends the next part of a short body.
    mutating func append(_ bytes: Span<UInt8>)

    /// Appends the next part without copying it; returns `false` if memory is exhausted.
    mutating func append(_ segment: consuming BodySegment, _ memory: MemoryAccount) -> Bool

    /// Sets the account from which memory is reserved; `nil` means unlimited.
    mutating func setMeter(_ meter: MemoryAccount?)

    /// Marks the end of the body.
    mutating func end()

    /// Discards the bytes, which have been read or are not needed.
    mutating func discardText()

    /// Abandons reading and discards the bytes.
    mutating func skip()

    /// Returns to the state before any bytes; returns whether it has.
    mutating func restart() -> Bool

    /// Reads the available fields.
    ///
    /// - Parameters:
    ///   - target: The receiver of the fields.
    ///   - stopsAtLongValues: Whether to pause before a value that would occupy an event loop for
    ///     long.
    /// - Throws: An error in the body or in a field.
    mutating func read(into target: inout Target, stopsAtLongValues: Bool) throws

    /// Takes the results of rows that have been made; `nil` if results are not made while the body arrives.
    mutating func takeRows() -> ResultRows?

    /// Describes an error in the body, or that it led to, in the terms of the format.
    func problem(explaining error: any Error) -> Problem
}

extension BodyReader {
    var inference: InferenceRequest? { nil }

    var isBounded: Bool { false }

    static var hasRows: Bool { false }

    var streamsRows: Bool { false }

    mutating func takeRows() -> ResultRows? { nil }

    mutating func expect(length _: Int) {}

    mutating func restart() -> Bool { false }

    func problem(explaining error: any Error) -> Problem { Problem(explaining: error) }
}
