// SPDX-License-Identifier: Apache-2.0

import TensorJSON

/// The bytes of a header, collected until it is complete.
struct PendingBytes: Sendable {
    private(set) var bytes: [UInt8] = []

    /// The memory in use, in bytes.
    var footprint: Int { bytes.capacity }

    /// Collects bytes from `index` on until there are `count`; returns whether there are.
    ///
    /// - Throws: an error if memory is exhausted.
    mutating func take(
        _ count: Int,
        _ part: Span<UInt8>,
        _ index: inout Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) -> Bool {
        let taken = min(count - bytes.count, part.count - index)
        try reserve(taken, meter)
        bytes.append(copying: part.extracting(index..<index + taken))
        index += taken
        return bytes.count == count
    }

    private mutating func reserve(
        _ count: Int,
        _ meter: (any MemoryMeter)?
    ) throws(FormatError) {
        let needed = bytes.count + count
        guard needed > bytes.capacity else { return }
        // While the array grows, the old and the new storage both exist.
        let capacity = max(needed, 2 * bytes.capacity)
        let held = footprint
        guard meter?.take(capacity) ?? true else { throw .memoryExhausted }
        bytes.reserveCapacity(capacity)
        meter?.giveBack(capacity)
        guard meter?.take(footprint - held) ?? true else { throw .memoryExhausted }
    }

    /// Reads all the bytes, of which none is left; they are charged until they have been read.
    mutating func readAll<Result>(
        _ meter: (any MemoryMeter)?,
        _ read: ([UInt8]) throws(FormatError) -> Result
    ) throws(FormatError) -> Result {
        let taken = takeAll(nil)
        defer { meter?.giveBack(taken.capacity) }
        return try read(taken)
    }

    /// Removes the first bytes.
    mutating func remove(_ count: Int) { bytes.removeFirst(count) }

    /// Returns the bytes, of which none is left.
    mutating func takeAll(_ meter: (any MemoryMeter)?) -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        meter?.giveBack(taken.capacity)
        return taken
    }
}

extension Sequence<UInt8> {
    /// The integer of which these are the bytes, the least significant first; at most eight.
    var littleEndianInteger: UInt64 { reversed().reduce(0) { $0 << 8 | UInt64($1) } }
}

extension [UInt8] {
    /// Appends the bytes of an integer, the least significant first.
    mutating func append(littleEndian integer: some FixedWidthInteger) {
        for place in 0..<integer.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: integer >> (8 * place)))
        }
    }
}
