// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The continuous ranked probability score of a gamma distribution with a predicted shape and rate.
///
/// With the shape a, the rate b, x = bt, P = P(a, x), Q = P(a + 1, x), D = P - Q and T = 1/B(1/2, a), it is H/b with
/// H = x (2P - 1) - 2aQ + (a - T) or, from a shape of 100 on, (x - a) (2P - 1) + 2aD - T.
/// b² dℓ/db = 2aQ - (a - T), b³ d²ℓ/db² = 2axD - 2b² dℓ/db, dℓ/dt = 2P - 1, d²ℓ/dt² = 2aD/t. In the shape, with
/// L = log x - ψ(a), D' = D (L - 1/a) and (aD)' = aDL. For t <= 0, P, Q and D are 0. The surrogates are
/// the magnitudes.
struct CRPSGamma: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    /// Leaves all to the precise path.
    @inline(always)
    func point(_ x: Elements) -> Point { .deferred }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point { point(x, differentiatesShape: true) }

    @inline(always)
    func precisePoint(_ x: Elements, for columns: Columns) -> Point {
        let differentiates = columns.haveGradient(of: 0) || columns.haveHessian(of: 0)
        return point(x, differentiatesShape: differentiates)
    }

    @inline(never)
    private func point(_ x: Elements, differentiatesShape: Bool) -> Point {
        let (shape, rate, target) = (x[0], x[1], x[2])
        let forecast = GammaForecast(shape, rate, target, differentiatesShape)
        let (level, beta) = (forecast.level, forecast.beta)
        let two = Vector(repeating: 2)
        let isLarge = shape .>= IncompleteGamma.large
        let below = (forecast.next.value * shape).scaled(by: two)
        let growth = (forecast.density * shape).scaled(by: two)
        let near = forecast.x * level - below + beta.gap.value
        let far = (forecast.x - shape) * level + growth - beta.value.value
        let score = near.replacing(with: far, where: isLarge) / rate
        let inShape = forecast.derivatives

        let slope = below - beta.gap.value
        let bend = growth * forecast.x - slope.scaled(by: two)
        let isPositive = target .> 0
        let positive = target.replacing(with: 1, where: .!isPositive)
        let isFaint = forecast.logarithm.head .< -600
        var curvature = growth.rounded / positive
        if isFaint.isAny {
            let exponent = forecast.logarithm - .log(positive)
            curvature = curvature.replacing(
                with: .exp(exponent, times: two * shape),
                where: isFaint
            )
        }
        return Point(
            loss: score.rounded,
            first: Self.derivatives((inShape.slope / rate).rounded, (inShape.bend / rate).rounded),
            second: Self.derivatives(
                (slope / rate / rate).rounded,
                (bend / rate / rate / rate).rounded
            ),
            third: Derivatives(
                gradient: level.rounded,
                hessian: curvature.replacing(with: 0, where: .!isPositive)
            )
        )
    }

    @inline(always)
    private static func derivatives(_ gradient: Vector, _ hessian: Vector) -> Derivatives {
        Derivatives(gradient: gradient, hessian: hessian, surrogate: hessian.magnitude)
    }
}

/// The functions of a forecast by a gamma distribution on which its score depends.
private struct GammaForecast {
    /// x = bt.
    let x: TwoDoubles
    /// P, Q and D.
    let lower: ShapeFunction
    let next: ShapeFunction
    let density: TwoDoubles
    /// log D.
    let logarithm: TwoDoubles
    let beta: HalfBeta
    private let shape: Vector
    private let divergence: GammaDivergence?

    @inline(never)
    init(_ shape: Vector, _ rate: Vector, _ target: Vector, _ differentiates: Bool) {
        self.shape = shape
        let isPositive = target .> 0
        let one = TwoDoubles(repeating: 1)
        x = TwoDoubles.product(target, rate)
        let positive = one.replacing(with: x, where: isPositive)
        // The product may be too small for a double.
        let isTiny = isPositive .& (x.head .< 0x1p-900)
        var logarithm = TwoDoubles.log(positive.replacing(with: one, where: isTiny))
        if isTiny.isAny {
            let target = one.head.replacing(with: target, where: isTiny)
            logarithm = logarithm.replacing(
                with: TwoDoubles.log(target) + .log(rate),
                where: isTiny
            )
        }
        let gamma = IncompleteGamma(shape, positive, logarithm, differentiates: differentiates)
        lower = gamma.lower.kept(where: isPositive)
        next = gamma.next.kept(where: isPositive)
        density = TwoDoubles(repeating: 0).replacing(with: gamma.weight.value, where: isPositive)
        self.logarithm = gamma.weight.logarithm
        divergence = gamma.weight.divergence
        beta = HalfBeta(shape)
    }

