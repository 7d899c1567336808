// SPDX-License-Identifier: Apache-2.0

/// Eight decimal digits at once, in the bytes of one word, the first digit lowest.
///
/// Arithmetic within a register after Mula and Lemire, "Faster integer parsing" (2018), and its
/// inverse.
enum EightDigits {
    /// The character `0` in every byte.
    static let zeros: UInt64 = 0x3030_3030_3030_3030

    /// Marks the top bit of the first byte that is no digit, and perhaps of bytes after it.
    ///
    /// A byte above `9` sets its top bit when 0x46 is added, one below `0` when 0x30 is taken
    /// away. Carries and borrows only go to bytes after the first that is no digit.
    @inline(__always)
    static func breaks(_ text: UInt64) -> UInt64 {
        ((text &+ 0x4646_4646_4646_4646) | (text &- zeros)) & 0x8080_8080_8080_8080
    }

    /// How many digits come before the first break: 0 to 8.
    @inline(__always)
    static func count(_ breaks: UInt64) -> Int {
        breaks.trailingZeroBitCount &>> 3
    }

    /// The number that the first `count` of eight bytes write; 0 if none.
    @inline(__always)
    static func number(_ text: UInt64, first count: Int) -> UInt64 {
        // Moves the last digit into the top byte; what comes in below are leading zeros. In two
        // halves, because a shift by 64 would be none.
        let half = UInt64(truncatingIfNeeded: 4 &* (8 &- count))
        return sum(((text &- zeros) &<< half) &<< half)
    }

    /// Sets all bits of the bytes before the first break.
    @inline(__always)
    static func mask(before breaks: UInt64) -> UInt64 {
        // All bits below the byte that the lowest mark is in; all bits without a mark.
        ((breaks & (0 &- breaks)) &>> 7) &- 1
    }

    /// Adds up eight digit values: pairs, then fours, then all.
    @inline(__always)
    static func sum(_ digits: UInt64) -> UInt64 {
        let pairs = digits &* 10 &+ (digits &>> 8)
        let first = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064  // 10^6, 10^2
        let second = ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001  // 10^4, 1
        return (first &+ second) &>> 32
    }

    /// The two numbers that twice eight digit values write.
    ///
    /// As `sum`, but in the vector registers, which have nothing else to do: the processor's
    /// integer units are what limits the speed of reading.
    @inline(__always)
    static func numbers(_ digits: SIMD2<UInt64>) -> SIMD2<UInt64> {
        let pairs = (digits &<< 3) &+ (digits &<< 1) &+ (digits &>> 8)
        let odd = pairs & 0x0000_00FF_0000_00FF
        let even = (pairs &>> 16) & 0x0000_00FF_0000_00FF
        return (odd & 0xFFFF_FFFF) &* 1_000_000 &+ (odd &>> 32) &* 100
            &+ (even & 0xFFFF_FFFF) &* 10_000 &+ (even &>> 32)
    }

    /// The sixteen digit values (0 to 9, not characters) of a number below 10^16, the last digit
    /// lowest.
    ///
    /// Halves, then quarters, then pairs, then digits: to take `100 * q` from a part and put `q`
    /// into the part above is to add `q * (2^16 - 100)`. Divisions are multiplications by a rounded
    /// reciprocal, exact in the ranges that occur: by 10,000 below 10^8, by 100 below 10^4, by 10
    /// below 100. In vectors of 128 bits, of which every processor that this runs on is capable.
    @inline(__always)
    static func reversedValues(_ number: UInt64) -> SIMD2<UInt64> {
        let upper = number / 100_000_000
        let eights = SIMD2<UInt64>(
            truncatingIfNeeded: (number &+ upper &* (0x1_0000_0000 - 100_000_000)).halves
        )
        let thousands = ((eights & 0xFFFF_FFFF) &* 3_518_437_209) &>> 45
        let fours = eights &+ (thousands & 0xFFFF_FFFF) &* (0x1_0000_0000 - 10_000)
        // A mask that changes nothing, but shows that numbers of 14 bits are multiplied.
        let hundreds = SIMD2(halves: ((fours.halves & 0x3FFF) &* 5243) &>> 19)
        let twos =
            SIMD2(quarters: fours.quarters &- hundreds.quarters &* 100) &+ (hundreds &<< 16)
        let tens = SIMD8<UInt16>(
            truncatingIfNeeded: (SIMD8<UInt32>(truncatingIfNeeded: twos.quarters) &* 6554) &>> 16
        )
        return SIMD2(quarters: twos.quarters &+ tens &* (0x100 - 10))
    }
}
