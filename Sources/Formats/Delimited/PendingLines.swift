// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// The start of a line, kept until its end arrives.
///
/// Bytes are examined only once there are twice as many as when the end was last sought in vain, so that
/// no split of a body takes more than a few times as long as the whole.
struct PendingLines: Sendable {
    private var pending = PendingBytes()
    /// The count of bytes from which the end is sought.
    private var awaited = 0
    /// Whether a line feed has arrived since the end was last sought.
    private var hasLineFeed = false

    /// The maximum length of a line in bytes.
    static let longestLine = 8 * 1_024 * 1_024

    var bytes: [UInt8] { pending.bytes }
    var isEmpty: Bool { pending.bytes.isEmpty }
    var footprint: Int { pending.footprint }

    /// Whether the bytes may contain the end of the line.
    var areWorthReading: Bool { hasLineFeed && pending.bytes.count >= awaited }

    /// Collects bytes from `index` on, at least up to the next line feed.
    ///
    /// - Throws: an error if memory is exhausted.
    mutating func take(
        _ part: Span<UInt8>,
        _ index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        var end = index
        while end < part.count, part[end] != Self.lineFeed { end += 1 }
        if end < part.count {
            hasLineFeed = true
            end += 1
        }
        end = max(end, min(part.count, index + awaited - pending.bytes.count))
        let count = pending.bytes.count + end - index
        _ = try pending.take(count, part, &index, meter)
    }

    /// Records that the line does not end in the bytes.
    mutating func markIncomplete() {
        awaited = 2 * pending.bytes.count
        hasLineFeed = false
    }

    /// Appends a line feed at the end of the body, unless it ends with one.
    mutating func finish(_ meter: (any MemoryMeter)?) throws(FormatError) {
        if pending.bytes.last != Self.lineFeed {
            let end = [Self.lineFeed]
            var index = 0
            _ = try pending.take(pending.bytes.count + 1, end.span, &index, meter)
        }
        hasLineFeed = true
        awaited = 0
    }

    /// Removes the first bytes, which have been read.
    mutating func remove(_ count: Int, _ meter: (any MemoryMeter)?) {
        awaited = 0
        guard count == pending.bytes.count else { return pending.remove(count) }
        _ = pending.takeAll(meter)
        hasLineFeed = false
    }

    private static let lineFeed = UInt8(ascii: "\n")
}
