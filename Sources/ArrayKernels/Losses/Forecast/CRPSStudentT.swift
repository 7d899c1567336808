// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The continuous ranked probability score of Student's t-distribution with a predicted location and scale.
///
/// With x = |m - t|/s, ν degrees of freedom, the distribution function F, the density f, u = x²/ν and K, the
/// `spread` of `StudentDistribution`: ℓ = s (x (F(x) - F(-x)) + K), dℓ/dm = ±(F(x) - F(-x)),
/// d²ℓ/dm² = 2f/s, dℓ/ds = K, d²ℓ/ds² = 2x² f/s.
struct CRPSStudentT: PointwiseLoss {
    static var inputCount: Int { 4 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    /// Leaves all to the precise path.
    @inline(always)
    func point(_ x: Elements) -> Point { .deferred }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (scale, freedom) = (x[1], x[2])
        let distance = ScaledDistance(x[0], scale, x[3])
        let ratio = distance.value
        let distribution = StudentDistribution(ratio, freedom: freedom)
        let spread = distribution.spread
        let loss = (ratio * distribution.central + spread) * scale

        // x² f is cνv (1 + u)^-(ν - 1)/2 too, whose factors do not overflow.
        let one = Vector(repeating: 1)
        let height = 2 * distribution.height.head / scale
        let half = distribution.logarithm * Vector(repeating: -0.5)
        let bend = Vector.exp(half * TwoDoubles.sum(freedom, one), times: height)
        let near = ratio.head.clamped(0, 1)
        let isNear = ratio.head .< 1
        let exponent = TwoDoubles.sum(freedom, one.replacing(with: -one, where: .!isNear))
        let factor = (freedom * distribution.share).replacing(with: near * near, where: isNear)
        let location = Derivatives(
            gradient: distance.signed(distribution.central.rounded),
            hessian: bend
        )
        return Point(
            loss: loss.rounded,
            first: location,
            second: Derivatives(
                gradient: spread.rounded,
                hessian: Vector.exp(half * exponent, times: factor * height)
            ),
            fourth: location.opposite
        )
    }
}

extension CRPSStudentT {
    static let facts = Facts(
        name: "crps_student_t",
        aliases: ["crps_t"],
        family: .regression,
        summary:
            "The continuous ranked probability score of Student's t-distribution whose location "
            + "and scale are predicted.",
        formula: .init(
            plain: "s (w (2 F(w) - 1) + K) with w = (t - m) / s and K = (2 f(w) (d + w^2) - "
                + "2 sqrt(d) B(1/2, d - 1/2) / B(1/2, d/2)^2) / (d - 1), m the location, s the "
                + "scale, d the degrees of freedom, F and f the distribution function and "
                + "density, and the beta function B",
            gradient: "1 - 2 F(w) in the location, K in the scale",
            tex: #"""
                s \left( w (2 F_\nu(w) - 1) + \tfrac{2}{\nu - 1} \left( f_\nu(w) (\nu + w^2) -
                \tfrac{\sqrt\nu B(\frac12, \nu - \frac12)}{B(\frac12, \frac\nu2)^2} \right) \right), \quad
                w = \tfrac{t - m}{s}
                """#
        ),
        options: [],
        signature: Signature(
            .element,
            .init("location", .primary, Forecasts.numbers, "predicted locations"),
            .init("scale", .primary, .interval(.closed(1e-100, 1e100)), "predicted scales"),
            .init(
                "df",
                .constant,
                .interval(.leftOpen(0.5, 1e100)),
                "degrees of freedom"
            ),
            .init("targets", .differentiable, Forecasts.numbers, "true numbers")
        ),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .properScoring],
        notes: [
            "There is no gradient with respect to df, which has no closed form. The score is finite for "
                + "df above 1/2, though the mean is not below 1.",
            "At df = 1, the Cauchy distribution, the formula is 0 / 0 and its limit is computed; "
                + "scoringrules 0.10.0 returns NaN there and loses digits nearby, at df = 1 + 1e-12 "
                + "all but five. For large df, the score is that of crps_normal.",
        ],
        references: ["scoringRules crps_t", "scoringrules crps_t"],
        examples: [
            Example([
                "location": Tensor(shape: [3], values: [0.2, 1.7, -0.4]),
                "scale": Tensor(shape: [3], values: [0.5, 1, 0.25]),
                "df": Tensor(shape: [3], values: [4, 2.5, 30]),
                "targets": Tensor(shape: [3], values: [0, 1.5, -0.5]),
            ])
        ]
    )
}
