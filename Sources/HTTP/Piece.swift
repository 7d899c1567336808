// SPDX-License-Identifier: Apache-2.0

/// A piece of long content, with some room in front of it.
///
/// The room is for what is left of the piece before, so that who reads the content sees the two as
/// one without copying this piece.
package struct Piece: Sendable {
    /// The bytes, behind ``headroom`` that say nothing; none at all where the piece is empty.
    package private(set) var bytes: [UInt8] = []

    /// More than is left of a piece where it ends within a number.
    package static let headroom = 256

    /// The length from which a piece is handed over: long enough to make up for that, which takes
    /// some ten microseconds.
    package static let leastBytes = 512 * 1_024

    /// The length of a piece that is full: what may come while the one before is taken in.
    ///
    /// The longer, the less often one thread waits for another: a question of 39 MB and its answer
    /// took 43.9 ms instead of 46.2 with pieces of 512 KiB (2026-11-25).
    package static let fullBytes = 2 * 1_024 * 1_024

    /// How many bytes of content there are.
    package var count: Int { max(0, bytes.count - Self.headroom) }

    package var isEmpty: Bool { bytes.isEmpty }

    /// The bytes of memory that it takes.
    var footprint: Int { bytes.capacity }

    /// Nothing.
    package init() {}

    /// Gives the bytes away, so that nobody else has them.
    package mutating func takeBytes() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    mutating func append(_ part: ArraySlice<UInt8>) {
        makeHeadroom()
        bytes.append(contentsOf: part)
    }

    /// Adds up to `count` bytes that are read straight into place, in room for `planned` bytes; how
    /// many there were.
    package mutating func append(
        upTo count: Int,
        planned: Int,
        _ read: (inout OutputSpan<UInt8>) -> Void
    ) -> Int {
        if bytes.capacity < bytes.count + count { bytes.reserveCapacity(Self.headroom + planned) }
        makeHeadroom()
        let before = bytes.count
        bytes.append(addingCapacity: count) { read(&$0) }
        return bytes.count - before
    }

    private mutating func makeHeadroom() {
        if bytes.isEmpty { bytes.append(contentsOf: repeatElement(0, count: Self.headroom)) }
    }
}
