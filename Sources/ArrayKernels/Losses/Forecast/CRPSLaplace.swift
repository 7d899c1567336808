// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The continuous ranked probability score of a Laplace distribution with a predicted location and
/// scale.
///
/// With x = |m - t|/s and e = e^-x: ℓ = s (x + e - 3/4), dℓ/dm = ±(1 - e), d²ℓ/dm² = e/s,
/// dℓ/ds = e (1 + x) - 3/4, d²ℓ/ds² = x² e/s.
struct CRPSLaplace: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let distance = ScaledDistance(x)
        let near = distance.value.head.clamped(0, 1e4)
        let power = Power(-distance.value)
        let share = Exponential((-distance.value.head).clamped(-750, 0)).sum
        // The tail of the distance counts once in e.
        let decay = share - TwoDoubles(share.head * distance.value.tail)
        let rest = Vector(repeating: 0.75)
        let inverse = 1 / distance.scale
        let part = decay.head * (1 + near)
        let slopeOfScale = part - rest
        return distance.point(
            (distance.value - rest) + decay,
            slope: -power.valueMinusOne,
            bend: .exp(-distance.value, times: inverse),
            bendOfScale: .exp(-distance.value, times: near * (near * inverse)),
            slopeOfScale: Derivatives(
                gradient: slopeOfScale,
                hessian: rest,
                cancelled: slopeOfScale.isCancelled(part)
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let distance = ScaledDistance(x).value
        let part = TwoDoubles.exp(-distance) * (distance + Vector(repeating: 1))
        let zero = Vector(repeating: 0)
        return Point(
            loss: zero,
            first: .zero,
            second: Derivatives(
                gradient: (part - Vector(repeating: 0.75)).rounded,
                hessian: zero
            )
        )
    }
}

extension CRPSLaplace {
    static let facts = Facts(
        name: "crps_laplace",
        aliases: ["crps_lapl"],
        family: .regression,
        summary: "The continuous ranked probability score of a Laplace distribution whose location "
            + "and scale are predicted.",
        formula: .init(
            plain: "s (x + exp(-x) - 3 / 4) with x = |m - t| / s, m the location and s the scale",
            gradient: "sign(m - t) (1 - exp(-x)) in the location, exp(-x) (1 + x) - 3 / 4 in the "
                + "scale",
            tex: #"s \left( \lvert w \rvert + e^{-\lvert w \rvert} - \tfrac34 \right), \quad w = "#
                + #"\tfrac{t - m}{s}"#
        ),
        options: [],
        signature: Forecasts.locationAndScale,
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz, .properScoring],
        bounds: Bounds(gradient: 1),
        notes: [],
        references: ["scoringRules crps_lapl", "scoringrules crps_laplace"],
        examples: Forecasts.examples
    )
}
