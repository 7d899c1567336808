// SPDX-License-Identifier: Apache-2.0

/// The sum of up to 512 terms of like sizes, eight at a time, without rounding; it knows when it
/// failed.
///
/// A large start value s rounds a term x to q = (s + x) - s, a multiple of the last place of s.
/// As long as the running sum s stays within the binade it began in, s + q is exact, and so is the
/// rest x - q, the rounding error of s + x (S. M. Rump, T. Ogita, S. Oishi, "Accurate
/// floating-point summation I", SIAM J. Sci. Comput. 31, 2008; as running sums: J. Demmel,
/// H. D. Nguyen, "Parallel reproducible summation", IEEE Trans. Comput. 64, 2015). The rests go
/// through a second sum in the same way. Where they leave nothing, both sums together are the sum
/// of the terms to the last bit, in whatever lanes the terms were.
///
/// With terms below 2^b, of which a lane takes at most 128, a sum moves by at most 2^(b+7). It
/// begins at 1.5·2^(b+9), from where that is half the way to the end of the binade. Its last place
/// is 2^(b-43), so that rests are at most 2^(b-44); the second sum begins at 1.5·2^(b-35), and its
/// last place is 2^(b-87). Every term of at least 2^(b-35) is a multiple of that.
struct LaneSum {
    private static var exponents: ClosedRange<Int> { -800...900 }

    private let highStart: Double
    private let lowStart: Double
    private var high: Vector
    private var low: Vector
    /// What carries the bits of a magnitude that is too large into the sign bit.
    private let margin: UInt64
    private var excess = Bits()
    private var rest = Bits()

    /// A sum of terms whose magnitudes are below 2^`exponent`, or nil where that is too near to
    /// the ends of the range of doubles.
    @inline(__always)
    init?(below exponent: Int) {
        guard Self.exponents.contains(exponent) else { return nil }
        highStart = Double(sign: .plus, exponent: exponent + 9, significand: 1.5)
        lowStart = Double(sign: .plus, exponent: exponent - 35, significand: 1.5)
        high = Vector(repeating: highStart)
        low = Vector(repeating: lowStart)
        margin = (1 << 63) - Double(sign: .plus, exponent: exponent, significand: 1).bitPattern
    }

    /// Adds eight terms.
    @inline(__always)
    mutating func add(_ terms: Vector) {
        excess |= (terms.bits & 0x7FFF_FFFF_FFFF_FFFF) &+ margin
        let sum = high + terms
        let rests = terms - (sum - high)
        high = sum
        let sumOfRests = low + rests
        // Equal, but for the sign of a zero, where nothing is left.
        rest |= (sumOfRests - low).bits ^ rests.bits
        low = sumOfRests
    }

    /// Two numbers whose sum is that of the terms; nil unless every term was below the bound and
    /// the two sums have taken all of each.
    ///
    /// A lane has moved by at most 2^(b+7), in steps of 2^(b-43), so that eight add up without
    /// rounding. Likewise for the rests.
    var sums: (Double, Double)? {
        // A rest of any bits but the first is what the sums have not taken.
        let left = (rest & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x7FFF_FFFF_FFFF_FFFF
        guard !(excess | left).hasSign else { return nil }
        return ((high - highStart).sum(), (low - lowStart).sum())
    }
}

extension Vector {
    /// The product with another vector, and its rounding error, which is a double itself unless
    /// the product is too small.
    ///
    /// Without a fused multiply-add the factors are split into halves of 26 bits, whose products
    /// are exact (T. J. Dekker, "A floating-point technique for extending the available
    /// precision", Numerische Mathematik 18, 1971); they must then be below 2^900.
    @inline(__always)
    func product(with other: Vector) -> (value: Vector, error: Vector) {
        let product = self * other
        #if FUSED || arch(arm64)
        return (product, Vector.multiplyAdd(self, other, -product))
        #else
        let (high, low) = halves
        let (otherHigh, otherLow) = other.halves
        let error = ((high * otherHigh - product) + high * otherLow + low * otherHigh)
        return (product, error + low * otherLow)
        #endif
    }

    #if !(FUSED || arch(arm64))
    private var halves: (high: Vector, low: Vector) {
        @inline(__always) get {
            let shifted = 0x8000001p0 * self
            let high = shifted - (shifted - self)
            return (high, self - high)
        }
    }
    #endif
}
