// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Anchored preference optimization for chosen responses better than those of the policy.
///
/// With the rewards a and b, beta times the log-ratios: ℓ = σ(-a) + σ(b), dℓ/da = -σ(a) σ(-a),
/// d²ℓ/da² = σ(a) σ(-a) tanh(a/2), dℓ/db = σ(b) σ(-b), d²ℓ/db² = -σ(b) σ(-b) tanh(b/2). The
/// surrogates are the magnitudes.
struct APOZero: PreferenceLoss, PointwiseLoss {
    private let beta: Double

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
    }

    @inline(always)
    func point(_ pair: ResponsePair) -> Point {
        let chosen = Logistic(pair.chosen.reward(beta))
        let rejected = Logistic(pair.rejected.reward(beta))
        let bend = chosen.product * chosen.tangentOfHalf
        let opposite = rejected.product * rejected.tangentOfHalf
        return Point(
            loss: chosen.complement + rejected.sigmoid,
            first: Derivatives(
                gradient: -chosen.product,
                hessian: bend,
                surrogate: bend.magnitude
            ).scaled(by: beta),
            second: Derivatives(
                gradient: rejected.product,
                hessian: -opposite,
                surrogate: opposite.magnitude
            ).scaled(by: beta)
        )
    }
}

/// Anchored preference optimization for chosen responses worse than those of the policy.
///
/// With the reward a of the chosen response, beta times its log-ratio, the margin u, s = σσ(-) and
/// t = tanh of the half: ℓ = σ(a) + σ(-u), dℓ/da = s(a) - s(u), d²ℓ/da² = s(u) t(u) - s(a) t(a),
/// dℓ/db = s(u), d²ℓ/db² = s(u) t(u). The surrogates are the magnitudes.
struct APODown: PreferenceLoss, PointwiseLoss {
    static var hasPrecisePath: Bool { true }

    private let beta: Double

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
    }

    @inline(always)
    func point(_ pair: ResponsePair) -> Point {
        let chosen = Logistic(pair.chosen.reward(beta))
        let margin = Logistic(pair.difference.reward(beta))
        let slope = chosen.product - margin.product
        let bendOfMargin = margin.product * margin.tangentOfHalf
        let bend = bendOfMargin - chosen.product * chosen.tangentOfHalf
        return Point(
            loss: chosen.sigmoid + margin.complement,
            first: Derivatives(
                gradient: slope,
                hessian: bend,
                surrogate: bend.magnitude,
                cancelled: slope.isCancelled(chosen.product),
                cancelledHessian: bend.isCancelled(bendOfMargin)
            ).scaled(by: beta),
            second: Derivatives(
                gradient: margin.product,
                hessian: bendOfMargin,
                surrogate: bendOfMargin.magnitude
            ).scaled(by: beta)
        )
    }

    @inline(always)
    func precisePoint(_ pair: ResponsePair) -> Point {
        let chosen = PreciseLogistic(pair.chosen.reward(beta))
        let margin = PreciseLogistic(pair.difference.reward(beta))
        let product = chosen.sigmoid * chosen.complement
        let productOfMargin = margin.sigmoid * margin.complement
        let bend =
            productOfMargin * margin.tangentOfHalf - product * chosen.tangentOfHalf
        return Point(
            loss: Vector(repeating: 0),
            first: Derivatives(
                gradient: (product - productOfMargin).rounded,
                hessian: bend.rounded,
                surrogate: bend.rounded.magnitude
            ).scaled(by: beta)
        )
    }
}

extension APOZero {
    static let facts = Facts(
        name: "apo_zero",
        aliases: ["anchored_preference_optimization_zero"],
        family: .preference,
        summary: "Anchored preference optimization, which makes a chosen response more and a "
            + "rejected response less likely.",
        formula: .init(
            plain: "1 / (1 + exp(a)) + 1 / (1 + exp(-b)) with a = beta (c - c') and b = beta (r - "
                + "r')",
            gradient: "-beta q (1 - q) with q = 1 / (1 + exp(-a)) in c, beta p (1 - p) with p = 1 "
                + "/ (1 + exp(-b)) in r, their opposites in c' and r'",
            tex: #"1 - \sigma(a) + \sigma(b)"#
        ),
        options: [Preferences.beta.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            loss: 2,
            gradient: Bound(Preferences.beta) / 4,
            hessian: 0.09622504486493763 * Bound(Preferences.beta).squared
        ),
        notes: [
            Preferences.constantReference, Preferences.sums, Preferences.subnormal,
            "The Hessian is negative in c where a < 0 and in r where b > 0; its surrogate is the "
                + "magnitude.",
        ],
        references: [
            "K. D'Oosterlinck et al., Anchored Preference Optimization and Contrastive Revisions, "
                + "2024",
            "TRL DPOTrainer apo_zero",
        ],
        conventions: [.trl()],
        examples: Preferences.examples
    )
}

extension APODown {
    static let facts = Facts(
        name: "apo_down",
        aliases: ["anchored_preference_optimization_down"],
        family: .preference,
        summary: "Anchored preference optimization, which makes both responses less likely, and "
            + "the rejected one more so.",
        formula: .init(
            plain: "1 / (1 + exp(-a)) + 1 / (1 + exp(u)) with a = beta (c - c') and u = a - beta "
                + "(r - r')",
            gradient: "beta (q (1 - q) - p (1 - p)) in c, beta p (1 - p) in r, their opposites in "
                + "c' and r', with q = 1 / (1 + exp(-a)) and p = 1 / (1 + exp(-u))",
            tex: #"\sigma(a) + 1 - \sigma(a - b)"#
        ),
        options: [Preferences.beta.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(loss: 2, gradient: Bound(Preferences.beta) / 4),
        notes: [
            Preferences.constantReference, Preferences.sums, Preferences.subnormal,
            "The surrogates of the Hessian are its magnitudes.",
        ],
        references: [
            "K. D'Oosterlinck et al., Anchored Preference Optimization and Contrastive Revisions, "
                + "2024",
            "TRL DPOTrainer apo_down",
        ],
        conventions: [.trl()],
        examples: Preferences.examples
    )
}
