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

    private var high: RunningSum
    private var low: RunningSum
    private var failure: Failure

    /// Starts a sum of terms with magnitudes below 2^`exponent`.
    ///
    /// `nil` means that the bound is too close to the ends of the range of doubles.
    @inline(always)
    init?(below exponent: Int) {
        guard Self.exponents.contains(exponent) else { return nil }
        high = RunningSum(below: exponent)
        low = RunningSum(below: exponent - RunningSum.bits)
        failure = Failure(below: exponent)
    }

    /// Adds eight terms.
    @inline(always)
    mutating func add(_ terms: Vector) {
        failure.check(terms, tails: low.add(high.add(terms)))
    }

    /// Two doubles whose sum is the sum of the terms; `nil` if a term was not below the bound or
    /// the two sums have lost bits.
    var sums: (Double, Double)? { failure.hasOccurred ? nil : (high.total, low.total) }
}

/// An exact sum as `LaneSum`, of terms that differ more in magnitude: those of at least 2^(b-79).
///
/// Squares differ twice as much as what is squared. A third running sum accumulates the tails of the second,
/// which has an ulp of 2^(b-87), and has an ulp of 2^(b-131) itself.
struct WideLaneSum {
    private static var exponents: ClosedRange<Int> { -800...900 }

    private var high: RunningSum
    private var middle: RunningSum
    private var low: RunningSum
    private var failure: Failure

    /// Starts a sum as `LaneSum.init` does.
    @inline(always)
    init?(below exponent: Int) {
        guard Self.exponents.contains(exponent) else { return nil }
        high = RunningSum(below: exponent)
        middle = RunningSum(below: exponent - RunningSum.bits)
        low = RunningSum(below: exponent - 2 * RunningSum.bits)
        failure = Failure(below: exponent)
    }

    /// Adds eight terms.
    @inline(always)
    mutating func add(_ terms: Vector) {
        failure.check(terms, tails: low.add(middle.add(high.add(terms))))
    }

    /// Three doubles whose sum is the sum of the terms; `nil` if a term was not below the bound or
    /// the sums have lost bits.
    var sums: (Double, Double, Double)? {
        failure.hasOccurred ? nil : (high.total, middle.total, low.total)
    }
}

/// One of several running sums, in eight lanes.
private struct RunningSum {
    /// The bits of terms that a sum takes: its tails are below 2^-44 of the bound of the terms.
    static var bits: Int { 44 }

    private let start: Double
    private var sum: Vector

    /// Starts a sum of terms with magnitudes below 2^`exponent`.
    @inline(always)
    init(below exponent: Int) {
        start = Double(sign: .plus, exponent: exponent + 9, significand: 1.5)
        sum = Vector(repeating: start)
    }

    /// Adds eight terms and returns their tails.
    @inline(always)
    mutating func add(_ terms: Vector) -> Vector {
        let next = sum + terms
        let tails = terms - (next - sum)
        sum = next
        return tails
    }

    /// The sum of the lanes.
    ///
    /// A lane has changed by at most 2^(b+7), in multiples of 2^(b-43), so it is exact.
    @inline(always)
    var total: Double { (sum - start).sum() }
}

/// Whether a term was not below the bound, or the last of several running sums has left tails.
private struct Failure {
    /// The addend that carries into the sign bit if a magnitude is not below the bound.
    private let margin: UInt64
    private var exceedsBound = Bits()
    private var lostBits = Bits()

    @inline(always)
    init(below exponent: Int) {
        margin = (1 << 63) - Double(sign: .plus, exponent: exponent, significand: 1).bitPattern
    }

    @inline(always)
    mutating func check(_ terms: Vector, tails: Vector) {
        exceedsBound |= (terms.bits & 0x7FFF_FFFF_FFFF_FFFF) &+ margin
        lostBits |= tails.bits
    }

    @inline(always)
    var hasOccurred: Bool {
        // Any bit but the sign bit indicates a loss: a tail of 0 may have a sign.
        let isLossy = (lostBits & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x7FFF_FFFF_FFFF_FFFF
        return (exceedsBound | isLossy).hasSign
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
