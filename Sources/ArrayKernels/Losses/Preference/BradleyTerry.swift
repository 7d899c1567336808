// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a preference by rewards, with a margin and a penalty on their
/// sum.
///
/// With u = c - r - m: ℓ = softplus(-u) + k (c + r)², dℓ/dc = 2k (c + r) - σ(-u),
/// dℓ/dr = 2k (c + r) + σ(-u), d²ℓ/dc² = d²ℓ/dr² = σ(u) σ(-u) + 2k, and in the margin without the
/// penalty.
struct BradleyTerry: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    static let centering = Option.number(
        "center_rewards_coefficient",
        default: 0,
        .closed(0, 1e6),
        "Factor of the squared sum of the two rewards, which keeps them near 0."
    )

    private let coefficient: Double

    init(_ options: OptionValues) {
        coefficient = options[Self.centering]
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let logistic = Logistic(TwoDoubles.difference(x[0], x[1]) - x[2])
        let sum = x[0] + x[1]
        let pull = (2 * coefficient) * sum
        let share = logistic.complement
        let (chosen, rejected) = (pull - share, pull + share)
        let hessian = logistic.product + Vector(repeating: 2 * coefficient)
        return Point(
            loss: logistic.softplusOfNegative + coefficient * sum * sum,
            first: Derivatives(
                gradient: chosen,
                hessian: hessian,
                cancelled: chosen.isCancelled(pull)
            ),
            second: Derivatives(
                gradient: rejected,
                hessian: hessian,
                cancelled: rejected.isCancelled(pull)
            ),
            third: Derivatives(gradient: share, hessian: logistic.product)
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let share = PreciseLogistic(TwoDoubles.difference(x[0], x[1]) - x[2]).complement
        let pull = TwoDoubles.sum(x[0], x[1]) * Vector(repeating: 2 * coefficient)
        let zero = Vector(repeating: 0)
        return Point(
            loss: zero,
            first: Derivatives(gradient: (pull - share).rounded, hessian: zero),
            second: Derivatives(gradient: (pull + share).rounded, hessian: zero)
        )
    }
}

extension BradleyTerry {
    static let facts = Facts(
        name: "bradley_terry",
        aliases: ["reward_modeling", "pairwise_reward"],
        family: .preference,
        summary: "The negative log-likelihood of a preference by the difference of two rewards, "
            + "less a margin.",
        formula: .init(
            plain: "log(1 + exp(-u)) + k (c + r)^2 with u = c - r - m, m the margin and k the "
                + "coefficient",
            gradient: "2 k (c + r) - q in c, 2 k (c + r) + q in r, q in m, q = 1 / (1 + exp(u))",
            tex: #"-\log \sigma(c - r - m) + k (c + r)^2"#
        ),
        options: [centering.declaration],
        signature: Signature(
            .element,
            .init("chosen", .primary, Preferences.logarithms, "rewards of chosen responses"),
            .init("rejected", .primary, Preferences.logarithms, "rewards of rejected responses"),
            .init(
                "margin",
                .differentiable,
                Preferences.logarithms,
                "margins by which the rewards should differ; 0 for none"
            )
        ),
        diagnostics: .rewards(factor: nil),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable],
        notes: [
            "TRL multiplies the mean of (c + r)^2 by center_rewards_coefficient, as here; its "
                + "default is none."
        ],
        references: ["TRL RewardTrainer", "OpenRLHF PairWiseLoss"],
        conventions: [.trl()],
        examples: [
            Example([
                "chosen": Tensor(shape: [3], values: [1.5, 0.25, -0.5]),
                "rejected": Tensor(shape: [3], values: [0.5, 0.75, -2]),
                "margin": Tensor(shape: [3], values: [0, 0.5, 1]),
            ])
        ]
    )
}
