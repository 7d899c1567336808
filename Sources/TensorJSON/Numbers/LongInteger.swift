// SPDX-License-Identifier: Apache-2.0

/// A non-negative integer of 1,024 bits.
struct LongInteger {
    /// The least significant word first.
    private var words: [UInt64]

    init(powerOfTwo exponent: Int) {
        words = [UInt64](repeating: 0, count: 16)
        words[exponent / 64] = 1 << UInt64(exponent % 64)
    }

    mutating func multiplyByFive() {
        var carry: UInt64 = 0
        for place in words.indices {
            let product = words[place].multipliedFullWidth(by: 5)
            let (sum, overflow) = product.low.addingReportingOverflow(carry)
            words[place] = sum
            carry = product.high + (overflow ? 1 : 0)
        }
    }

    mutating func divideByFive() {
        let divisor: UInt64 = 5
        var remainder: UInt64 = 0
        for place in words.indices.reversed() {
            let dividend = (high: remainder, low: words[place])
            (words[place], remainder) = divisor.dividingFullWidth(dividend)
        }
    }

    /// The number of bits without leading zeros.
    var bitCount: Int {
        guard let top = words.lastIndex(where: { $0 != 0 }) else { return 0 }
        return 64 * (top + 1) - words[top].leadingZeroBitCount
    }

    /// The 128 bits that start with the leading 1, padded with zeros.
    var leadingBits: (high: UInt64, low: UInt64) {
        guard let top = words.lastIndex(where: { $0 != 0 }) else { return (0, 0) }
        let first = words[top]
        let second = top > 0 ? words[top - 1] : 0
        let third = top > 1 ? words[top - 2] : 0
        let shift = first.leadingZeroBitCount
        // Swift's smart shift by 64 yields zero.
        return (first << shift | second >> (64 - shift), second << shift | third >> (64 - shift))
    }
}
