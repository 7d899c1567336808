// SPDX-License-Identifier: Apache-2.0

/// The arc tangent, with an error of at most 2^-101 of the result or 2^-1074, whichever is greater.
extension TwoDoubles {
    /// atan x.
    @inline(never)
    static func atan(_ x: TwoDoubles) -> TwoDoubles {
        let isNegative = x.head .< 0
        // Beyond 2^1000, the result is half of π to within 2^-1000.
        let size = x.replacing(with: -x, where: isNegative)
            .replacing(with: TwoDoubles(repeating: 0x1p1000), where: x.head.magnitude .> 0x1p1000)
        // atan x = c + atan w with w = (x - tan c)/(1 + x tan c) and |w| < 0.203; or π/2 - atan 1/x.
        var (center, tangent) = (TwoDoubles(repeating: 0), TwoDoubles(repeating: 0))
        for (least, angle, head, tail) in [
            (0.198, 0.390625, 0x1.a5ab26ff403edp-2, -0x1.522f5c7d91fa7p-59),
            (0.664, 0.78125, 0x1.fbc511df5917fp-1, 0x1.4e6ef3dde2f07p-55),
            (1.48, 1.171875, 0x1.2fa9491dbe1fcp+1, -0x1.3d8f4a0e0dfccp-53),
        ] {
            let isAbove = size.head .> least
            center = center.replacing(with: TwoDoubles(repeating: angle), where: isAbove)
            tangent = tangent.replacing(
                with: TwoDoubles(head: Vector(repeating: head), tail: Vector(repeating: tail)),
                where: isAbove
            )
        }
        let isFar = size.head .> 4.95
        let near = size.replacing(with: TwoDoubles(repeating: 0), where: isFar)
        let numerator = (near - tangent).replacing(with: TwoDoubles(repeating: -1), where: isFar)
        let denominator = (near * tangent + Vector(repeating: 1)).replacing(
            with: size,
            where: isFar
        )
        let halfPi = TwoDoubles(
            head: Vector(repeating: 0x1.921fb54442d18p+0),
            tail: Vector(repeating: 0x1.1a62633145c07p-54)
        )
        let result =
            center.replacing(with: halfPi, where: isFar)
            + (numerator / denominator).arcTangentOfReduced
        return result.replacing(with: -result, where: isNegative)
    }

    @inline(always)
    static func atan(_ x: Vector) -> TwoDoubles { atan(TwoDoubles(x)) }

    /// atan w for |w| up to 0.203, to within 2^-102 of the result, by Taylor's series.
    ///
    /// The terms from w^25/25 on are below 2^-53 of the result, so doubles suffice for their sum.
    /// Tests/LossFunctionsTests/coefficients.py computes the coefficients 1/k.
    private var arcTangentOfReduced: TwoDoubles {
        @inline(always) get {
            // The square of a smaller number is negligible, and has no exact rounding error.
            let isTiny = head.magnitude .< 0x1p-60
            let z = squared.replacing(with: TwoDoubles(repeating: 0), where: isTiny)
            var series = Vector(repeating: 0x1.6c16c16c16c17p-6)
            series = series * z.head - 0x1.7d05f417d05f4p-6
            series = series * z.head + 0x1.8f9c18f9c18fap-6
            series = series * z.head - 0x1.a41a41a41a41ap-6
            series = series * z.head + 0x1.bacf914c1bad0p-6
            series = series * z.head - 0x1.d41d41d41d41dp-6
            series = series * z.head + 0x1.f07c1f07c1f08p-6
            series = series * z.head - 0x1.0842108421084p-5
            series = series * z.head + 0x1.1a7b9611a7b96p-5
            series = series * z.head - 0x1.2f684bda12f68p-5
            series = series * z.head + 0x1.47ae147ae147bp-5
            var sum = TwoDoubles(series)
            sum = sum.times(z, plus: -0x1.642c8590b2164p-5, -0x1.642c8590b2164p-60)
            sum = sum.times(z, plus: 0x1.8618618618618p-5, 0x1.8618618618618p-59)
            sum = sum.times(z, plus: -0x1.af286bca1af28p-5, -0x1.af286bca1af28p-59)
            sum = sum.times(z, plus: 0x1.e1e1e1e1e1e1ep-5, 0x1.e1e1e1e1e1e1ep-61)
            sum = sum.times(z, plus: -0x1.1111111111111p-4, -0x1.1111111111111p-60)
            sum = sum.times(z, plus: 0x1.3b13b13b13b14p-4, -0x1.3b13b13b13b14p-58)
            sum = sum.times(z, plus: -0x1.745d1745d1746p-4, 0x1.745d1745d1746p-59)
            sum = sum.times(z, plus: 0x1.c71c71c71c71cp-4, 0x1.c71c71c71c71cp-58)
            sum = sum.times(z, plus: -0x1.2492492492492p-3, -0x1.2492492492492p-57)
            sum = sum.times(z, plus: 0x1.999999999999ap-3, -0x1.999999999999ap-57)
            sum = sum.times(z, plus: -0x1.5555555555555p-2, -0x1.5555555555555p-56)
            return self + TwoDoubles.orderedSum(sum.head, sum.tail) * z * self
        }
    }
}
