// SPDX-License-Identifier: Apache-2.0

/// A segment of large content, preceded by headroom.
///
/// The headroom is for the unread remainder of the previous segment, so that a reader sees both as
/// one array without copying this segment.
package struct BodySegment: Sendable {
    /// The headroom, whose values are undefined, followed by the content; empty if the segment is
    /// empty.
    package private(set) var bytes: [UInt8] = []

    /// The length of the headroom in bytes: more than is left when a segment ends within a number.
    package static let headroom = 256

    /// The length in bytes from which a segment is handed to a worker: enough to outweigh the cost
    /// of the handoff.
    package static let minimumBytes = 512 * 1_024

    /// The maximum length in bytes: the amount received while a worker processes the previous
    /// segment.
    ///
    /// Longer segments mean fewer waits between threads.
    package static let maximumBytes = 2 * 1_024 * 1_024

    /// The maximum length in bytes if the response is made while the content arrives: a part of it is up to
    /// about 20 times as long.
    static let maximumConcurrentBytes = 256 * 1_024

    /// The maximum memory, in bytes, of a segment: the last part added may exceed the maximum.
    static let maximumCapacity = maximumBytes + 128 * 1_024

    /// The number of content bytes.
    package var count: Int { max(0, bytes.count - Self.headroom) }

    package var isEmpty: Bool { bytes.isEmpty }

    /// The memory, in bytes, that it occupies.
    var footprint: Int { bytes.capacity }

    /// Creates an empty segment.
    package init() {}

    /// Moves the bytes out, so that the caller is their only owner.
    package mutating func takeBytes() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    mutating func append(_ part: ArraySlice<UInt8>) {
        let needed = Self.headroom + count + part.count
        if bytes.capacity < needed, 2 * needed > Self.maximumBytes {
            // Doubling would exceed the maximum.
            bytes.reserveCapacity(max(needed, Self.maximumBytes + 64 * 1_024))
        }
        makeHeadroom()
        bytes.append(contentsOf: part)
    }

    /// Appends up to `count` bytes that are read straight into place, with capacity for `planned`
    /// bytes.
    ///
    /// - Returns: The number of bytes appended.
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
