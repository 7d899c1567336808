// SPDX-License-Identifier: Apache-2.0

/// An exact sum of up to 512 terms of similar magnitude, eight at a time, that detects failure.
///
/// A large start value s rounds a term x to q = (s + x) - s, a multiple of the ulp of s. As long as
/// the running sum s stays in its initial binade, s + q is exact, and so is the tail x - q, the
/// rounding error of s + x (S. M. Rump, T. Ogita, S. Oishi, "Accurate floating-point summation I",
/// SIAM J. Sci. Comput. 31, 2008; with running sums: J. Demmel, H. D. Nguyen, "Parallel
/// reproducible summation", IEEE Trans. Comput. 64, 2015). A second running sum accumulates the
/// tails in the same way. If it leaves no tails, the two sums together equal the sum of the terms
/// exactly, in whatever lanes the terms were.
///
/// A lane receives at most 128 terms, so with terms below 2^b a sum changes by at most 2^(b+7). It
/// starts at 1.5·2^(b+9), which leaves twice that distance to either end of the binade. Its ulp is
/// 2^(b-43), so tails are at most 2^(b-44); the second sum starts at 1.5·2^(b-35) with an ulp of
/// 2^(b-87). Every term of at least 2^(b-35) is a multiple of that ulp.
struct LaneSum {
    private static var exponents: ClosedRange<Int> { -800...900 }

    private let highStart: Double
    private let lowStart: Double
    private var high: Vector
    private var low: Vector
    /// The addend that carries into the sign bit if a magnitude is not below the bound.
    private let margin: UInt64
    private var exceedsBound = Bits()
    private var lostBits = Bits()

    /// Starts a sum of terms with magnitudes below 2^`exponent`.
    ///
    /// `nil` means that the bound is too close to the ends of the range of doubles.
    @inline(always)
    init?(below exponent: Int) {
        guard Self.exponents.contains(exponent) else { return nil }
        highStart = Double(sign: .plus, exponent: exponent + 9, significand: 1.5)
        lowStart = Double(sign: .plus, exponent: exponent - 35, significand: 1.5)
        high = Vector(repeating: highStart)
        low = Vector(repeating: lowStart)
        margin = (1 << 63) - Double(sign: .plus, exponent: exponent, significand: 1).bitPattern
    }

    /// Adds eight terms.
    @inline(always)
    mutating func add(_ terms: Vector) {
        exceedsBound |= (terms.bits & 0x7FFF_FFFF_FFFF_FFFF) &+ margin
        let sum = high + terms
        let tails = terms - (sum - high)
        high = sum
        let sumOfTails = low + tails
        // If no bits are lost, the two differ at most in the sign of a zero.
        lostBits |= (sumOfTails - low).bits ^ tails.bits
        low = sumOfTails
    }

    /// Two doubles whose sum is the sum of the terms; `nil` if a term was not below the bound or
    /// the two sums have lost bits.
    ///
    /// A lane has changed by at most 2^(b+7), in multiples of 2^(b-43), so the sum of the eight
    /// lanes is exact. The same holds for the tails.
    var sums: (Double, Double)? {
        // Any bit but the sign bit indicates a loss.
        let isLossy = (lostBits & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x7FFF_FFFF_FFFF_FFFF
        guard !(exceedsBound | isLossy).hasSign else { return nil }
        return ((high - highStart).sum(), (low - lowStart).sum())
    }
}

extension Vector {
    /// The product with another vector, and its rounding error (TwoProduct).
    ///
    /// The error is itself a double unless the product is below 2^-960 or infinite.
    @inline(always)
    func product(with other: Vector) -> (value: Vector, error: Vector) {
        let product = self * other
        return (product, Vector.multiplyAdd(self, other, -product))
    }
}
