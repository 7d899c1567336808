// SPDX-License-Identifier: Apache-2.0

/// The content of an answer that is made while it is sent, and never in memory as a whole.
package protocol ContentSource: Sendable {
    /// The bytes of memory that are kept for it, and for the parts that are made ahead of what is
    /// sent.
    var footprint: Int { get }

    /// Whether there is nothing left to be made.
    var isAtEnd: Bool { get }

    /// The next part, of a length that is good to send at once.
    ///
    /// Called by a worker, but for the first part of an answer that is short.
    mutating func next() -> [UInt8]

    /// Takes the next part off as a source of its own, so that it can be made at the same time as
    /// what follows it; nil where one has to be made after the other.
    mutating func split() -> (any ContentSource)?
}

extension ContentSource {
    package mutating func split() -> (any ContentSource)? { nil }
}
