// SPDX-License-Identifier: Apache-2.0

internal import CBytes

/// The characters of 17 digits: two words of eight, least significant byte first, and the last one.
struct SeventeenDigits {
    let upper: UInt64
    let lower: UInt64
    let last: UInt8
    /// The count of digits without trailing zeros.
    let count: Int

    /// Converts the values of the first 16 digits, the 16th in the least significant byte, and of
    /// the 17th.
    @inline(__always)
    init(reversed values: SIMD2<UInt64>, last: UInt8) {
        upper = values[1].byteSwapped | EightDigits.zeros
        lower = values[0].byteSwapped | EightDigits.zeros
        self.last = last &+ ASCII.zero
        // Branch-free: if the count varies, a branch would often be mispredicted.
        let nonzeros = cbytes_nonzero_mask(values) &<< 1 | (last == 0 ? 0 : 1)
        count = 17 &- nonzeros.trailingZeroBitCount
    }

    /// Stores all 17 digits.
    @inline(__always)
    func store(_ slot: ByteSlot, at place: Int) {
        slot.store(upper, at: place)
        slot.store(lower, at: place &+ 8)
        slot.store(last, at: place &+ 16)
    }
}
