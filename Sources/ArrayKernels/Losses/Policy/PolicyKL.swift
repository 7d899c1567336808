// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// An estimate of the divergence of a policy from a reference policy, from one sampled token.
///
/// With d, the logarithm of the reference less that of the policy, k1 = -d, k2 = d²/2,
/// k3 = e^d - 1 - d, and the magnitude |d|. In the policy the derivatives are 1, -d, 1 - e^d and
/// -sign(d), the second derivatives 0, 1, e^d and 0; in the reference the derivatives have the
/// opposite sign.
enum PolicyKL: ListedLoss {
    enum Estimator: String, CaseIterable, Sendable {
        case k1
        case k2
        case k3
        case abs
    }

    static let estimator = Option.choice(
        "estimator",
        default: Estimator.k3,
        "The estimate: k1, the log-ratio; k2, half its square; k3, which is unbiased and not "
            + "negative; or abs, the magnitude of the log-ratio."
    )

    static func kernel(_ options: OptionValues) -> any ElementKernel {
        switch options[estimator] {
        case .k1: LinearKL()
        case .k2: QuadraticKL()
        case .k3: ExponentialKL()
        case .abs: AbsoluteKL()
        }
    }
}

/// An estimate that is a function of d.
protocol DivergenceEstimate: PointwiseFormula {
    init()

    /// The estimate, with its derivatives with respect to d.
    func estimate(_ difference: TwoDoubles) -> (loss: Vector, derivatives: Derivatives)
}

extension DivergenceEstimate {
    static var inputCount: Int { 2 }

    init(_ options: OptionValues) { self.init() }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (loss, derivatives) = estimate(TwoDoubles.difference(x[1], x[0]))
        return Point(loss: loss, first: derivatives.opposite, second: derivatives)
    }
}

struct LinearKL: DivergenceEstimate {
    @inline(always)
    func estimate(_ difference: TwoDoubles) -> (loss: Vector, derivatives: Derivatives) {
        let derivatives = Derivatives(
            gradient: Vector(repeating: -1),
            hessian: Vector(repeating: 0)
        )
        return (-difference.head, derivatives)
    }
}

struct QuadraticKL: DivergenceEstimate {
    @inline(always)
    func estimate(_ difference: TwoDoubles) -> (loss: Vector, derivatives: Derivatives) {
        let d = difference.head
        return (0.5 * d * d, Derivatives(gradient: d, hessian: Vector(repeating: 1)))
    }
}

struct ExponentialKL: DivergenceEstimate {
    @inline(always)
    func estimate(_ difference: TwoDoubles) -> (loss: Vector, derivatives: Derivatives) {
        let power = Power(difference)
        return (power.surplus, Derivatives(gradient: power.valueMinusOne, hessian: power.value))
    }
}

struct AbsoluteKL: DivergenceEstimate {
    @inline(always)
    func estimate(_ difference: TwoDoubles) -> (loss: Vector, derivatives: Derivatives) {
        let d = difference.head
        return (d.magnitude, Derivatives(gradient: d.sign, hessian: Vector(repeating: 0)))
    }
}

/// The estimate k3, weighted by the ratio of the probabilities by the policy and the sampling
/// policy.
///
/// With d as for `PolicyKL`, the estimate k and the ratio q: ℓ = qk, dℓ/dp = -qd,
/// d²ℓ/dp² = q (1 - d), dℓ/do = -qk, d²ℓ/do² = qk, and in the reference q (e^d - 1) and q e^d. The
/// surrogate in p is the magnitude.
struct CorrectedKL: PointwiseLoss {
    static var inputCount: Int { 3 }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let difference = TwoDoubles.difference(x[1], x[0])
        let logRatio = TwoDoubles.difference(x[0], x[2])
        let power = Power(difference)
        let loss = Vector.exp(logRatio, times: power.surplus)
        let bend = Vector.exp(logRatio, times: (Vector(repeating: 1) - difference).rounded)
        return Point(
            loss: loss,
            first: Derivatives(
                gradient: -Vector.exp(logRatio, times: difference.head),
                hessian: bend,
                surrogate: bend.magnitude
            ),
            second: Derivatives(
                gradient: Vector.exp(logRatio, times: power.valueMinusOne),
                hessian: Vector.exp(TwoDoubles.difference(x[1], x[2]))
            ),
            third: Derivatives(gradient: -loss, hessian: loss)
        )
    }
}

