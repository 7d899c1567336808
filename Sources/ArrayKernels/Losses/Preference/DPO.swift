// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a preference whose logit is the margin, with label smoothing.
///
/// With the margin u and the smoothing ε: ℓ = (1 - ε) softplus(-u) + ε softplus(u),
/// dℓ/du = ε - σ(-u), d²ℓ/du² = σ(u) σ(-u).
protocol LogisticPreference: MarginPreference {
    var smoothing: Double { get }
}

extension LogisticPreference {
    static var hasPrecisePath: Bool { true }

    @inline(always)
    func point(margin: TwoDoubles) -> Point {
        let logistic = Logistic(margin)
        let complement = logistic.complement
        let excess = complement - smoothing
        return Point(
            loss: (1 - smoothing) * logistic.softplusOfNegative + smoothing * logistic.softplus,
            first: Derivatives(
                gradient: -excess,
                hessian: logistic.product,
                cancelled: excess.isCancelled(complement)
            )
        )
    }

    @inline(always)
    func decay(of margin: TwoDoubles) -> MarginDecay? {
        let one = Vector(repeating: 1)
        let isPositive = margin.head .> 0
        return MarginDecay(
            gradient: -one,
            hessian: one,
            decays: smoothing == 0 ? isPositive : .none
        )
    }

    @inline(always)
    func precisePoint(margin: TwoDoubles) -> Point {
        let excess = PreciseLogistic(margin).complement - Vector(repeating: smoothing)
        return Point(
            loss: Vector(repeating: 0),
            first: Derivatives(gradient: -excess.rounded, hessian: Vector(repeating: 0))
        )
    }
}

/// Direct preference optimization.
struct DPO: LogisticPreference, PointwiseLoss {
    let beta: Double
    let smoothing: Double

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        smoothing = options[Preferences.labelSmoothing]
    }
}

/// Contrastive preference optimization: DPO without a reference policy.
struct CPO: LogisticPreference, PointwiseLoss {
    static var hasReference: Bool { false }

    let beta: Double
    let smoothing: Double

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        smoothing = options[Preferences.labelSmoothing]
    }
}

/// Simple preference optimization: CPO with a target for the margin.
struct SimPO: LogisticPreference, PointwiseLoss {
    static var hasReference: Bool { false }

    static let gamma = Option.number(
        "gamma",
        default: 0.5,
        .closed(-1e6, 1e6),
        "Target for the margin, which is subtracted from it; simpo_gamma of TRL."
    )

    let beta: Double
    let smoothing: Double
    private let gamma: Double

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        smoothing = options[Preferences.labelSmoothing]
        gamma = options[Self.gamma]
    }

    @inline(always)
    func margin(_ pair: ResponsePair) -> TwoDoubles {
        pair.difference.reward(beta) - Vector(repeating: gamma)
    }
}

extension DPO {
    static let facts = Facts(
        name: "dpo",
        aliases: ["direct_preference_optimization", "dpo_sigmoid", "cdpo"],
        family: .preference,
        summary: "The negative log-likelihood of a preference, from the log-ratios of a policy to "
            + "a reference policy.",
        formula: .init(
            plain: "(1 - s) log(1 + exp(-u)) + s log(1 + exp(u)) with u = beta ((c - c') - (r - "
                + "r')), c and r the logarithms of the chosen and the rejected response, c' and r' "
                + "those of the reference, s the label smoothing",
            gradient: "beta (s - 1 / (1 + exp(u))) in c and r', its opposite in r and c'",
            tex: #"-(1 - s) \log \sigma(u) - s \log \sigma(-u), \quad u = \beta \left( \log "#
                + #"\tfrac{\pi(y_c)}{\pi_0(y_c)} - \log \tfrac{\pi(y_r)}{\pi_0(y_r)} \right)"#
        ),
        options: [Preferences.beta.declaration, Preferences.labelSmoothing.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            gradient: Bound(Preferences.beta) * (1 - Bound(Preferences.labelSmoothing)),
            hessian: Bound(Preferences.beta).squared / 4
        ),
        notes: [
            Preferences.constantReference, Preferences.sums,
            "With label smoothing it is the conservative DPO. TRL's loss type sigmoid ignores its "
                + "label_smoothing; torchtune and OpenRLHF use it.",
            "The four logarithms are subtracted without a rounding error that matters, even if "
                + "they cancel.",
            "The loss type sigmoid_norm of TRL takes means over the tokens: log_probability mean.",
        ],
        references: [
            "R. Rafailov et al., Direct Preference Optimization, NeurIPS 2023",
            "TRL DPOTrainer sigmoid",
        ],
        conventions: [
            .trl(notes: ["Its loss type sigmoid ignores label_smoothing: leave it out."])
        ],
        examples: Preferences.examples
    )
}

