// SPDX-License-Identifier: Apache-2.0

internal import CBytes

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
        // Without a branch, which would often be guessed wrongly where the count varies.
        let others = cbytes_nonzeros(values) &<< 1 | (last == 0 ? 0 : 1)
        count = 17 &- others.trailingZeroBitCount
    }

    /// Stores all of them.
    @inline(__always)
    func store(_ slot: ByteSlot, at place: Int) {
        slot.store(upper, at: place)
        slot.store(lower, at: place &+ 8)
        slot.store(last, at: place &+ 16)
    }
}
