// SPDX-License-Identifier: Apache-2.0

/// Half the deviance of a Tweedie distribution with variance m^power, as a sum of positive terms.
///
/// With a = 2 - power, b = power - 1, w = log(m/t) and S(x) = e^x - 1 - x, it is
/// m^a/a + t m^-b/b - t^a/(ab), which is t^a (S(aw)/a + S(-bw)/b), m^a (S(-w) + S(-aw)/-a)/b and
/// t m^-b (S(w) + S(bw)/-b)/a: one of the three is free of differences for any power. At a = 0 or b = 0
/// the term that is divided by it is 0. Its derivative with respect to m is m^-power (m - t).
struct Tweedie: Sendable {
    /// 2 - power and power - 1.
    let a: TwoDoubles
    let b: TwoDoubles
    let power: TwoDoubles
    /// a and b, or infinity where the other term is all that matters.
    private let divisorOfA: Vector
    let divisorOfB: Vector

    /// S(x) beyond this x is e^x.
    static var far: Double { 45 }

    init(a: TwoDoubles, b: TwoDoubles) {
        (self.a, self.b) = (a, b)
        power = b + Vector(repeating: 1)
        divisorOfA = Self.divisor(a.head)
        divisorOfB = Self.divisor(b.head)
    }

    init(power: Double) {
        let power = Vector(repeating: power)
        self.init(
            a: .difference(Vector(repeating: 2), power),
            b: .difference(power, Vector(repeating: 1))
        )
    }

    private static func divisor(_ x: Vector) -> Vector {
        x.replacing(with: .infinity, where: x.magnitude .< 0x1p-200)
    }

    /// Half the deviance.
    ///
    /// - Parameters:
    ///   - w: log(m/t).
    ///   - logMean: log m.
    ///   - target: t.
    ///   - logTarget: log t.
    /// - Returns: the deviance; infinite where it is undefined.
    @inline(always)
    func loss(
        _ w: TwoDoubles,
        logMean: TwoDoubles,
        target: Vector,
        logTarget: TwoDoubles
    ) -> Vector {
        let (first, second) = (a * w, -(b * w))
        // m^a/a and t m^-b/b, to which the deviance tends on either side.
        let mass = Vector.exp(a * logMean, times: 1 / divisorOfA)
        let pull = Vector.exp(-(b * logMean), times: target / divisorOfB)
        let rest = Vector.exp(a * logTarget, times: -1 / divisorOfA / divisorOfB)
        let loss: Vector
        if a.head[0] < 0 {
            let sum = Power(-w).surplus - Power(-first).surplus / divisorOfA
            loss = Vector.exp(a * logMean, times: sum / divisorOfB)
                .replacing(with: pull, where: w.head .< -Self.far)
                .replacing(with: rest, where: first.head .< -Self.far)
        } else if b.head[0] < 0 {
            let sum = Power(w).surplus - Power(-second).surplus / divisorOfB
            loss = Vector.exp(-(b * logMean), times: target * (sum / divisorOfA))
                .replacing(with: mass, where: w.head .> Self.far)
                .replacing(with: rest, where: second.head .< -Self.far)
        } else {
            let sum = Power(first).surplus / divisorOfA + Power(second).surplus / divisorOfB
            loss = Vector.exp(a * logTarget, times: sum)
                .replacing(with: mass, where: first.head .> Self.far)
                .replacing(with: pull, where: second.head .> Self.far)
        }
        let alone = a.head[0] > 0 ? mass : Vector(repeating: .infinity)
        return loss.replacing(with: alone, where: target .== 0)
    }

    /// The derivative with respect to log m, m^a - t m^-b.
    @inline(always)
    func slope(_ w: TwoDoubles, logMean: TwoDoubles, target: Vector) -> Vector {
        let isAlone = (w.head .> Self.far) .| (target .== 0)
        return pull(Power(w).valueMinusOne, logMean: logMean, target: target)
            .replacing(with: .exp(a * logMean, times: Vector(repeating: 1)), where: isAlone)
    }

    /// The second derivative with respect to log m, a m^a + b t m^-b.
    ///
    /// - Parameters:
    ///   - w: log(m/t).
    ///   - bracket: a + b e^-w where m is above t, else b + a e^w.
    ///   - logMean: log m.
    ///   - target: t.
    /// - Returns: the derivative.
    @inline(always)
    func bend(
        _ w: TwoDoubles,
        _ bracket: Vector,
        logMean: TwoDoubles,
        target: Vector
    ) -> Vector {
        pull(bracket, logMean: logMean, target: target)
            .replacing(
                with: .exp(a * logMean, times: bracket),
                where: (w.head .> 0) .| (target .== 0)
            )
    }

    /// t m^-b times a factor, of which only the product may be too small for a double.
    @inline(always)
    private func pull(_ factor: Vector, logMean: TwoDoubles, target: Vector) -> Vector {
        let exponent = Decomposition(target).k.clamped(-1_000, 1_000)
        return .exp(
            -(b * logMean),
            times: target * .power(ofTwo: -exponent) * factor,
            exponent: exponent
        )
    }

    /// The second derivative with respect to m, m^(-power - 1) (power t - b m).
    @inline(always)
    func curvature(logMean: TwoDoubles, mean: Vector, target: Vector) -> Vector {
        let bracket = (power * target - b * mean).rounded
        return .exp(-((power + Vector(repeating: 1)) * logMean), times: bracket)
    }
}
