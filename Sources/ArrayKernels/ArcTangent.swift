// SPDX-License-Identifier: Apache-2.0

/// 2 atan x - 1, which loses no digits near its zero, tan ½.
///
/// atan |x| is ½ + atan w with w = (|x| - tan ½)/(1 + |x| tan ½) or, above 1.68, π/2 + atan w with
/// w = -1/|x|. Then |w| < 0.6 and atan w = w + w z P(z) with z = w².
/// Tests/LossFunctionsTests/coefficients.py computes the coefficients.
struct ArcTangent {
    /// The number as a head and a tail, with an error of about 2^-56.
    let doubledMinusOne: TwoDoubles

    @inline(always)
    init(_ x: Vector) {
        let size = x.magnitude
        let isNegative = x .< 0
        let isFar = size .> 1.68
        let tangent = TwoDoubles(
            head: Vector(repeating: 0x1.17b4f5bf3474ap-1),
            tail: Vector(repeating: 0x1.0c5e59201e209p-55)
        )
        let numerator = (size - tangent)
            .replacing(with: TwoDoubles(repeating: -1), where: isFar)
        let denominator =
            (tangent * size.replacing(with: 0, where: isFar) + Vector(repeating: 1))
            .replacing(with: TwoDoubles(size), where: isFar)
        let w = numerator.head / denominator.head
        let remainder =
            Vector.multiplyAdd(-w, denominator.head, numerator.head)
            + (numerator.tail - w * denominator.tail)
        let z = w * w
        let error = remainder / denominator.head / (1 + z)

        var series = Vector(repeating: -0x1.8fd30abe22e04p-9)
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.85c7e67e32b95p-7))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.86c6c5953786bp-6))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.18c30c4c8b3fdp-5))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.54fcbbf3a654fp-5))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.826b9ea6ac1e6p-5))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.ae7e5463c8eddp-5))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.e1cb0c9680204p-5))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.110ff1b424a03p-4))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.3b139d0174306p-4))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.745d164a28236p-4))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.c71c71bf1efdep-4))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.249249247ee72p-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.999999999969dp-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.5555555555554p-2))
        let tail = Vector.multiplyAdd(w * z, series, error)

        // 0 or -2, π - 1 or -π - 1, plus 2 atan w or -2 atan w.
        let center = Vector(repeating: 0).replacing(with: -2, where: isNegative)
            .replacing(
                with: Vector(repeating: 0x1.121fb54442d18p+1)
                    .replacing(with: -0x1.090fdaa22168cp+2, where: isNegative),
                where: isFar
            )
        let tailOfPi = Vector(repeating: 0)
            .replacing(
                with: Vector(repeating: 0x1.1a62633145c07p-53)
                    .replacing(with: -0x1.1a62633145c07p-53, where: isNegative),
                where: isFar
            )
        let two = Vector(repeating: 2).replacing(with: -2, where: isNegative)
        let sum = TwoDoubles.orderedSum(center, two * w)
        doubledMinusOne = TwoDoubles.orderedSum(
            sum.head,
            sum.tail + Vector.multiplyAdd(two, tail, tailOfPi)
        )
    }
}
