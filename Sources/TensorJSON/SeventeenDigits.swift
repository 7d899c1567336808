// SPDX-License-Identifier: Apache-2.0

/// The digits of a decimal: two words of eight characters, the first one lowest, and the last.
struct SeventeenDigits {
    let upper: UInt64
    let lower: UInt64
    let last: UInt8
    /// How many there are without the zeros at the end.
    let count: Int

    /// Takes the values of the first sixteen, the sixteenth lowest, and the seventeenth.
    @inline(__always)
    init(reversed values: SIMD2<UInt64>, last: UInt8) {
        upper = values[1].byteSwapped | EightDigits.zeros
        lower = values[0].byteSwapped | EightDigits.zeros
        self.last = last &+ Character8.zero
        // The last eight digits in one word: mostly one of them is not 0.
        let end = values[0] &<< 8 | UInt64(last)
        count = end != 0 ? 17 &- end.trailingZeroBitCount &>> 3 : Self.count(values)
    }

    /// How many of the first nine there are without the zeros at the end.
    @inline(__always)
    private static func count(_ values: SIMD2<UInt64>) -> Int {
        let end = values[1] &<< 8 | values[0] &>> 56
        return end != 0 ? 9 &- end.trailingZeroBitCount &>> 3 : 1
    }

    /// Stores all of them.
    @inline(__always)
    func store(_ slot: ByteSlot, at place: Int) {
        slot.store(upper, at: place)
        slot.store(lower, at: place &+ 8)
        slot.store(last, at: place &+ 16)
    }
}
