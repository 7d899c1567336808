// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The continuous ranked probability score of a normal distribution with a predicted mean and standard
/// deviation.
///
/// With w = (m - t)/s, x = |w| and the hazard h of x: ℓ = s (x + 2φ(x) (h - x)/h - 1/√π), dℓ/dm = erf(w/√2),
/// d²ℓ/dm² = 2φ(x)/s, dℓ/ds = (√2 e^(-x²/2) - 1)/√π, d²ℓ/ds² = 2x² φ(x)/s, and in the target as in the
/// mean, with the opposite sign.
struct CRPSNormal: PointwiseLoss {
    static var inputCount: Int { 3 }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        // Numbers so large are divided by 2^10, so that their difference does not overflow.
        let one = Vector(repeating: 1)
        let isHuge = (x[0].magnitude .> 0x1p1000) .| (x[2].magnitude .> 0x1p1000)
        let down = one.replacing(with: 0x1p-10, where: isHuge)
        let up = one.replacing(with: 0x1p10, where: isHuge)
        let error = TwoDoubles.difference(down * x[0], down * x[2])
        let power = x[1].powerOfTwoToUnit
        let unit = power * x[1]
        let scaledError = error.scaled(by: power)
        let quotient = scaledError.head / unit
        // The remainder of a smaller quotient may not be a double.
        let isTiny = quotient.magnitude .< 0x1p-900
        let ratio = (scaledError / unit)
            .replacing(with: TwoDoubles(quotient), where: isTiny)
            .scaled(by: up)

        // |w|; from 2^70 on, the loss is the distance.
        let isFar = .!(ratio.head.magnitude .<= 0x1p70)
        let size = ratio.head.magnitude.replacing(with: 0x1p70, where: isFar)
        let tail = ratio.tail.flipped(by: ratio.head.bits).replacing(with: 0, where: isFar)
        let normal = NormalTail(TwoDoubles(head: size, tail: tail))

        let inverseRootOfPi = TwoDoubles(
            head: Vector(repeating: 0x1.20dd750429b6dp-1),
            tail: Vector(repeating: 0x1.1ae3a914fed80p-57)
        )
        let score = (normal.surplus - inverseRootOfPi) + size
        let rounded = TwoDoubles.orderedSum(score.head, score.tail + tail * normal.errorFunction)
        let loss = (rounded * unit).rounded / power
        let slope = normal.errorFunction.withSign(of: error.head)

        let halfLogarithm = TwoDoubles(
            head: Vector(repeating: 0x1.62e42fefa39efp-2),
            tail: Vector(repeating: 0x1.abc9e3b39803fp-57)
        )
        let spread = Power(normal.exponent + halfLogarithm).valueMinusOne
        let bend = normal.doubleDensity
        let bendOfDeviation = bend * (normal.exponent * Vector(repeating: -2))
        let scale = power * normal.faintness
        let hessian = bend.head / unit * scale * normal.faintness
        return Point(
            loss: loss.replacing(with: error.head.magnitude * up, where: isFar),
            first: Derivatives(gradient: slope, hessian: hessian),
            second: Derivatives(
                gradient: spread * inverseRootOfPi.head,
                hessian: bendOfDeviation.head / unit * scale * normal.faintness
            ),
            third: Derivatives(gradient: -slope, hessian: hessian)
        )
    }
}

/// Functions of the normal distribution at x >= 0.
private struct NormalTail {
    /// -x²/2, or less than -2,000.
    let exponent: TwoDoubles
    /// 2φ(x), divided twice by the faintness.
    let doubleDensity: TwoDoubles
    /// 1, or 2^-550 above 36, where the density would be too small for a normal double.
    let faintness: Vector
    /// erf(x/√2) = 1 - 2Φ(-x).
    let errorFunction: Vector
    /// 2 (φ(x) - x Φ(-x)) of the head of x.
    let surplus: TwoDoubles

