// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The continuous ranked probability score of a lognormal distribution, whose logarithm has a
/// predicted mean and standard deviation.
///
/// With w = (log t - m)/s, z = w - s, the mean M = e^(m + s²/2), e = t φ(w) = M φ(z), g = M φ(s/√2) and
/// a = M (Φ(z) - Φ(-s/√2)): ℓ = t (2Φ(w) - 1) - 2a, dℓ/dm = -2a, d²ℓ/dm² = 2e/s - 2a,
/// dℓ/ds = -2b with b = sa - e + g/√2, d²ℓ/ds² = -2 (sb + a - (w + s) we/s + sg/√8),
/// dℓ/dt = 2Φ(w) - 1, d²ℓ/dt² = 2φ(w)/(st). For t <= 0, Φ(w), Φ(z) and e are 0. Tails are e or g times
/// Mills ratios, so that no large exponential meets a small one. The surrogate is the magnitude.
struct CRPSLognormal: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    /// Leaves all to the precise path: the terms cancel wherever the forecast is good.
    @inline(always)
    func point(_ x: Elements) -> Point { .deferred }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (location, scale, target) = (x[0], x[1], x[2])
        let isPositive = target .> 0
        let one = Vector(repeating: 1)
        let half = Vector(repeating: 0.5)
        // 1/√(2π) and 1/√2.
        let density = TwoDoubles(
            head: Vector(repeating: 0x1.9884533d43651p-2),
            tail: Vector(repeating: -0x1.cbc0d30ebfd15p-56)
        )
        let root = TwoDoubles(
            head: Vector(repeating: 0x1.6a09e667f3bcdp-1),
            tail: Vector(repeating: -0x1.bdd3413b26456p-55)
        )
        let logarithm = TwoDoubles.log(one.replacing(with: target, where: isPositive))
        let w = ((logarithm - location) / scale).withoutTinyTail
        let z = w - scale
        let variance = TwoDoubles.product(scale, scale)
        let exponent = (w.squared * half).withoutTinyTail
        let e = (TwoDoubles.exp(logarithm - exponent) * density).kept(where: isPositive)
        let g = TwoDoubles.exp(variance.scaled(by: 0.5 * half) + location) * density
        let mean = TwoDoubles.exp(variance.scaled(by: half) + location)
        let (isAbove, isFar) = (w.head .> 0, z.head .> 0)
        let tailOfW = e * .millsRatio(w.magnitude)
        let tailOfZ = e * .millsRatio(z.magnitude)
        let below = g * .millsRatio(root * scale)
        let share = tailOfZ.replacing(with: mean - tailOfZ, where: isFar .& isPositive)
        let a = share - below
        let double = Vector(repeating: 2)
        let gap = TwoDoubles(target) - tailOfW.scaled(by: double)
        let error = (-gap).replacing(with: gap, where: isAbove .& isPositive)
        let loss = error - a.scaled(by: double)

        let b = a * scale - e + g * root
        let slope = -a.scaled(by: double)
        let bend = (e / scale).scaled(by: double) + slope
        let push = ((w + scale) * w * e) / scale
        let spread = g * root * (half * scale)
        let bendOfScale = -(b * scale + a - push + spread).scaled(by: double)
        // 2Φ(w) - 1.
        let tail = TwoDoubles.exp(-exponent) * density * .millsRatio(w.magnitude)
        let level = one - tail.scaled(by: double)
        let signed = (-level).replacing(with: level, where: isAbove)
            .replacing(with: -TwoDoubles(one), where: .!isPositive)
        let curvature = Vector.exp(-exponent, times: double * density.head / (scale * target))
            .replacing(with: 0, where: .!isPositive)
        func derivatives(_ gradient: TwoDoubles, _ hessian: Vector) -> Derivatives {
            Derivatives(
                gradient: gradient.rounded,
                hessian: hessian,
                surrogate: hessian.magnitude
            )
        }
        return Point(
            loss: loss.rounded,
            first: derivatives(slope, bend.rounded),
            second: derivatives(-b.scaled(by: double), bendOfScale.rounded),
            third: derivatives(signed, curvature)
        )
    }
}

extension CRPSLognormal {
    static let facts = Facts(
        name: "crps_lognormal",
        aliases: ["crps_lnorm"],
        family: .regression,
        summary: "The continuous ranked probability score of a lognormal distribution, whose "
            + "logarithm has a predicted mean and standard deviation.",
        formula: .init(
            plain: "t (2 Phi(w) - 1) - 2 exp(m + s^2 / 2) (Phi(w - s) + Phi(s / sqrt(2)) - 1) with "
                + "w = (log t - m) / s, m the location and s the scale of the logarithm",
            gradient: "-2 exp(m + s^2 / 2) A in m, A = Phi(w - s) + Phi(s / sqrt(2)) - 1; -2 exp(m "
                + "+ s^2 / 2) (s A - phi(w - s) + phi(s / sqrt(2)) / sqrt(2)) in s; 2 Phi(w) - 1 "
                + "in t",
            tex:
                #"t (2 \Phi(w) - 1) - 2 e^{m + s^2 / 2} \left( \Phi(w - s) + \Phi(s / \sqrt 2) - 1 "#
                + #"\right), \quad w = \tfrac{\log t - m}{s}"#
        ),
        options: [],
        signature: Signature(
            .element,
            .init(
                "location",
                .primary,
                .interval(.closed(-200, 200)),
                "predicted means of the logarithm"
            ),
            .init(
                "scale",
                .primary,
                .interval(.closed(1e-6, 20)),
                "predicted standard deviations of the logarithm"
            ),
            .init("targets", .differentiable, Forecasts.numbers, "true numbers")
        ),
        kinks: ["t = 0: the derivatives are those below, where the distribution has no mass"],
        properties: [.differentiable, .properScoring],
        notes: [
            "Targets of 0 or less are allowed; their score is their distance from the forecast.",
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: ["scoringRules crps_lnorm", "scoringrules crps_lognormal"],
        examples: [
            Example([
                "location": Tensor(shape: [3], values: [0.2, -0.4, 1]),
                "scale": Tensor(shape: [3], values: [0.5, 1, 0.25]),
                "targets": Tensor(shape: [3], values: [1.5, 0.25, 2.5]),
            ])
        ]
    )
}
