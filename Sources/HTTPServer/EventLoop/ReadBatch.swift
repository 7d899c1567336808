// SPDX-License-Identifier: Apache-2.0

/// Buffers for the first read of each connection in a batch, so that all are read before any is
/// processed.
struct ReadBatch: ~Copyable {
    /// The maximum number of connections in a batch.
    static let count = 32
    /// The number of bytes read from each: the size of a request with a hundred numbers.
    static let length = 8 * 1_024

    /// Allocated at the first read, because bulk loops do not need it.
    private var bytes: [UInt8] = []
    private var results = [SystemCall.Transfer?](repeating: nil, count: ReadBatch.count)

    /// Reads from a socket into a slot.
    mutating func read(_ socket: borrowing Descriptor, into slot: Int) {
        if bytes.isEmpty { bytes = Array(repeating: 0, count: Self.count * Self.length) }
        results[slot] = SystemCall.receive(socket, into: &bytes, Self.range(of: slot))
    }

    /// Takes the result of the read into a slot, once; `nil` if there is none.
    mutating func takeResult(of slot: Int) -> SystemCall.Transfer? {
        results[slot].take()
    }

    /// Discards an unread result so that the next connection cannot see it.
    mutating func clear(_ slot: Int) {
        results[slot] = nil
    }

    /// Returns the first bytes of a slot; the slice must not outlive its use, or the next read
    /// would copy the whole buffer.
    func bytes(of slot: Int, first count: Int) -> ArraySlice<UInt8> {
        bytes[Self.range(of: slot)].prefix(count)
    }

    private static func range(of slot: Int) -> Range<Int> {
        slot * length..<(slot + 1) * length
    }
}
