// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The asymmetric squared error, whose mean is minimised by an expectile of the targets.
///
/// With `e = p - t` and w = 1 - tau if e >= 0, else tau: ℓ = w e²/2, dℓ/dp = w e, d²ℓ/dp² = w.
struct Expectile: DistanceLoss {
    private let tau: Double

    init(_ options: OptionValues) {
        tau = options[Pinball.tau]
    }

    @inline(always)
    func point(_ error: Difference) -> (loss: Vector, derivatives: Derivatives) {
        let value = error.value
        let weight = Vector(repeating: 1 - tau).replacing(with: tau, where: value .< 0)
        let slope = weight * value
        return (0.5 * slope * value, Derivatives(gradient: slope, hessian: weight))
    }
}

extension Expectile {
    static let facts = Facts(
        name: "expectile",
        aliases: ["expectile_loss", "reg:expectileerror"],
        family: .regression,
        summary: "The asymmetric squared error, whose mean is minimised by an expectile.",
        formula: .init(
            plain: "tau (p - t)^2 / 2 where p < t, else (1 - tau) (p - t)^2 / 2",
            gradient: "tau (p - t) where p < t, else (1 - tau) (p - t)",
            tex: #"\lvert \tau - [p \ge t] \rvert\, \tfrac12 (p - t)^2"#
        ),
        options: [Pinball.tau.declaration],
        signature: .realPair,
        kinks: ["p = t: differentiable; the Hessian is 1 - tau there and tau below"],
        properties: [.strictlyConvex, .convex, .differentiable],
        minimizer: .expectile("tau"),
        relations: [.half(of: "half_squared_error", when: ["tau": .number(0.5)])],
        notes: [
            "rlax has no factor 1/2. XGBoost's reg:expectileerror predicts the increments of "
                + "several expectiles; this is the loss of one.",
            "CatBoost's Expectile has no factor 1/2 either.",
        ],
        references: [
            "W. K. Newey, J. L. Powell, Asymmetric Least Squares Estimation and Testing, "
                + "Econometrica 55, 1987",
            "XGBoost reg:expectileerror", "rlax expectile_loss",
        ]
    )
}
