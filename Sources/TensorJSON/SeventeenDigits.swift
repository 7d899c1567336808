// SPDX-License-Identifier: Apache-2.0

/// Seventeen digit values: two words of eight, the first one lowest, and the last.
struct SeventeenDigits {
    /// Stands for those of `ShortestDecimal.unknown`.
    static let unknown = Self(.unknown)

    let upper: UInt64
    let lower: UInt64
    private let lastDigit: UInt8
    private let digitCount: UInt8
    private let tenExponent: Int16

    /// How many there are without the zeros at the end.
    @inline(__always)
    var count: Int { Int(digitCount) }

    /// The power of ten of the first digit.
    @inline(__always)
    var exponent: Int { Int(tenExponent) }

    /// Whether these are the digits of a decimal, and not `unknown`.
    @inline(__always)
    var isKnown: Bool { upper != 0 }

    @inline(__always)
    init(_ decimal: ShortestDecimal) {
        let middle = decimal.head / 100_000_000
        let values = EightDigits.reversedValues(
            SIMD2(middle, decimal.head &- middle &* 100_000_000)
        )
        let first = values[0]
        let second = values[1]
        upper = first.byteSwapped
        lower = second.byteSwapped
        lastDigit = UInt8(truncatingIfNeeded: decimal.last)
        tenExponent = Int16(truncatingIfNeeded: decimal.exponent)
        let sixteen =
            second == 0
            ? 8 &- (first.trailingZeroBitCount &>> 3) : 16 &- (second.trailingZeroBitCount &>> 3)
        // 17 if the last is not 0, without a branch on that.
        let mask = 0 &- Int(truncatingIfNeeded: (decimal.last &+ 15) &>> 4)
        digitCount = UInt8(truncatingIfNeeded: sixteen ^ ((sixteen ^ 17) & mask))
    }

    /// Stores all of them as text.
    @inline(__always)
    func store(_ slot: ByteSlot, at place: Int) {
        slot.store(upper | EightDigits.zeros, at: place)
        slot.store(lower | EightDigits.zeros, at: place &+ 8)
        slot.store(Character8.zero &+ lastDigit, at: place &+ 16)
    }
}
