// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// A set of elements of a block, by their offsets.
struct LaneSet {
    /// A bit for each element, those of eight consecutive ones in a number.
    private var bits = InlineArray<64, UInt8>(repeating: 0)
    private var all: UInt8 = 0
    /// The vectors before it have been removed.
    private var next = 0

    var isEmpty: Bool {
        @inline(always) get { all == 0 }
    }

    /// Inserts those of eight consecutive elements whose lanes are true.
    @inline(always)
    mutating func insert(_ lanes: Mask, at offset: Int) {
        let own = lanes.lanes
        bits[offset / Vector.width] = own
        all |= own
    }

    /// Removes the first eight elements, of which the last is repeated if there are fewer; `nil` if there are
    /// none.
    mutating func removeEight() -> Places? {
        var places = Places()
        while next < bits.count {
            while bits[next] != 0 {
                places.append(next &* Vector.width &+ bits[next].trailingZeroBitCount)
                bits[next] &= bits[next] &- 1
                if places.isFull { return places }
            }
            next &+= 1
        }
        return places.isEmpty ? nil : places
    }
}

/// The offsets of up to eight elements, of which the last is repeated.
struct Places {
    private var offsets = InlineArray<8, Int>(repeating: 0)
    private var count = 0

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count == Vector.width }

    subscript(_ lane: Int) -> Int {
        @inline(always) get { offsets[lane] }
    }

    /// Appends an offset to fewer than eight.
    mutating func append(_ offset: Int) {
        for lane in count..<Vector.width { offsets[lane] = offset }
        count &+= 1
    }

    /// The numbers at the offsets.
    @inline(always)
    func gather(_ numbers: Span<Double>) -> Vector {
        Vector(
            numbers[offsets[0]],
            numbers[offsets[1]],
            numbers[offsets[2]],
            numbers[offsets[3]],
            numbers[offsets[4]],
            numbers[offsets[5]],
            numbers[offsets[6]],
            numbers[offsets[7]]
        )
    }

    /// Stores numbers at the offsets from a start on.
    @inline(always)
    func scatter(
        _ values: Vector,
        from start: Int,
        into numbers: inout MutableSpan<Double>
    ) {
        for lane in 0..<Vector.width { numbers[start &+ offsets[lane]] = values[lane] }
    }
}
