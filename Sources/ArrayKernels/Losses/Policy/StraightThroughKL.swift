// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// An estimate of the divergence of a policy from a reference policy, with the gradient of another one.
///
/// The value is k1, k3 or the magnitude, as of `PolicyKL`, and the derivatives are those of k2: with d, the
/// logarithm of the reference less that of the policy, -d in the policy and d in the reference, and 1.
enum StraightThroughKL: ListedLoss {
    enum Estimator: String, CaseIterable, Sendable {
        case k1
        case k3
        case abs
    }

    static let estimator = Option.choice(
        "estimator",
        default: Estimator.k3,
        "The estimate: k1, the log-ratio; k3, which is unbiased and not negative; or abs, the magnitude of "
            + "the log-ratio."
    )

    static func kernel(_ options: OptionValues) -> any ElementKernel {
        switch options[estimator] {
        case .k1: StraightThroughLinearKL()
        case .k3: StraightThroughExponentialKL()
        case .abs: StraightThroughAbsoluteKL()
        }
    }
}

/// The value of an estimate with the derivatives of half the square.
protocol StraightThrough: DivergenceEstimate {
    associatedtype Forward: DivergenceEstimate
}

extension StraightThrough {
    @inline(always)
    func estimate(_ difference: TwoDoubles) -> (loss: Vector, derivatives: Derivatives) {
        (Forward().estimate(difference).loss, QuadraticKL().estimate(difference).derivatives)
    }
}

struct StraightThroughLinearKL: StraightThrough { typealias Forward = LinearKL }

struct StraightThroughExponentialKL: StraightThrough { typealias Forward = ExponentialKL }

struct StraightThroughAbsoluteKL: StraightThrough { typealias Forward = AbsoluteKL }

extension StraightThroughKL {
    static let facts = Facts(
        name: "policy_kl_straight_through",
        aliases: [
            .init("k1+", ["estimator": .choice("k1")]), .init("k3+", ["estimator": .choice("k3")]),
            .init("low_var_kl+", ["estimator": .choice("k3")]),
        ],
        family: .policy,
        summary:
            "An estimate of the divergence of a policy from a reference policy, whose gradient is that of "
            + "the estimate k2.",
        formula: .init(
            plain:
                "-d (k1), exp(d) - 1 - d (k3) or |d| (abs) with d = r - p, p and r the logarithms of the "
                + "probabilities by the policy and the reference",
            gradient: "-d in p, d in r, those of d^2 / 2",
            tex: #"\tfrac{\pi_0}{\pi} - 1 - \log \tfrac{\pi_0}{\pi}"#
        ),
        options: [estimator.declaration],
        signature: Signature(
            .element,
            Policies.logprobs,
            .init(
                "reference_logprobs",
                .differentiable,
                Policies.numbers,
                "the same by the reference policy"
            )
        ),
        kinks: [],
        properties: [],
        notes: [
            Preferences.constantReference, Policies.normalizer,
            "The expected value of k1 and of k3 is the divergence, and the expected gradient of k2 is its "
                + "gradient, which those of k1 and k3 are not.",
            "verl limits k3 to numbers up to 10, and d to 20, in magnitude.",
        ],
        references: ["J. Schulman, Approximating KL Divergence, 2020", "verl kl_penalty"],
        gradientKind: .straightThrough,
        examples: [
            Example([
                "logprobs": Tensor(shape: [4], values: [-1.25, -0.5, -3, -0.75]),
                "reference_logprobs": Tensor(shape: [4], values: [-1.5, -0.5, -2.5, -1.25]),
            ])
        ]
    )
}
