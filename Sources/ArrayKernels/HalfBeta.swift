// SPDX-License-Identifier: Apache-2.0

/// T(a) = 1/B(1/2, a), half the mean distance of two numbers from a gamma distribution of rate 1 with
/// the shape a, and its derivatives.
///
/// T is a R with R = Γ(a + 1/2)/(Γ(1/2) Γ(a + 1)). Below 20, with Δ and Δ' the differences of the digamma
/// and the trigamma function at a + 1/2 and at a + 1, the derivatives of R are RΔ and R (Δ² + Δ'). From
/// 20 on, with G of `HalfStep`, T is √(a/π) e^-G(a).
struct HalfBeta {
    /// T and its derivatives.
    let value: ShapeFunction
    /// a - T and its derivatives, without cancellation where a is small.
    let gap: ShapeFunction

    @inline(never)
    init(_ a: Vector) {
        let least = Double(StirlingSeries.least)
        let isLarge = a .>= least
        let small = Self.small(a.replacing(with: 1, where: isLarge))
        let large = Self.large(a.clamped(least, .greatestFiniteMagnitude))
        value = small.value.replacing(with: large, where: isLarge)
        let one = TwoDoubles(repeating: 1)
        let gapOfLarge = ShapeFunction(
            value: a - large.value,
            slope: one - large.slope,
            bend: -large.bend
        )
        gap = small.gap.replacing(with: gapOfLarge, where: isLarge)
    }

    @inline(never)
    private static func small(_ a: Vector) -> (value: ShapeFunction, gap: ShapeFunction) {
        let (zero, half) = (Vector(repeating: 0), Vector(repeating: 0.5))
        let (one, two) = (TwoDoubles(repeating: 1), Vector(repeating: 2))
        let next = one / TwoDoubles.sum(a, half)
        let logarithm =
            TwoDoubles.logRise(from: half, by: a) - .log1p(2 * a)
            - TwoDoubles.logRise(from: zero, by: a)
        let r = TwoDoubles.exp(logarithm)
        let shortfall = -TwoDoubles.expm1(logarithm)
        let rise = TwoDoubles.digammaRise(from: TwoDoubles(a), by: TwoDoubles(half)) - next
        let bend =
            TwoDoubles.trigamma(TwoDoubles.sum(a, half)) + next.squared - .trigamma(TwoDoubles(a))
        let slopeOfR = r * rise
        let bendOfR = r * (rise.squared + bend)
        let curvature = slopeOfR * two + bendOfR * a
        return (
            ShapeFunction(value: r * a, slope: r + slopeOfR * a, bend: curvature),
            ShapeFunction(
                value: shortfall * a,
                slope: shortfall - slopeOfR * a,
                bend: -curvature
            )
        )
    }

    @inline(never)
    private static func large(_ a: Vector) -> ShapeFunction {
        let step = PreciseHalfStep(a)
        // 1/√π.
        let scale = TwoDoubles(
            head: Vector(repeating: 0x1.20dd750429b6dp-1),
            tail: Vector(repeating: 0x1.1ae3a914fed80p-57)
        )
        let value = TwoDoubles(a).squareRoot * scale * .exp(-step.value)
        let inverse = TwoDoubles(repeating: 0.5) / a
        let rate = inverse - step.slope
        let change = rate.squared - inverse.squared.scaled(by: Vector(repeating: 2)) - step.bend
        return ShapeFunction(value: value, slope: value * rate, bend: value * change)
    }
}
