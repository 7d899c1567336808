// SPDX-License-Identifier: Apache-2.0

/// Division by one number, over and over, each quotient correctly rounded.
///
/// With a fused multiply-add, y = 1/d rounded, and q within an ulp of x/d, the remainder r = x - dq
/// is exact, and q + ry rounded is x/d rounded (P. W. Markstein, "Computation of elementary
/// functions on the IBM RISC System/6000 processor", IBM J. Res. Dev. 34, 1990): five operations in
/// place of a division that takes as long as ten or more. That is for numbers so far from the ends
/// of their range that nothing overflows or underflows on the way; others are divided.
struct Divider {
    private let divisor: Double
    /// Infinities and NaN among the quotients have left their mark in the sign bits.
    private var carries = Bits()

    #if FUSED || arch(arm64)
    private static var least: Double { 0x1p-400 }
    private static var most: Double { 0x1p400 }
    private let inverse: Double
    private let isModerate: Bool
    #endif

    init(_ divisor: Double) {
        self.divisor = divisor
        #if FUSED || arch(arm64)
        inverse = 1 / divisor
        isModerate = divisor >= Self.least && divisor <= Self.most
        #endif
    }

    @inline(__always)
    mutating func quotient(of x: Vector) -> Vector {
        #if FUSED || arch(arm64)
        let bits = x.bits & 0x7FFF_FFFF_FFFF_FFFF
        // The first bit tells of what is too small but not 0, or too large.
        let isSmall = (bits &- Self.least.bitPattern) & ~(bits &- 1)
        let isLarge = Self.most.bitPattern &- bits
        guard isModerate, !(isSmall | isLarge).hasSign else { return divided(x) }
        let negative = Vector(repeating: -divisor)
        let inverse = Vector(repeating: inverse)
        let guess = x * inverse
        let near = Vector.multiplyAdd(Vector.multiplyAdd(negative, guess, x), inverse, guess)
        let quotient = Vector.multiplyAdd(Vector.multiplyAdd(negative, near, x), inverse, near)
        // The sign of a zero is lost on the way.
        return Vector(bits: quotient.bits | (x.bits & 0x8000_0000_0000_0000))
        #else
        return divided(x)
        #endif
    }

    @inline(__always)
    private mutating func divided(_ x: Vector) -> Vector {
        let quotient = x / divisor
        // One more in the exponent carries into the sign bit for infinities and NaN alone.
        carries |= (quotient.bits & 0x7FFF_FFFF_FFFF_FFFF) &+ 0x0010_0000_0000_0000
        return quotient
    }

    /// Whether every quotient was finite.
    var isFinite: Bool {
        !carries.hasSign
    }
}
