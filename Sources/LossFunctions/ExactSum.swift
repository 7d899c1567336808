// SPDX-License-Identifier: Apache-2.0

/// A sum of doubles that is rounded only when it is read.
///
/// The sum is an integer multiple of 2^-1074, stored as 32-bit digits in 64-bit words: a term spans
/// two neighbouring words, and the spare bits accumulate the carries of 1,024 terms before they
/// have to be propagated. Therefore the result does not depend on the order of the terms and is
/// correctly rounded (ties to even). Intermediate sums may exceed the largest double.
///
/// After the small superaccumulator of R. M. Neal, "Fast exact summation using small and large
/// superaccumulators", arXiv:1505.05571 (2015).
package struct ExactSum: Sendable {
    /// The number of digits: a term is below 2^2098 units of 2^-1074, and 2^64 terms below 2^2162.
    private static let digits = 68
    private static let termsBeforeCarry = 1_024

    private var words: InlineArray<68, Int64> = .init(repeating: 0)
    /// The lowest and the highest digit to which a term has been added.
    private var lowest = ExactSum.digits - 1
    private var highest = 0
    private var termsUntilCarry = ExactSum.termsBeforeCarry
    /// Whether a term was infinite or NaN, so that the sum is not finite either.
    private var hasNonFiniteTerm = false

    package init() {}

    /// Whether all terms were finite.
    var hasFiniteTerms: Bool { !hasNonFiniteTerm }

    /// Adds a term.
    package mutating func add(_ term: Double) {
        let bits = term.bitPattern
        let exponent = Int(truncatingIfNeeded: bits &>> 52) & 0x7FF
        guard exponent != 0x7FF else {
            hasNonFiniteTerm = true
            return
        }
        if termsUntilCarry == 0 { carry() }
        termsUntilCarry &-= 1

        let fraction = bits & 0x000F_FFFF_FFFF_FFFF
        let significand = exponent == 0 ? fraction : fraction | 0x0010_0000_0000_0000
        let position = exponent == 0 ? 0 : exponent &- 1
        let index = position &>> 5
        let shift = UInt64(truncatingIfNeeded: position & 31)
        let low = Int64(truncatingIfNeeded: (significand &<< shift) & 0xFFFF_FFFF)
        let high = Int64(truncatingIfNeeded: significand &>> (32 &- shift))
        lowest = min(lowest, index)
        highest = max(highest, index &+ 1)
        // All ones for a negative term: (x ^ sign) - sign is then -x.
        let sign = Int64(truncatingIfNeeded: bits) &>> 63
        words[index] &+= (low ^ sign) &- sign
        words[index &+ 1] &+= (high ^ sign) &- sign
    }

    /// Adds the product of two numbers and its rounding error.
    ///
    /// The rounding error is itself a double unless the product is subnormal (T. J. Dekker,
    /// Numerische Mathematik 18, 1971).
    package mutating func add(_ left: Double, times right: Double) {
        let product = left * right
        add(product)
        add((-product).addingProduct(left, right))
    }

    /// The correctly rounded sum; infinite if it exceeds the largest double.
    package var value: Double {
        let (significand, exponent) = normalized
        return Self.scaled(significand, by: exponent)
    }

    /// The sum divided by `divisor`, without intermediate overflow or underflow.
    package func value(dividedBy divisor: Double) -> Double {
        let (significand, exponent) = normalized
        guard significand.isFinite, significand != 0, divisor.isFinite, divisor > 0 else {
            return significand / divisor
        }
        let quotient = significand / divisor.significand
        return Self.scaled(quotient, by: exponent - Int(divisor.exponent))
    }

    /// The sum as s·2^e with s rounded to 53 bits, or to fewer if the sum is subnormal.
    private var normalized: (significand: Double, exponent: Int) {
        guard !hasNonFiniteTerm else { return (.nan, 0) }
        guard lowest <= highest else { return (0, 0) }
        var sum = self
        sum.carry()
        let isNegative = sum.words[sum.top] < 0
        if isNegative { sum.negate() }

        var top = sum.top
        while top > lowest, sum.words[top] == 0 { top -= 1 }
        // Up to 96 bits from the top three digits, and a flag for nonzero digits below them.
        let third = max(top - 2, 0)
        var leading: UInt128 = 0
        for index in stride(from: top, through: third, by: -1) {
            leading = leading << 32 | UInt128(UInt64(bitPattern: sum.words[index]))
        }
        guard leading != 0 else { return (0, 0) }
        let hasMore = (min(lowest, third)..<third).contains { sum.words[$0] != 0 }
        let excess = max(0, 128 - leading.leadingZeroBitCount - 53)
        let significand = Self.rounded(leading, droppingBits: excess, hasMore: hasMore)
        let magnitude = Double(significand)
        return (isNegative ? -magnitude : magnitude, 32 * third + excess - 1_074)
    }

    /// Rounds to nearest, ties to even.
    private static func rounded(
        _ leading: UInt128,
        droppingBits excess: Int,
        hasMore: Bool
    )
        -> UInt64
    {
        let kept = UInt64(truncatingIfNeeded: leading >> UInt128(excess))
        guard excess > 0 else { return kept }
        let half = UInt128(1) << UInt128(excess - 1)
        let dropped = leading & ((half << 1) - 1)
        let roundsUp = dropped > half || dropped == half && (hasMore || kept & 1 == 1)
        return roundsUp ? kept + 1 : kept
    }

    /// Scales by a power of two: exact, unless the result is subnormal or overflows.
    private static func scaled(_ significand: Double, by exponent: Int) -> Double {
        significand.isFinite
            ? Double(sign: .plus, exponent: exponent, significand: significand) : significand
    }

    /// The digit that holds the sign, above the two digits that the carries of 2^64 terms may
    /// reach.
    private var top: Int { highest + 2 }

    /// Propagates carries, leaving every digit within 0 ..< 2^32 and the sign in the one at `top`.
    private mutating func carry() {
        for index in lowest..<top {
            words[index + 1] &+= words[index] &>> 32
            words[index] &= 0xFFFF_FFFF
        }
        termsUntilCarry = Self.termsBeforeCarry
    }

    private mutating func negate() {
        for index in lowest...top { words[index] = 0 &- words[index] }
        carry()
    }
}
