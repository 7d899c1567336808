// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Kahneman-Tversky optimization: the loss of a response that is desirable or not.
///
/// With v = β(log-ratio - z), negated for desirable responses, and the weight w: ℓ = w σ(v),
/// dℓ/dv = w σ(v) σ(-v), d²ℓ/dv² = -w σ(v) σ(-v) tanh(v/2). The surrogate is the magnitude.
struct KTO: PointwiseLoss {
    static var inputCount: Int { 3 }

    static let divergence = Option.number(
        "kl",
        default: 0,
        .closed(0, 1e6),
        "Estimate of the divergence of the policy from the reference, the zero of the values."
    )
    static let desirable = Option.number(
        "desirable_weight",
        default: 1,
        .closed(0, 1e6),
        "Factor of the loss of desirable responses."
    )
    static let undesirable = Option.number(
        "undesirable_weight",
        default: 1,
        .closed(0, 1e6),
        "Factor of the loss of undesirable responses."
    )

    private static let largestWeight = Bound.maximum(Bound(desirable), Bound(undesirable))

    private let beta: Double
    private let divergence: Double
    private let weights: (desirable: Double, undesirable: Double)

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        divergence = options[Self.divergence]
        weights = (options[Self.desirable], options[Self.undesirable])
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let isDesirable = x[2] .> 0
        let ratio = TwoDoubles.difference(x[0], x[1]) - Vector(repeating: divergence)
        let reward = ratio.reward(beta)
        let logistic = Logistic(reward.replacing(with: -reward, where: isDesirable))
        let weight = Vector(repeating: weights.undesirable)
            .replacing(with: weights.desirable, where: isDesirable)
        let slope = weight * logistic.product
        let bend = slope * logistic.tangentOfHalf
        let derivatives = Derivatives(
            gradient: slope.replacing(with: -slope, where: isDesirable),
            hessian: -bend,
            surrogate: bend.magnitude
        ).scaled(by: beta)
        return Point(
            loss: weight * logistic.sigmoid,
            first: derivatives,
            second: derivatives.opposite
        )
    }
}

extension KTO {
    static let facts = Facts(
        name: "kto",
        aliases: ["kahneman_tversky_optimization"],
        family: .preference,
        summary: "The loss of a response that is desirable or undesirable, by the value that "
            + "prospect theory assigns to its log-ratio.",
        formula: .init(
            plain: "w / (1 + exp(v)) for desirable and w / (1 + exp(-v)) for undesirable "
                + "responses, v = beta (x - x' - z), x and x' the logarithms by the policy and the "
                + "reference, z the divergence and w the weight",
            gradient: "-beta w q (1 - q) for desirable and beta w q (1 - q) for undesirable "
                + "responses in x, its opposite in x', q = 1 / (1 + exp(-v))",
            tex: #"w (1 - \sigma(\pm \beta (x - x' - z)))"#
        ),
        options: [
            Preferences.beta.declaration, divergence.declaration, desirable.declaration,
            undesirable.declaration,
        ],
        signature: Signature(
            .element,
            Preferences.response(
                "logprobs",
                .primary,
                "logarithms of the probabilities of responses"
            ),
            Preferences.response(
                "reference_logprobs",
                .differentiable,
                "the same by the reference policy"
            ),
            .init(
                "labels",
                .constant,
                .values([0, 1]),
                "1 for desirable, 0 for undesirable responses"
            )
        ),
        diagnostics: .labelledRewards(factor: "beta", threshold: "kl"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            loss: largestWeight,
            gradient: Bound(Preferences.beta) * largestWeight / 4,
            hessian: 0.09622504486493763 * Bound(Preferences.beta).squared * largestWeight
        ),
        notes: [
            Preferences.constantReference, Preferences.sums, Preferences.subnormal,
            "TRL estimates kl in each batch, at least 0, and holds it constant.",
            "The Hessian is negative for desirable responses with v < 0 and undesirable ones with "
                + "v > 0; its surrogate is the magnitude.",
        ],
        references: [
            "K. Ethayarajh et al., KTO: Model Alignment as Prospect Theoretic Optimization, ICML "
                + "2024",
            "TRL KTOTrainer",
        ],
        conventions: [.trl(notes: ["It computes kl from the batch."])],
        examples: [
            Example(
                [
                    "logprobs": Tensor(shape: [3], values: [-12.5, -30.25, -8]),
                    "reference_logprobs": Tensor(shape: [3], values: [-13, -30, -9.5]),
                    "labels": Tensor(shape: [3], values: [1, 0, 1]),
                ],
                ["kl": .number(0.5)]
            )
        ]
    )
}
