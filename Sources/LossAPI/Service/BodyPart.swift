// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The part of a body that has arrived and has not been read, and how far the body has been read.
struct BodyPart: Sendable {
    /// Bytes of which those before `start` are not content.
    private var bytes: [UInt8] = []
    private var start = 0
    /// The count of bytes received.
    private(set) var received = 0
    /// The account from which memory is reserved; `nil` means unlimited.
    var meter: MemoryAccount?
    /// Whether the body has ended.
    var isComplete = false
    /// Whether every field has been read, or reading was abandoned.
    var isAtEnd = false

    /// The memory in use, in bytes.
    var footprint: Int { bytes.capacity }

    /// Appends the next part of a short body.
    mutating func append(_ part: Span<UInt8>) {
        guard !part.isEmpty else { return }
        received += part.count
        bytes.append(addingCapacity: part.count) { output in
            for index in part.indices { output.append(part[index]) }
        }
    }

    /// Takes the bytes of the next part without copying them; the previous part must have been read.
    mutating func replace(with segment: consuming BodySegment) {
        received += segment.count
        var segment = segment
        bytes = segment.takeBytes()
        start = min(BodySegment.headroom, bytes.count)
    }

    /// Moves the bytes out, with the offset of the first that is content.
    mutating func take() -> (bytes: [UInt8], start: Int) {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        defer { start = 0 }
        return (taken, start)
    }

    mutating func discard() { _ = take() }
}