extension PolicyKL {
    static let facts = Facts(
        name: "policy_kl",
        aliases: [
            .init("k1", ["estimator": .choice("k1")]), .init("k2", ["estimator": .choice("k2")]),
            .init("k3", ["estimator": .choice("k3")]),
            .init("low_var_kl", ["estimator": .choice("k3")]),
        ],
        family: .policy,
        summary: "An estimate of the divergence of a policy from a reference policy, from the "
            + "logarithms of the probabilities of sampled tokens.",
        formula: .init(
            plain: "-d (k1), d^2 / 2 (k2), exp(d) - 1 - d (k3) or |d| (abs) with d = r - p, p and "
                + "r the logarithms of the probabilities by the policy and the reference",
            gradient: "1 (k1), -d (k2), 1 - exp(d) (k3) or -sign(d) (abs) in p, its opposite in r",
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
        kinks: ["abs, d = 0: the gradient is 0, the middle of the subdifferential"],
        properties: [.convex],
        notes: [
            Preferences.constantReference, Policies.normalizer,
            "exp(d) - 1 - d does not cancel: at d = 1e-8 it is 5e-17, where the same in doubles "
                + "gives 0.",
            "The gradient of k1 does not depend on the reference.",
        ],
        references: ["J. Schulman, Approximating KL Divergence, 2020", "TRL GRPOTrainer"],
        conventions: [.trl(["estimator": .choice("k3")])],
        examples: [
            Example([
                "logprobs": Tensor(shape: [4], values: [-1.25, -0.5, -3, -0.75]),
                "reference_logprobs": Tensor(shape: [4], values: [-1.5, -0.5, -2.5, -1.25]),
            ])
        ]
    )
}

extension CorrectedKL {
    static let facts = Facts(
        name: "policy_kl_corrected",
        aliases: ["k3_corrected"],
        family: .policy,
        summary: "The estimate k3 of the divergence of a policy from a reference policy, corrected "
            + "for tokens sampled by another policy.",
        formula: .init(
            plain: "exp(p - o) (exp(d) - 1 - d) with d = r - p; p, r and o the logarithms of the "
                + "probabilities by the policy, the reference and the sampling policy",
            gradient: "-exp(p - o) d in p, exp(p - o) (exp(d) - 1) in r, -exp(p - o) (exp(d) - 1 - "
                + "d) in o",
            tex: #"\tfrac{\pi}{\pi_{\text{old}}} \left( \tfrac{\pi_0}{\pi} - 1 - \log "#
                + #"\tfrac{\pi_0}{\pi} \right)"#
        ),
        options: [],
        signature: Signature(
            .element,
            Policies.logprobs,
            .init(
                "reference_logprobs",
                .differentiable,
                Policies.numbers,
                "the same by the reference policy"
            ),
            Policies.oldLogprobs
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            "Trainers hold old_logprobs and the reference constant; their gradients are computed "
                + "on request.",
            Policies.normalizer,
            "Its gradient is that of the divergence itself. Without the correction, k3 has the "
                + "same value where the ratio is 1, and another gradient.",
            "The surrogate of the Hessian in p is its magnitude.",
        ],
        references: ["TRL GRPOTrainer use_bias_correction_kl"],
        conventions: [.trl()],
        examples: [
            Example([
                "logprobs": Tensor(shape: [4], values: [-1.25, -0.5, -3, -0.75]),
                "reference_logprobs": Tensor(shape: [4], values: [-1.5, -0.5, -2.5, -1.25]),
                "old_logprobs": Tensor(shape: [4], values: [-1.25, -0.625, -2.5, -0.875]),
            ])
        ]
    )
}
