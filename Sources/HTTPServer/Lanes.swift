// SPDX-License-Identifier: Apache-2.0

/// Room for what several connections have sent, so that all are read before any is answered.
struct Lanes: ~Copyable {
    /// How many connections are read at once.
    static let count = 32
    /// How much of each: a question of a hundred numbers.
    static let length = 8 * 1_024

    /// None until there is something to read: loops of bulk content need no such room.
    private var bytes: [UInt8] = []
    private var results = [SystemCall.Transfer?](repeating: nil, count: Lanes.count)

    /// Reads what a socket has into a lane.
    mutating func read(_ socket: borrowing Descriptor, into lane: Int) {
        if bytes.isEmpty { bytes = Array(repeating: 0, count: Self.count * Self.length) }
        results[lane] = SystemCall.receive(socket, into: &bytes, Self.place(of: lane))
    }

    /// What came of the reading, once; nil where there was none.
    mutating func takeResult(of lane: Int) -> SystemCall.Transfer? {
        results[lane].take()
    }

    /// Makes sure that what nobody has taken is nobody else's.
    mutating func forget(_ lane: Int) {
        results[lane] = nil
    }

    /// The first bytes of a lane; they must not outlive their use, or the next read would copy all
    /// lanes.
    func bytes(of lane: Int, first count: Int) -> ArraySlice<UInt8> {
        bytes[Self.place(of: lane)].prefix(count)
    }

    private static func place(of lane: Int) -> Range<Int> {
        lane * length..<(lane + 1) * length
    }
}
