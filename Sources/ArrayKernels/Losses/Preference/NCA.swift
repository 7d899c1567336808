// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Noise contrastive alignment of a pair.
///
/// With the rewards a and b, beta times the log-ratios: ℓ = softplus(-a) + softplus(a)/2 +
/// softplus(b)/2, dℓ/da = σ(a)/2 - σ(-a), d²ℓ/da² = 3/2 σ(a) σ(-a), dℓ/db = σ(b)/2,
/// d²ℓ/db² = σ(b) σ(-b)/2.
struct NCA: PreferenceLoss, PointwiseLoss {
    static var hasPrecisePath: Bool { true }

    private let beta: Double

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
    }

    @inline(always)
    func point(_ pair: ResponsePair) -> Point {
        let chosen = Logistic(pair.chosen.reward(beta))
        let rejected = Logistic(pair.rejected.reward(beta))
        let half = 0.5 * chosen.sigmoid
        let slope = half - chosen.complement
        return Point(
            loss: (chosen.softplusOfNegative + 0.5 * chosen.softplus) + 0.5 * rejected.softplus,
            first: Derivatives(
                gradient: slope,
                hessian: 1.5 * chosen.product,
                cancelled: slope.isCancelled(half)
            ).scaled(by: beta),
            second: Derivatives(
                gradient: 0.5 * rejected.sigmoid,
                hessian: 0.5 * rejected.product
            ).scaled(by: beta)
        )
    }

    @inline(always)
    func precisePoint(_ pair: ResponsePair) -> Point {
        let chosen = PreciseLogistic(pair.chosen.reward(beta))
        let slope = chosen.sigmoid * Vector(repeating: 0.5) - chosen.complement
        let zero = Vector(repeating: 0)
        return Point(
            loss: zero,
            first: Derivatives(gradient: slope.rounded, hessian: zero).scaled(by: beta)
        )
    }
}

extension NCA {
    static let facts = Facts(
        name: "nca",
        aliases: ["nca_pair", "noise_contrastive_alignment"],
        family: .preference,
        summary: "Noise contrastive alignment, which also keeps the chosen response from becoming "
            + "less likely.",
        formula: .init(
            plain: "log(1 + exp(-a)) + log(1 + exp(a)) / 2 + log(1 + exp(b)) / 2 with a = beta (c "
                + "- c') and b = beta (r - r')",
            gradient: "beta (1 / (1 + exp(-a)) / 2 - 1 / (1 + exp(a))) in c, beta / (1 + exp(-b)) "
                + "/ 2 in r, their opposites in c' and r'",
            tex: #"-\log \sigma(a) - \tfrac12 \log \sigma(-a) - \tfrac12 \log \sigma(-b)"#
        ),
        options: [Preferences.beta.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            gradient: Bound(Preferences.beta),
            hessian: 0.375 * Bound(Preferences.beta).squared
        ),
        notes: [
            Preferences.constantReference, Preferences.sums, Preferences.subnormal,
        ],
        references: [
            "H. Chen et al., Noise Contrastive Alignment of Language Models with Explicit Rewards, "
                + "NeurIPS 2024",
            "TRL DPOTrainer nca_pair",
        ],
        conventions: [.trl()],
        examples: Preferences.examples
    )
}
