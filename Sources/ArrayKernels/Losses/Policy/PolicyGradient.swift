// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The policy gradient: ℓ = -A p with the logarithm p and the advantage A.
struct Reinforce: PointwiseLoss {
    static var inputCount: Int { 2 }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let zero = Vector(repeating: 0)
        return Point(
            loss: -x[1] * x[0],
            first: Derivatives(gradient: -x[1], hessian: zero),
            second: Derivatives(gradient: -x[0], hessian: zero)
        )
    }
}

/// The policy gradient with importance sampling.
///
/// With the ratio q of the probabilities and the advantage A: ℓ = -qA, in the logarithm dℓ/dp = -qA
/// and d²ℓ/dp² = -qA. The surrogate is the magnitude.
struct ImportanceSampling: PointwiseLoss {
    static var inputCount: Int { 3 }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let loss = -Vector.exp(x.logRatio, times: x[2])
        let derivatives = Derivatives(gradient: loss, hessian: loss, surrogate: loss.magnitude)
        return Point(
            loss: loss,
            first: derivatives,
            second: derivatives.opposite,
            third: Derivatives(gradient: -Vector.exp(x.logRatio), hessian: Vector(repeating: 0))
        )
    }
}

/// The cross-entropy of a token, weighted by its probability, which counts as constant.
///
/// With the logarithm p: ℓ = -e^p p, and the derivative for a constant weight is -e^p.
struct DynamicFineTuning: PointwiseLoss {
    static var inputCount: Int { 1 }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        Point(
            loss: -Vector.exp(TwoDoubles(x[0]), times: x[0]),
            first: Derivatives(gradient: -Vector.exp(x[0]), hessian: Vector(repeating: 0))
        )
    }
}

/// The policy gradient with a quadratic penalty on the log-ratio: direct reward optimization.
///
/// With the logarithm p, the log-ratio d and the advantage A: ℓ = βd²/2 - Ap, dℓ/dp = βd - A,
/// d²ℓ/dp² = β.
struct DRO: PointwiseLoss {
    static var inputCount: Int { 3 }

    static let beta = Option.number(
        "beta",
        default: 1,
        .closed(0, 1e6),
        "Factor of half of the squared log-ratio."
    )

    private let beta: Double

    init(_ options: OptionValues) {
        beta = options[Self.beta]
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let beta = Vector(repeating: beta)
        let pull = (x.logRatio * beta).withoutTinyTail
        let cost = x.logRatio * pull * Vector(repeating: 0.5) - TwoDoubles.product(x[0], x[2])
        return Point(
            loss: cost.rounded,
            first: Derivatives(gradient: (pull - x[2]).rounded, hessian: beta),
            second: Derivatives(gradient: -pull.head, hessian: beta),
            third: Derivatives(gradient: -x[0], hessian: Vector(repeating: 0))
        )
    }
}

extension Reinforce {
    static let facts = Facts(
        name: "reinforce",
        aliases: ["policy_gradient", "policy_gradient_loss", "gpg"],
        family: .policy,
        summary: "The policy gradient: the negative product of the logarithm of the probability of "
            + "a token and its advantage.",
        formula: .init(
            plain: "-a p, p the logarithm of the probability and a the advantage",
            gradient: "-a",
            tex: #"-A \log \pi"#
        ),
        options: [],
        signature: Signature(.element, Policies.logprobs, Policies.advantages),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable],
        notes: [
            "Trainers hold advantages constant; their gradient is computed on request.",
            Policies.normalizer,
        ],
        references: [
            "R. J. Williams, Simple Statistical Gradient-Following Algorithms for Connectionist "
                + "Reinforcement Learning, Machine Learning 8, 1992",
            "rlax policy_gradient_loss",
        ],
        examples: [
            Example([
                "logprobs": Tensor(shape: [4], values: [-1.25, -0.5, -3, -0.75]),
                "advantages": Tensor(shape: [4], values: [1, -0.5, -0.5, 2]),
            ])
        ]
    )
}

extension ImportanceSampling {
    static let facts = Facts(
        name: "importance_sampling",
        aliases: ["importance_sampling_policy_loss"],
        family: .policy,
        summary: "The policy gradient for tokens sampled by another policy, by the ratio of the "
            + "probabilities.",
        formula: .init(
            plain: "-a exp(p - o), p and o the logarithms of the probabilities by the policy and "
                + "the sampling policy, a the advantage",
            gradient: "-a exp(p - o) in p, a exp(p - o) in o, -exp(p - o) in a",
            tex: #"-A \frac{\pi}{\pi_{\text{old}}}"#
        ),
        options: [],
        signature: Policies.tokens,
        diagnostics: .ratios([]),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            Policies.constants, Policies.normalizer,
            "Convex in p where the advantage is negative; the surrogate of the Hessian is its "
                + "magnitude.",
        ],
        references: ["Tinker importance_sampling"],
        conventions: [.tinker()],
        examples: Policies.examples
    )
}

extension DynamicFineTuning {
    static let facts = Facts(
        name: "dft",
        aliases: ["dynamic_fine_tuning"],
        family: .policy,
        summary: "The cross-entropy of a token, weighted by its probability, which counts as "
            + "constant.",
        formula: .init(
            plain: "-exp(p) p, p the logarithm of the probability",
            gradient: "-exp(p), for a constant weight",
            tex: #"-\operatorname{sg}(\pi) \log \pi"#
        ),
        options: [],
        signature: Signature(.element, Policies.logprobs),
        kinks: [],
        properties: [],
        notes: [
            "The weight exp(p) counts as constant: the gradient is not the derivative of the "
                + "value.",
            Policies.normalizer,
        ],
        references: [
            "Y. Wu et al., On the Generalization of SFT: A Reinforcement Learning Perspective with "
                + "Reward Rectification, 2025",
            "TRL SFTTrainer dft",
        ],
        conventions: [.trl()],
        gradientKind: .constantWeights,
        examples: [
            Example(["logprobs": Tensor(shape: [4], values: [-1.25, -0.5, -3, -0.75])])
        ]
    )
}

extension DRO {
    static let facts = Facts(
        name: "dro",
        aliases: ["direct_reward_optimization"],
        family: .policy,
        summary: "The policy gradient with a quadratic penalty on the log-ratio to the sampling "
            + "policy.",
        formula: .init(
            plain: "b (p - o)^2 / 2 - a p, p and o the logarithms of the probabilities by the "
                + "policy and the sampling policy, a the advantage, b = beta",
            gradient: "b (p - o) - a in p, -b (p - o) in o, -p in a",
            tex: #"\tfrac{\beta}{2} \left( \log \tfrac{\pi}{\pi_{\text{old}}} \right)^2 - A \log "#
                + #"\pi"#
        ),
        options: [beta.declaration],
        signature: Policies.tokens,
        diagnostics: .ratios([]),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable],
        notes: [Policies.constants, Policies.normalizer],
        references: [
            "P. H. Richemond et al., Offline Regularised Reinforcement Learning for Large Language "
                + "Models Alignment, 2024",
            "Tinker dro",
        ],
        conventions: [.tinker()],
        examples: Policies.examples
    )
}

extension Convention {
    /// The defaults of Tinker, whose losses are sums.
    static func tinker(
        _ options: [String: OptionValue] = [:],
        notes: [String] = []
    ) -> Convention {
        Convention("tinker", version: "0.38.0", options, reduction: .sum, notes: notes)
    }
}
