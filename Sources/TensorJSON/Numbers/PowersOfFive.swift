// SPDX-License-Identifier: Apache-2.0

/// A table of powers of five to 128 bits, for reading and writing, and of small powers of ten.
///
/// The entry for `q` is `5^q`, scaled by a power of two into `2^127 ..< 2^128` and truncated. The
/// entries from -27 to -1 are rounded up instead, as the Eisel-Lemire algorithm requires: the
/// product with a multiple of `5^-q` is then exact (Lemire, "Number Parsing at a Gigabyte per
/// Second", 2021, section 6). The entries from 0 to 55 are exact.
///
/// The table is computed once, at first use, with exact integer arithmetic.
struct PowersOfFive: Sendable {
    /// The range of exponents.
    ///
    /// Below the first, a 20-digit significand still rounds to zero; the writer scales the smallest
    /// subnormal by the last.
    static let exponents = -342...324
    /// The shared table.
    static let table = Self()

    private let words: WordTable<1350>

    private init() {
        var words: [UInt64] = []
        for entry in Self.entries() { words += [entry.high, entry.low] }
        var ten: UInt64 = 1
        for _ in 0..<16 {
            words.append(ten)
            ten *= 10
        }
        self.words = WordTable(words)
    }

    /// The upper and the lower word of the entry for an exponent.
    @inline(__always)
    subscript(q: Int) -> (high: UInt64, low: UInt64) {
        let place = q &- Self.exponents.lowerBound
        precondition(UInt(bitPattern: place) < 667, "the exponent is outside the table")
        return (words[2 &* place], words[2 &* place &+ 1])
    }

    /// `10^n` for an n from 0 to 15.
    @inline(__always)
    func ten(to n: Int) -> UInt64 { words[2 &* 667 &+ (n & 15)] }

    /// The floor of the binary logarithm of `10^q`.
    ///
    /// Exact for |q| up to 1233: the multiplier is log2(10) scaled by 2^19.
    @inline(__always)
    static func binaryExponent(ofTenTo q: Int) -> Int { (q &* 1_741_647) >> 19 }

    private static func entries() -> [(high: UInt64, low: UInt64)] {
        var entries: [(high: UInt64, low: UInt64)] = []
        // Dividing 2^1023 by five repeatedly keeps 128 correct bits to the end: 5^342 < 2^795.
        var number = LongInteger(powerOfTwo: 1023)
        for q in stride(from: -1, through: exponents.lowerBound, by: -1) {
            number.divideByFive()
            var entry = number.leadingBits
            if q >= -27 {
                entry.low &+= 1
                entry.high += entry.low == 0 ? 1 : 0
            }
            entries.append(entry)
        }
        entries.reverse()
        number = LongInteger(powerOfTwo: 0)
        for _ in 0...exponents.upperBound {
            entries.append(number.leadingBits)
            number.multiplyByFive()
        }
        return entries
    }
}