    @inline(always)
    init(_ x: TwoDoubles) {
        let capped = x.head.clamped(0, 64)
        let tail = x.tail.replacing(with: 0, where: x.head .> 64)
        let half = Vector(repeating: -0.5)
        exponent = TwoDoubles(head: capped, tail: tail).squared * half
        let isFaint = x.head .> 36
        faintness = Vector(repeating: 1).replacing(with: 0x1p-550, where: isFaint)
        let shift = TwoDoubles(
            head: Vector(repeating: 0x1.7d3b1f7e6cc3cp+9),
            tail: Vector(repeating: -0x1.31d881984ecf1p-48)
        )
        let scale = TwoDoubles(
            head: Vector(repeating: 0x1.9884533d43651p-1),
            tail: Vector(repeating: -0x1.cbc0d30ebfd15p-55)
        )
        doubleDensity =
            scale
            * TwoDoubles.extendedExp(exponent.replacing(with: exponent + shift, where: isFaint))
        let hazard = NormalHazard(x.head)
        let density = doubleDensity.scaled(by: faintness).scaled(by: faintness)
        let tails = density / hazard.value
        surplus = tails * hazard.surplus

        // Below 1, x times a polynomial of x².
        let z = capped * capped
        var series = Vector(repeating: 0x1.1edd0cd478e1dp-37)
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.e6ab497d917fdp-33))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.380c20277bcdfp-28))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.621cdbb106fe8p-24))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.6589f2a19b975p-20))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.3ce8f9c4518a5p-16))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.e42b0d4b7844ap-13))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.37403f6b944d8p-9))
        series = Vector.multiplyAdd(series, z, Vector(repeating: 0x1.46d0429769054p-6))
        series = Vector.multiplyAdd(series, z, Vector(repeating: -0x1.1058377e2cedfp-3))
        let correction = x.tail * density.head
        let near = Vector.multiplyAdd(
            x.head,
            scale.head,
            Vector.multiplyAdd(capped, z * series + scale.tail, correction)
        )
        let sum = TwoDoubles.orderedSum(Vector(repeating: 1), -tails.head)
        let far = sum.head + (sum.tail - (tails.tail - correction))
        // A fused multiply-add of a smaller number need not be the same on every processor.
        errorFunction = far.replacing(with: near, where: x.head .< 1)
            .replacing(with: scale.head * x.head, where: x.head .< 0x1p-900)
    }
}

extension CRPSNormal {
    static let facts = Facts(
        name: "crps_normal",
        aliases: ["crps_norm", "crps_gaussian", "gaussian_crps"],
        family: .regression,
        summary: "The continuous ranked probability score of a normal distribution whose mean and "
            + "standard deviation are predicted.",
        formula: .init(
            plain:
                "s (w (2 Phi(w) - 1) + 2 phi(w) - 1 / sqrt(pi)) with w = (t - m) / s, m the mean and s the "
                + "standard deviation, Phi and phi the standard normal distribution function and density",
            gradient: "1 - 2 Phi(w) in the mean, 2 phi(w) - 1 / sqrt(pi) in the standard deviation",
            tex: #"""
                s \left( w (2 \Phi(w) - 1) + 2 \varphi(w) - \tfrac{1}{\sqrt{\pi}} \right), \quad
                w = \tfrac{t - m}{s}
                """#
        ),
        options: [],
        signature: Signature(
            .element,
            .init("mean", .primary, .real, "predicted means"),
            .init(
                "standard_deviation",
                .primary,
                .interval(.positive),
                "predicted standard deviations"
            ),
            .init("targets", .differentiable, .real, "true numbers")
        ),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz, .properScoring],
        bounds: Bounds(gradient: 1),
        notes: [
            "In units of the targets: with a standard deviation that approaches 0 it becomes the absolute "
                + "error, for which scoringrules returns NaN at 0."
        ],
        references: [
            "T. Gneiting et al., Calibrated Probabilistic Forecasting Using Ensemble Model Output "
                + "Statistics and Minimum CRPS Estimation, Monthly Weather Review 133, 2005",
            "scoringRules crps_norm", "scoringrules crps_normal",
        ]
    )
}
