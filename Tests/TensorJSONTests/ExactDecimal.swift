// SPDX-License-Identifier: Apache-2.0

/// A non-negative number with all of its decimal digits.
///
/// Doubles and the midpoints between them are integer multiples of a power of two, so their decimal
/// expansions terminate. Writing them without rounding gives test cases with a known result.
struct ExactDecimal {
    /// The least significant digit first.
    private var digits: [UInt8]
    /// The count of digits after the point.
    private var fractionCount = 0

    /// The number `significand * 2^exponent`.
    init(_ significand: UInt64, timesTwoTo exponent: Int) {
        digits = String(significand).utf8.reversed().map { $0 - 0x30 }
        for _ in 0..<max(exponent, 0) { multiply(by: 2) }
        // Halving is multiplying by five and shifting the point.
        for _ in 0..<max(-exponent, 0) { multiply(by: 5) }
        fractionCount = max(-exponent, 0)
    }

    /// The midpoint between a finite, non-negative double and the next larger one.
    init(halfAbove value: Double) {
        let bits = value.bitPattern
        let field = Int(bits >> 52)
        let fraction = bits & 0x000F_FFFF_FFFF_FFFF
        let significand = field == 0 ? fraction : fraction | 0x0010_0000_0000_0000
        self.init(2 * significand + 1, timesTwoTo: max(field, 1) - 1076)
    }

    /// The number as JSON text.
    var text: String {
        var digits = digits
        while digits.count > fractionCount + 1, digits.last == 0 { digits.removeLast() }
        while digits.count <= fractionCount { digits.append(0) }
        let written = digits.reversed().map { Character(Unicode.Scalar($0 + 0x30)) }
        let whole = String(written.prefix(written.count - fractionCount))
        return fractionCount == 0 ? whole : whole + "." + String(written.suffix(fractionCount))
    }

    /// The text of a number that is larger by much less than the spacing of doubles.
    var textAbove: String { text + (fractionCount == 0 ? "." : "") + "0000000001" }

    /// The text of a number that is smaller by much less than the spacing of doubles.
    var textBelow: String {
        var less = self
        if let place = less.digits.firstIndex(where: { $0 != 0 }) {
            less.digits[place] -= 1
            for lower in 0..<place { less.digits[lower] = 9 }
        }
        return less.text + (fractionCount == 0 ? "." : "") + "9999999999"
    }

    private mutating func multiply(by factor: UInt8) {
        var carry: UInt8 = 0
        for place in digits.indices {
            let product = digits[place] * factor + carry
            digits[place] = product % 10
            carry = product / 10
        }
        if carry > 0 { digits.append(carry) }
    }
}
