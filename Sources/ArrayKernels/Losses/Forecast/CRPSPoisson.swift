// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The continuous ranked probability score of a Poisson distribution with a predicted mean.
///
/// With the mean m, the probability D of the count t, the distribution function P = P(t, m) of a gamma
/// distribution, which is the probability of at least t, and I_0 and I_1 at 2m:
/// ℓ = (m - t) (2P - 1) + 2tD - m e^-2m (I_0 + I_1), dℓ/dm = 2P - 1 - e^-2m I_0,
/// d²ℓ/dm² = 2tD/m + 2 e^-2m (I_0 - I_1). For t = 0, P is 1.
struct CRPSPoisson: PointwiseLoss {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    /// Leaves all to the precise path.
    @inline(always)
    func point(_ x: Elements) -> Point { .deferred }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (mean, target) = (x[0], x[1])
        let (one, two) = (TwoDoubles(repeating: 1), Vector(repeating: 2))
        let isZero = target .== 0
        let count = target.replacing(with: 1, where: isZero)
        let gamma = IncompleteGamma(
            count,
            TwoDoubles(mean),
            .log(mean),
            differentiates: false
        )
        let bessel = ScaledBessel(mean)
        let level = gamma.lower.value.scaled(by: two) - one.head
        let mass = gamma.weight.value * (two * count)
        let distance = TwoDoubles.difference(mean, count)
        let loss = distance * level + mass - bessel.sum * mean
        let slope = level - bessel.zero
        let density = (mass / mean).replacing(with: TwoDoubles(repeating: 0), where: isZero)
        return Point(
            loss: loss.replacing(with: bessel.complementOfSum * mean, where: isZero).rounded,
            first: Derivatives(
                gradient: slope.replacing(with: bessel.complementOfZero, where: isZero).rounded,
                hessian: (density + bessel.difference.scaled(by: two)).rounded
            )
        )
    }
}

extension CRPSPoisson {
    static let facts = Facts(
        name: "crps_poisson",
        aliases: ["crps_pois"],
        family: .regression,
        summary:
            "The continuous ranked probability score of a Poisson distribution whose mean is "
            + "predicted.",
        formula: .init(
            plain: "(t - m) (2 F(t) - 1) + 2 m f(t) - m exp(-2 m) (I0(2 m) + I1(2 m)) with the "
                + "distribution function F and the probabilities f of the Poisson distribution "
                + "with the mean m, and the modified Bessel functions I0 and I1",
            gradient: "1 - 2 F(t) + 2 f(t) - exp(-2 m) I0(2 m)",
            tex: #"(t - m) (2 F(t) - 1) + 2 m f(t) - m e^{-2 m} \left( I_0(2 m) + I_1(2 m) \right)"#
        ),
        options: [],
        signature: Signature(
            .element,
            .init("mean", .primary, .interval(.closed(1e-100, 1e10)), "predicted means"),
            .init("targets", .constant, .integers(.closed(0, 0x1p53 - 1)), "counts")
        ),
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .lipschitz,
            .properScoring,
        ],
        bounds: Bounds(gradient: 2),
        notes: [
            "scoringrules 0.10.0 returns NaN for a mean of 150 and a count of 171, where the score is "
                + "14.58, since factorials overflow.",
            "Means are limited to 1e10, up to which the distribution function is verified.",
        ],
        references: ["scoringRules crps_pois", "scoringrules crps_poisson"],
        examples: [
            Example([
                "mean": Tensor(shape: [3], values: [2.5, 0.75, 12]),
                "targets": Tensor(shape: [3], values: [3, 0, 9]),
            ])
        ]
    )
}
