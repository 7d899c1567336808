// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Proximal policy optimization: the policy gradient with a clipped ratio of the probabilities.
///
/// With the ratio q and the advantage A: ℓ = -rA, where r is q, at most 1 + h for A > 0, and at
/// least 1 - l and at most the dual bound otherwise. Where it is q, dℓ/dp = -qA and d²ℓ/dp² = -qA,
/// and elsewhere 0. The surrogate is the magnitude.
///
/// The logarithms of the bounds decide, to 2^-100, so that no rounding of the ratio moves a kink.
struct PPO: PointwiseLoss {
    static var inputCount: Int { 3 }

    static let low = Option.number(
        "clip_low",
        default: 0.2,
        .closed(0, 1),
        "Distance from 1 below which the ratio is clipped where the advantage is not positive."
    )
    static let high = Option.number(
        "clip_high",
        default: 0.2,
        .closed(0, 1e6),
        "Distance from 1 above which the ratio is clipped where the advantage is positive."
    )
    static let dual = Option.number(
        "dual_clip",
        default: 0,
        .zeroOr(1, 1e300),
        "Bound of the ratio where the advantage is not positive; 0 means none."
    )

    /// A bound of the ratio, with its logarithm.
    private struct Bound {
        let value: Double
        let logarithm: TwoDoubles
    }

    private let least: Bound
    private let greatest: Bound
    private let dual: Bound

    init(_ options: OptionValues) {
        let (low, high, dual) = (options[Self.low], options[Self.high], options[Self.dual])
        let bound = dual == 0 ? Double.infinity : dual
        least = Bound(value: 1 - low, logarithm: .log1p(Vector(repeating: -low)))
        greatest = Bound(value: 1 + high, logarithm: .log1p(Vector(repeating: high)))
        self.dual = Bound(value: bound, logarithm: .log(Vector(repeating: bound)))
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (ratio, advantage) = (x.logRatio, x[2])
        let isPositive = advantage .> 0
        let limit = dual.logarithm.replacing(with: greatest.logarithm, where: isPositive)
        let isAbove = ratio .> limit
        let isBelow = (least.logarithm .> ratio) .& .!isPositive
        let upper = Vector(repeating: dual.value)
            .replacing(with: greatest.value, where: isPositive)
        let bound = upper.replacing(with: least.value, where: isBelow)
        let isClipped = isAbove .| isBelow
        let zero = Vector(repeating: 0)
        let weighted = -Vector.exp(ratio, times: advantage)
        let slope = weighted.replacing(with: zero, where: isClipped)
        let derivatives = Derivatives(
            gradient: slope,
            hessian: slope,
            surrogate: slope.magnitude
        )
        // A product with an infinite bound is never selected.
        return Point(
            loss: weighted.replacing(with: -bound * advantage, where: isClipped),
            first: derivatives,
            second: derivatives.opposite,
            third: Derivatives(
                gradient: -Vector.exp(ratio).replacing(with: bound, where: isClipped),
                hessian: zero
            )
        )
    }
}

extension PPO {
    static let facts = Facts(
        name: "ppo",
        aliases: ["clipped_surrogate", "clipped_surrogate_pg_loss", "ppo_clip"],
        family: .policy,
        summary: "Proximal policy optimization: the policy gradient with a clipped ratio of the "
            + "probabilities.",
        formula: .init(
            plain: "max(-q a, -clip(q, 1 - l, 1 + h) a) with q = exp(p - o), p and o the "
                + "logarithms of the probabilities by the policy and the sampling policy, a the "
                + "advantage, l = clip_low and h = clip_high; with dual_clip c, at most -c a for a "
                + "< 0",
            gradient: "-q a in p, or 0 where clipped; its opposite in o",
            tex: #"\max \left( -q A, -\operatorname{clip}(q, 1 - l, 1 + h) A \right), \quad q = "#
                + #"\tfrac{\pi}{\pi_{\text{old}}}"#
        ),
        options: [low.declaration, high.declaration, dual.declaration],
        signature: Policies.tokens,
        diagnostics: .ratios([
            .init(.high, "clip_high", .distance, .positive),
            .init(.low, "clip_low", .distance, .negative),
            .init(.high, "dual_clip", .ratio, .negative),
        ]),
        kinks: [
            "q at a bound: the gradient is that inside the bounds",
            "a = 0: the gradient in a is that for a < 0",
        ],
        properties: [],
        notes: [
            Policies.constants, Policies.normalizer,
            "The loss of GRPO and DAPO is ppo, with policy_kl times a coefficient added and "
                + "another normalizer.",
            "Tinker states the bounds themselves, 0.8 and 1.2. delta of TRL is dual_clip.",
            "PyTorch gives half of the gradient where both arguments of a maximum agree.",
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: [
            "J. Schulman et al., Proximal Policy Optimization Algorithms, 2017", "TRL GRPOTrainer",
            "rlax clipped_surrogate_pg_loss",
        ],
        conventions: [
            .trl(), .tinker(),
            Convention(
                "verl",
                version: "b178a3cd5",
                ["dual_clip": .number(3)],
                notes: ["It limits logarithms of ratios to [-20, 20]."]
            ),
            Convention(
                "torchtune",
                version: "bd2a0fc7c",
                ["clip_low": .number(0.1), "clip_high": .number(0.1)]
            ),
        ],
        examples: Policies.examples
    )
}
