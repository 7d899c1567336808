// SPDX-License-Identifier: Apache-2.0

/// G(x) = log Γ(x) - log Γ(x + 1/2) + log(x)/2 with its first two derivatives, for x > 0.
///
/// G is about 1/(8x), and the recurrence of Γ adds terms of one sign for each step from x to x + 1:
/// with c = 1 / (x (x + 1/2) (x + 1)), log(1 + 1/(4x (x + 1)))/2 to G, -c/4 to G' and
/// c² ((x + 1)(2x + 1/2) + x (x + 1/2))/4 = c² (3x² + 3x + 1/2)/4 to G''. From 8 on, asymptotic series.
/// Tests/LossFunctionsTests/coefficients.py computes the coefficients.
struct HalfStep {
    /// G(x).
    let value: Vector
    /// G'(x), which is negative.
    let slope: Vector
    /// G''(x), which is positive.
    let bend: Vector

    #if COMPACT
    @inline(never)
    #else
    @inline(always)
    #endif
    init(_ x: Vector) {
        let zero = Vector(repeating: 0)
        let isLarge = x .>= 8
        let (quarter, half) = (Vector(repeating: 0.25), Vector(repeating: 0.5))
        let small = x.replacing(with: 1, where: isLarge)
        var (excess, slope, bend) = (zero, zero, zero)
        for step in (0..<8).reversed() {
            let a = small + Double(step)
            let c = a + 1
            // c/4 as a head and a tail, since G'' depends on its square.
            let divisor = (TwoDoubles.sum(a, Vector(repeating: 1.5)) * a + half) * a
            let weight = 0.25 / divisor.head
            let remainder =
                Vector.multiplyAdd(-weight, divisor.head, quarter) - weight * divisor.tail
            let tail = remainder * (4 * weight)
            let ratio = weight * (a + 0.5)
            excess = excess + Vector.multiplyAdd(excess, ratio, ratio)
            slope = slope + (weight + tail)
            let factor = Vector.multiplyAdd(3 * a, c, half)
            let square = Vector.multiplyAdd(weight, weight, 2 * weight * tail)
            bend = Vector.multiplyAdd(4 * square, factor, bend)
        }
        let far = (x + 8).replacing(with: x, where: isLarge)
        let inverse = 1 / far
        let z = inverse * inverse
        let error = Vector.multiplyAdd(-inverse, far, Vector(repeating: 1))
        let square = Vector.multiplyAdd(z, 2 * error, z)
        let cube = inverse * Vector.multiplyAdd(z, 3 * error, z)
        value = Vector.multiplyAdd(
            inverse,
            Self.values(z),
            0.5 * Vector.log1p(excess.replacing(with: zero, where: isLarge))
        )
        self.slope = Vector.multiplyAdd(
            -square,
            Self.slopes(z),
            -slope.replacing(with: zero, where: isLarge)
        )
        self.bend = Vector.multiplyAdd(
            cube,
            Self.bends(z),
            bend.replacing(with: zero, where: isLarge)
        )
    }

    /// x G(x), from 1/x².
    @inline(always)
    private static func values(_ z: Vector) -> Vector {
        var series = Vector(repeating: 0x1.4c3201eb6cdc3p-7)
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.ef78a87c38f72p-9))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.b8be3f1b90543p-10))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.36db3a94dee69p-10))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.9999997809c25p-10))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.5555555553434p-8))
        return Vector.multiplyAdd(series, z, Vector(repeating: 0x1.0000000000000p-3))
    }

    /// -x² G'(x), from 1/x².
    @inline(always)
    private static func slopes(_ z: Vector) -> Vector {
        var series = Vector(repeating: -0x1.33016f4235328p-1)
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.47d7b84b49d56p-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.58d2e2098daa3p-5))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.effb16b4b879bp-7))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.0ffffb1c8ce29p-7))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.fffffffb329bbp-8))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.ffffffffff8cbp-7))
        return Vector.multiplyAdd(series, z, Vector(repeating: 0x1.0000000000000p-3))
    }

    /// x³ G''(x), from 1/x².
    @inline(always)
    private static func bends(_ z: Vector) -> Vector {
        var series = Vector(repeating: 0x1.e3afdd0e32f96p+5)
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.9df813f4ee9d6p+3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.284f7c7aed5f5p+1))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.030af44ff11e6p-1))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.35ff8f1923a48p-3))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.0fffff5490d85p-4))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.7fffffff7d0aap-5))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.ffffffffffecbp-5))
        return Vector.multiplyAdd(series, z, Vector(repeating: 0x1.0000000000000p-2))
    }
}

/// The same as sums of a head and a tail, to within 2^-100.
struct PreciseHalfStep {
    let value: TwoDoubles
    let slope: TwoDoubles
    let bend: TwoDoubles

    @inline(never)
    init(_ x: Vector) {
        let (zero, one) = (TwoDoubles(repeating: 0), TwoDoubles(repeating: 1))
        let isLarge = x .>= Double(StirlingSeries.least)
        var (excess, slope, bend) = (zero, zero, zero)
        for step in (0..<StirlingSeries.least).reversed() {
            let a = TwoDoubles.sum(x, Vector(repeating: Double(step)))
            let (b, c) = (a + Vector(repeating: 0.5), a + Vector(repeating: 1))
            let weight = one / b / a / c
            let ratio = one / a / c * Vector(repeating: 0.25)
            excess = excess + (ratio + excess * ratio)
            slope = slope + weight
            bend =
                bend + weight * weight
                * (a * c * Vector(repeating: 3) + Vector(repeating: 0.5))
        }
        let quarter = Vector(repeating: 0.25)
        let far = TwoDoubles.sum(
            x,
            Vector(repeating: Double(StirlingSeries.least)).replacing(with: 0, where: isLarge)
        )
        let inverse = one / far
        let z = inverse * inverse
        value =
            inverse * StirlingSeries(halvesAt: z, order: 0).value
            + (TwoDoubles.log1p(excess) * Vector(repeating: 0.5))
            .replacing(with: zero, where: isLarge)
        self.slope =
            -(z * StirlingSeries(halvesAt: z, order: 1).value)
            - (slope * quarter).replacing(with: zero, where: isLarge)
        self.bend =
            z * inverse * StirlingSeries(halvesAt: z, order: 2).value
            + (bend * quarter).replacing(with: zero, where: isLarge)
    }
}
