// SPDX-License-Identifier: Apache-2.0

/// Arithmetic on eight decimal digits in one word, the first digit in the least significant byte.
///
/// SIMD within a register, after Mula and Lemire, "Faster integer parsing" (2018), and its inverse.
enum EightDigits {
    /// The character `0` in each byte.
    static let zeros: UInt64 = 0x3030_3030_3030_3030

    /// Sets the top bit of the first byte that is not a digit, and possibly of bytes after it.
    ///
    /// Adding 0x46 sets the top bit of a byte above `9`, and subtracting 0x30 that of a byte below
    /// `0`. Carries and borrows reach only bytes after the first non-digit.
    @inline(__always)
    static func nonDigits(_ text: UInt64) -> UInt64 {
        ((text &+ 0x4646_4646_4646_4646) | (text &- zeros)) & 0x8080_8080_8080_8080
    }

    /// The count of digits before the first non-digit: 0 to 8.
    @inline(__always)
    static func count(_ nonDigits: UInt64) -> Int {
        nonDigits.trailingZeroBitCount &>> 3
    }

    /// The value of the first `count` digits; 0 if `count` is 0.
    @inline(__always)
    static func number(_ text: UInt64, first count: Int) -> UInt64 {
        // Shifts the last digit into the top byte, and leading zeros into the bytes below. Two
        // shifts are needed because a masking shift by 64 has no effect.
        let half = UInt64(truncatingIfNeeded: 4 &* (8 &- count))
        return sum(((text &- zeros) &<< half) &<< half)
    }

    /// A mask of the bytes before the first non-digit.
    @inline(__always)
    static func mask(before nonDigits: UInt64) -> UInt64 {
        // All bits below the byte with the lowest marked bit; all bits if none is marked.
        ((nonDigits & (0 &- nonDigits)) &>> 7) &- 1
    }

    /// Combines eight digit values into their number: pairs, then fours, then all eight.
    @inline(__always)
    static func sum(_ digits: UInt64) -> UInt64 {
        let pairs = digits &* 10 &+ (digits &>> 8)
        let first = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064  // 10^6, 10^2
        let second = ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001  // 10^4, 1
        return (first &+ second) &>> 32
    }

    /// Combines two groups of eight digit values into two numbers, like `sum`.
    ///
    /// This uses the vector units, which are otherwise idle: the integer units limit the speed of
    /// reading.
    @inline(__always)
    static func numbers(_ digits: SIMD2<UInt64>) -> SIMD2<UInt64> {
        // The product has ten times the first digit plus the second one in its upper byte.
        let twos = SIMD2(quarters: (digits.quarters &* (10 &<< 8 &+ 1)) &>> 8).halves
        let fours = SIMD2(halves: (twos & 0xFFFF) &* 100 &+ (twos &>> 16))
        return (fours & 0xFFFF_FFFF) &* 10_000 &+ (fours &>> 32)
    }

    /// The sixteen digit values (0 to 9, not characters) of a number below 10^16, the last digit in
    /// the least significant byte.
    ///
    /// Splits the number into halves, quarters, pairs and digits: adding `q * (2^16 - 100)`
    /// subtracts `100 * q` from a part and puts `q` into the part above. Divisions are
    /// multiplications by a rounded reciprocal, which are exact in the ranges that occur: by 10,000
    /// below 10^8, by 100 below 10^4, by 10 below 100. The vectors have 128 bits, the width that
    /// every supported processor has.
    @inline(__always)
    static func reversedValues(_ number: UInt64) -> SIMD2<UInt64> {
        let upper = number / 100_000_000
        let eights = SIMD2<UInt64>(
            truncatingIfNeeded: (number &+ upper &* (0x1_0000_0000 - 100_000_000)).halves
        )
        let thousands = ((eights & 0xFFFF_FFFF) &* 3_518_437_209) &>> 45
        let fours = eights &+ (thousands & 0xFFFF_FFFF) &* (0x1_0000_0000 - 10_000)
        // The mask has no effect but tells the compiler that the factors have 14 bits.
        let hundreds = SIMD2(halves: ((fours.halves & 0x3FFF) &* 5243) &>> 19)
        let twos =
            SIMD2(quarters: fours.quarters &- hundreds.quarters &* 100) &+ (hundreds &<< 16)
        let tens = SIMD8<UInt16>(
            truncatingIfNeeded: (SIMD8<UInt32>(truncatingIfNeeded: twos.quarters) &* 6554) &>> 16
        )
        return SIMD2(quarters: twos.quarters &+ tens &* (0x100 - 10))
    }
}
