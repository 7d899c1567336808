// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Advantage-weighted regression: the cross-entropy of a token, weighted by its advantage.
///
/// With the logarithm p, the advantage A and the weight w = min(e^(A/β), m): ℓ = -wp and dℓ/dp = -w. Where w is
/// not limited, dℓ/dA = -wp/β and d²ℓ/dA² = -wp/β²; elsewhere both are 0. The surrogate is the magnitude.
struct AWR: PointwiseLoss {
    static var inputCount: Int { 2 }

    static let beta = Option.number(
        "beta",
        default: 1,
        .closed(1e-6, 1e6),
        "Temperature by which advantages are divided."
    )
    static let maxWeight = Option.number(
        "max_weight",
        default: 20,
        .closed(1e-100, 1e100),
        "The greatest weight of a token."
    )

    private let beta: Double
    private let maxWeight: Double
    private let logLimit: TwoDoubles

    init(_ options: OptionValues) {
        beta = options[Self.beta]
        maxWeight = options[Self.maxWeight]
        logLimit = TwoDoubles.log(Vector(repeating: maxWeight))
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let zero = Vector(repeating: 0)
        let logWeight = TwoDoubles(x[1]) / Vector(repeating: beta)
        let isLimited = (logWeight - logLimit).head .>= 0
        let product = Vector.exp(logWeight, times: x[0])
        let slope = zero.replacing(with: product / beta, where: .!isLimited)
        let bend = slope / beta
        return Point(
            loss: -product.replacing(with: maxWeight * x[0], where: isLimited),
            first: Derivatives(
                gradient: -Vector.exp(logWeight).replacing(with: maxWeight, where: isLimited),
                hessian: zero
            ),
            second: Derivatives(gradient: -slope, hessian: -bend, surrogate: bend.magnitude)
        )
    }
}

extension AWR {
    static let facts = Facts(
        name: "awr",
        aliases: ["advantage_weighted_regression"],
        family: .policy,
        summary:
            "Advantage-weighted regression: the cross-entropy of a token, weighted by the exponential of "
            + "its advantage.",
        formula: .init(
            plain:
                "-min(exp(a / b), m) p, p the logarithm of the probability and a the advantage, b = beta, "
                + "m = max_weight",
            gradient:
                "-min(exp(a / b), m) in p; -exp(a / b) p / b in a where exp(a / b) < m, else 0",
            tex: #"-\min(e^{A / \beta}, m) \log \pi"#
        ),
        options: [beta.declaration, maxWeight.declaration],
        signature: Signature(.element, Policies.logprobs, Policies.advantages),
        kinks: ["exp(a / b) = m: the gradient in a is 0, as beyond"],
        properties: [.convex, .differentiable, .twiceDifferentiable],
        notes: [
            "Trainers hold advantages constant; their gradient is computed on request.",
            Policies.normalizer,
            "The authors' code divides advantages by their standard deviation first, after subtracting their "
                + "mean. With all advantages 0 it is the cross-entropy of a positive example.",
        ],
        references: [
            "X. B. Peng, A. Kumar, G. Zhang, S. Levine, Advantage-Weighted Regression: Simple and Scalable "
                + "Off-Policy Reinforcement Learning, 2019",
            "xbpeng/awr AWRAgent",
        ],
        examples: [
            Example([
                "logprobs": Tensor(shape: [4], values: [-1.25, -0.5, -3, -0.75]),
                "advantages": Tensor(shape: [4], values: [1, -0.5, -0.5, 4]),
            ])
        ]
    )
}
