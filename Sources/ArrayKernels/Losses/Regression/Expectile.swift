// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The asymmetric squared error, whose mean is minimised by an expectile of the targets.
///
/// With `e = p - t` and w = 1 - tau if e >= 0, else tau: ℓ = w e²/2, dℓ/dp = w e, d²ℓ/dp² = w; twice these
/// without the factor 1/2.
struct Expectile: LevelLoss {
    static let half = Option.flag(
        "half",
        default: true,
        "Whether the loss has the factor 1/2, with which its gradient is a multiple of the error."
    )

    let levels: [Double]
    private let factor: Double

    init(_ options: OptionValues) {
        levels = Self.levels(options)
        factor = options[Self.half] ? 1 : 2
    }

    @inline(always)
    func point(_ error: Difference, level: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let value = error.value
        let weight = factor * (1 - level).replacing(with: level, where: value .< 0)
        let slope = weight * value
        return (0.5 * slope * value, Derivatives(gradient: slope, hessian: weight))
    }
}

extension Expectile {
    static let facts = Facts(
        name: "expectile",
        aliases: ["expectile_loss", "expectile_regression", "reg:expectileerror"],
        family: .regression,
        summary: "The asymmetric squared error, whose mean is minimised by an expectile.",
        formula: .init(
            plain:
                "tau (p - t)^2 / 2 where p < t, else (1 - tau) (p - t)^2 / 2; without / 2 unless half",
            gradient: "tau (p - t) where p < t, else (1 - tau) (p - t)",
            tex: #"\lvert \tau - [p \ge t] \rvert\, \tfrac12 (p - t)^2"#
        ),
        options: [Pinball.tau.declaration, half.declaration, ListOptions.axis.declaration],
        signature: .realPair,
        kinks: ["p = t: differentiable; the Hessian is 1 - tau there and tau below"],
        properties: [.strictlyConvex, .convex, .differentiable],
        bounds: Bounds(hessian: .either(half, Pinball.largestShare, or: 2 * Pinball.largestShare)),
        minimizer: .expectile("tau"),
        relations: [.half(of: "half_squared_error", when: ["tau": .number(0.5)])],
        notes: [
            "rlax has no factor 1/2, nor has CatBoost.",
            "XGBoost has reg:expectileerror since 3.3; its model predicts the increments of several "
                + "expectiles, of which the first has this loss, gradient and Hessian.",
        ],
        references: [
            "W. K. Newey, J. L. Powell, Asymmetric Least Squares Estimation and Testing, "
                + "Econometrica 55, 1987",
            "XGBoost reg:expectileerror", "rlax expectile_loss",
        ],
        conventions: [
            .catBoost(
                ["half": .flag(false)],
                notes: [
                    "CatBoost has no default for alpha, the tau here."
                ]
            )
        ]
    )
}
