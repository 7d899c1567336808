// SPDX-License-Identifier: Apache-2.0

/// A positive number, and the exact remainders of others modulo a quarter of it.
///
/// Remainders are multiplied by the power of two that brings the period to [2^500, 2^501), so that
/// those that matter are normal numbers.
struct Period: Sendable {
    /// The greatest quotient for which one step leaves the exact remainder.
    private static var limit: Double { 0x1p40 }

    /// The period, and its form m 2^k with 1 <= m < 2.
    private let value: Double
    let significand: Double
    let exponent: Double
    /// Two powers of two whose product scales remainders.
    private let scales: (Vector, Vector)

    init(_ value: Double) {
        self.value = value
        significand = value.significand
        exponent = Double(value.exponent)
        scales = Self.powers(ofTwo: 500 - exponent)
    }

    /// Two numbers whose product is 2^n for an integer n up to 2,000.
    static func powers(ofTwo n: Double) -> (Vector, Vector) {
        let n = Vector(repeating: n)
        let half = n.halfRounded
        return (.power(ofTwo: half), .power(ofTwo: n - half))
    }

    /// A number as a multiple of a quarter of the period and a remainder of about an eighth of it, or
    /// less.
    struct Reduced {
        /// Bits of which the last two are those of the multiple.
        let quarters: Bits
        /// The remainder, scaled.
        let remainder: TwoDoubles
        /// The elements that are too large for one step, and have no valid remainder.
        let isTooLarge: Mask
    }

    @inline(always)
    func reduced(_ number: Difference) -> Reduced {
        let (scale, rest) = scales
        return reduced(
            TwoDoubles(head: number.value * scale * rest, tail: number.error * scale * rest)
        )
    }

    /// The difference of two numbers of any size.
    @inline(always)
    func reduced(_ minuend: Vector, minus subtrahend: Vector) -> Reduced {
        reduced(TwoDoubles.difference(remainder(of: minuend), remainder(of: subtrahend)))
    }

    @inline(always)
    private func reduced(_ scaled: TwoDoubles) -> Reduced {
        let quarter = 0x1p498 * significand
        let quotient = scaled.head * (1 / quarter)
        let shifted = quotient + Exponential.shifter
        let rest = remainder(of: scaled.head, Exponential.shifter - shifted, quarter)
        return Reduced(
            quarters: shifted.bits,
            remainder: TwoDoubles.sum(rest, scaled.tail),
            isTooLarge: .!(quotient.magnitude .<= Self.limit)
        )
    }

    /// A number plus a negative multiple of a divisor, which is exact: the sum is a multiple of the last
    /// place of the smaller one of number and divisor, and less than 2^53 of these.
    @inline(always)
    private func remainder(of number: Vector, _ multiple: Vector, _ divisor: Double) -> Vector {
        .multiplyAdd(multiple, Vector(repeating: divisor), number)
    }

    /// The scaled remainder of a number of any size modulo the period, of up to about half of it.
    ///
    /// As in a long division, the remainder of the significand is multiplied by up to 2^40 and reduced,
    /// until the exponent is that of the period.
    @inline(always)
    private func remainder(of number: Vector) -> Vector {
        let divisor = 0x1p500 * significand
        let (scale, rest) = scales
        let isSmall = number.magnitude .<= Self.limit * value
        let bits = number.magnitude.bits
        let unit = Vector(bits: (bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000)
        // OR-ing a 52-bit integer into the significand of 2^52 adds it.
        let biased = Vector(bits: (bits &>> 52) | 0x4330_0000_0000_0000)
        var digits = (biased - (0x1p52 + 1_023 + exponent)).replacing(with: 0, where: isSmall)
        var remainder = (0x1p500 * unit.withSign(of: number))
            .replacing(with: number * scale * rest, where: isSmall)
        repeat {
            let step = digits.clamped(0, 40)
            remainder = remainder * .power(ofTwo: step)
            digits = digits - step
            let shifted = remainder * (1 / divisor) + Exponential.shifter
            remainder = self.remainder(of: remainder, Exponential.shifter - shifted, divisor)
        } while (digits .> 0).isAny
        return remainder
    }
}