    /// 2P - 1.
    var level: TwoDoubles {
        lower.value.scaled(by: Vector(repeating: 2)) - Vector(repeating: 1)
    }

    /// The derivatives of H in the shape.
    var derivatives: (slope: TwoDoubles, bend: TwoDoubles) {
        let two = Vector(repeating: 2)
        let slopeOfNear =
            (x * lower.slope - next.value - next.slope * shape).scaled(by: two) + beta.gap.slope
        let bendOfNear =
            (x * lower.bend - next.slope.scaled(by: two) - next.bend * shape).scaled(by: two)
            + beta.gap.bend
        guard let divergence else { return (slopeOfNear, bendOfNear) }

        // log x - ψ(a) and ψ'(a), whose series also serve shapes that are not large.
        let inverse = TwoDoubles(repeating: 1) / shape
        let square = inverse.squared
        let half = inverse.scaled(by: Vector(repeating: 0.5))
        let rate =
            (divergence.difference - divergence.value) * inverse
            + (half + square * StirlingSeries(square, order: 1).value)
        let trigamma =
            inverse + inverse * half + inverse * square * StirlingSeries(square, order: 2).value
        let distance = x - shape
        let growth = density * shape
        let slopeOfFar =
            (distance * lower.slope + growth * rate).scaled(by: two) - level - beta.value.slope
        let bendOfFar =
            (distance * lower.bend - lower.slope.scaled(by: two)
            + growth * (rate.squared - trigamma)).scaled(by: two) - beta.value.bend
        let isLarge = shape .>= IncompleteGamma.large
        return (
            slopeOfNear.replacing(with: slopeOfFar, where: isLarge),
            bendOfNear.replacing(with: bendOfFar, where: isLarge)
        )
    }
}

extension CRPSGamma {
    static let facts = Facts(
        name: "crps_gamma",
        aliases: [],
        family: .regression,
        summary:
            "The continuous ranked probability score of a gamma distribution whose shape and rate "
            + "are predicted.",
        formula: .init(
            plain:
                "t (2 F(a) - 1) - a (2 F(a + 1) - 1) / b - 1 / (b B(1/2, a)) with the shape a, "
                + "the rate b, the distribution function F(a) = P(a, b t), which is the "
                + "regularized incomplete gamma function and 0 for t < 0, and the beta function B",
            gradient: "(a (2 F(a + 1) - 1) + 1 / B(1/2, a)) / b^2 in the rate, 2 F(a) - 1 in the "
                + "target",
            tex: #"""
                t (2 F_a - 1) - \tfrac{a}{b} (2 F_{a + 1} - 1) - \tfrac{1}{b B(\frac12, a)}, \quad
                F_a = P(a, b t)
                """#
        ),
        options: [],
        signature: Signature(
            .element,
            .init("shape", .primary, .interval(.closed(1e-30, 1e10)), "predicted shapes"),
            .init("rate", .primary, .interval(.closed(1e-60, 1e60)), "predicted rates"),
            .init("targets", .differentiable, Forecasts.numbers, "true numbers")
        ),
        kinks: ["t = 0: the derivatives are those below, where the distribution has no mass"],
        properties: [.differentiable, .properScoring],
        notes: [
            "The rate is the inverse of the scale. The gradient in the shape, for which there is "
                + "no closed form, is that of the series of the incomplete gamma function.",
            "Targets of 0 or less are allowed; their score is their distance from the forecast.",
            "The surrogate of the Hessian is its magnitude. Shapes are limited to 1e10, up to which "
                + "the distribution function is verified.",
        ],
        references: ["scoringRules crps_gamma", "scoringrules crps_gamma"],
        examples: [
            Example([
                "shape": Tensor(shape: [3], values: [2, 0.75, 12]),
                "rate": Tensor(shape: [3], values: [1.5, 1, 4]),
                "targets": Tensor(shape: [3], values: [1.2, 0.25, 2.5]),
            ])
        ]
    )
}
