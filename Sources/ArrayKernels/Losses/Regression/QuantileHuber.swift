// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The Huber loss with the asymmetric weights of the pinball loss.
///
/// With `e = p - t`, w = 1 - tau if e >= 0, else tau, and c = `e` clipped to ±delta:
/// ℓ = w c (e - c/2), dℓ/dp = w c, and d²ℓ/dp² is w if |e| <= delta, else 0.
struct QuantileHuber: LevelLoss {
    let levels: [Double]
    private let delta: Double

    init(_ options: OptionValues) {
        levels = Self.levels(options)
        delta = options[Huber.delta]
    }

    @inline(always)
    func point(_ error: Difference, level: Vector) -> (loss: Vector, derivatives: Derivatives) {
        let value = error.value
        let weight = (1 - level).replacing(with: level, where: value .< 0)
        let clipped = value.clamped(-delta, delta)
        let slope = weight * clipped
        return (
            slope * (value - 0.5 * clipped),
            Derivatives(
                gradient: slope,
                hessian: Vector(repeating: 0)
                    .replacing(with: weight, where: error.isAtMost(delta)),
                surrogate: weight
            )
        )
    }
}

extension QuantileHuber {
    static let facts = Facts(
        name: "quantile_huber",
        aliases: ["quantile_huber_loss", "huber_quantile"],
        family: .regression,
        summary: "The Huber loss with the asymmetric weights of the pinball loss, as in "
            + "distributional reinforcement learning.",
        formula: .init(
            plain: "|tau - [p >= t]| huber(p - t)",
            gradient: "|tau - [p >= t]| times p - t clipped to [-delta, delta]",
            tex: #"\lvert \tau - [p \ge t] \rvert\, \mathrm{huber}_\delta(p - t)"#
        ),
        options: [
            Pinball.tau.declaration, Huber.delta.declaration, ListOptions.axis.declaration,
        ],
        signature: .realPair,
        kinks: [
            "p = t: differentiable; the Hessian is 1 - tau there and tau below",
            "|p - t| = delta: differentiable; the Hessian is 0 beyond",
        ],
        properties: [.convex, .differentiable, .lipschitz],
        bounds: Bounds(
            gradient: Pinball.largestShare * Bound(Huber.delta),
            hessian: Pinball.largestShare
        ),
        relations: [.half(of: "huber", when: ["tau": .number(0.5)])],
        notes: ["rlax calls delta huber_param; with delta = 0 it returns the pinball loss."],
        references: [
            "W. Dabney et al., Distributional Reinforcement Learning with Quantile Regression, "
                + "AAAI 2018",
            "rlax quantile_regression_loss",
        ]
    )
}
