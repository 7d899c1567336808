// SPDX-License-Identifier: Apache-2.0

/// Content that is produced while it is sent and never held in memory as a whole.
package protocol ContentSource: Sendable {
    /// The memory, in bytes, held for the source and for the parts produced ahead of sending.
    var footprint: Int { get }

    /// Whether all content has been produced.
    var isAtEnd: Bool { get }

    /// Produces the next part, of a length suitable for one send.
    ///
    /// Called on a worker, except for the first part of a small response.
    mutating func next() -> [UInt8]

    /// Splits off the next part as a source of its own, which can be produced concurrently with
    /// the rest; `nil` if parts depend on each other.
    mutating func split() -> (any ContentSource)?
}

extension ContentSource {
    package mutating func split() -> (any ContentSource)? { nil }
}
