// SPDX-License-Identifier: Apache-2.0

/// The content of an answer that is made while it is sent, and never in memory as a whole.
package protocol ContentSource: Sendable {
    /// The bytes of memory that are kept for it.
    var footprint: Int { get }

    /// The next part, of a length that is good to send at once; nil after the last.
    ///
    /// Called on an event loop, where others wait: it may take as long as writing so much does.
    mutating func next() -> [UInt8]?
}