extension CPO {
    static let facts = Facts(
        name: "cpo",
        aliases: ["contrastive_preference_optimization"],
        family: .preference,
        summary: "The negative log-likelihood of a preference, from the logarithms of the "
            + "probabilities alone.",
        formula: .init(
            plain: "(1 - s) log(1 + exp(-u)) + s log(1 + exp(u)) with u = beta (c - r), c and r "
                + "the logarithms of the chosen and the rejected response, s the label smoothing",
            gradient: "beta (s - 1 / (1 + exp(u))) in c, its opposite in r",
            tex: #"-(1 - s) \log \sigma(u) - s \log \sigma(-u), \quad u = \beta (\log \pi(y_c) - "#
                + #"\log \pi(y_r))"#
        ),
        options: [Preferences.beta.declaration, Preferences.labelSmoothing.declaration],
        signature: Preferences.withoutReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            gradient: Bound(Preferences.beta) * (1 - Bound(Preferences.labelSmoothing)),
            hessian: Bound(Preferences.beta).squared / 4
        ),
        notes: [
            Preferences.sums,
            "The negative log-likelihood of the chosen response, which TRL adds with the factor "
                + "cpo_alpha, is not part of it.",
        ],
        references: [
            "H. Xu et al., Contrastive Preference Optimization, ICML 2024",
            "TRL CPOTrainer sigmoid",
        ],
        conventions: [.trl(notes: ["It adds the negative log-likelihood, by default."])],
        examples: Preferences.examplesWithoutReference
    )
}

extension SimPO {
    static let facts = Facts(
        name: "simpo",
        aliases: ["simple_preference_optimization"],
        family: .preference,
        summary: "The negative log-likelihood of a preference by a margin, from mean logarithms of "
            + "the probabilities of tokens.",
        formula: .init(
            plain: "(1 - s) log(1 + exp(-u)) + s log(1 + exp(u)) with u = beta (c - r) - gamma, c "
                + "and r the mean logarithms of the chosen and the rejected response, s the label "
                + "smoothing",
            gradient: "beta (s - 1 / (1 + exp(u))) in c, its opposite in r",
            tex: #"-(1 - s) \log \sigma(u) - s \log \sigma(-u), \quad u = \tfrac{\beta}{\lvert "#
                + #"y_c \rvert} \log \pi(y_c) - \tfrac{\beta}{\lvert y_r \rvert} \log \pi(y_r) - "#
                + #"\gamma"#
        ),
        options: [
            Preferences.beta.declaration, gamma.declaration,
            Preferences.labelSmoothing.declaration,
        ],
        signature: Preferences.meansWithoutReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            gradient: Bound(Preferences.beta) * (1 - Bound(Preferences.labelSmoothing)),
            hessian: Bound(Preferences.beta).squared / 4
        ),
        relations: [
            .same(
                as: "cpo",
                ["beta": .number(0.5)],
                when: ["beta": .number(0.5), "gamma": .number(0)]
            )
        ],
        notes: [
            Preferences.means,
            "TRL adds the negative log-likelihood of the chosen response unless cpo_alpha is 0.",
        ],
        references: [
            "Y. Meng, M. Xia, D. Chen, SimPO: Simple Preference Optimization with a Reference-Free "
                + "Reward, NeurIPS 2024",
            "TRL CPOTrainer simpo",
        ],
        conventions: [.trl(notes: ["It adds the negative log-likelihood unless cpo_alpha is 0."])],
        examples: Preferences.examplesWithoutReference
    )
}
