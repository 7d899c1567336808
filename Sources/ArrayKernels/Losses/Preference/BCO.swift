// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Binary classifier optimization of a pair, with a given shift of the rewards.
///
/// With the rewards a and b, beta times the log-ratios, minus the shift: ℓ = softplus(-a) +
/// softplus(b), dℓ/da = -σ(-a), dℓ/db = σ(b), and the second derivatives are σσ(-).
struct BCO: PreferenceLoss, PointwiseLoss {
    static let delta = Option.number(
        "delta",
        default: 0,
        .closed(-1e6, 1e6),
        "Shift of the rewards, such as their running mean."
    )

    private let beta: Double
    private let delta: Double

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        delta = options[Self.delta]
    }

    @inline(always)
    func point(_ pair: ResponsePair) -> Point {
        let shift = Vector(repeating: delta)
        let chosen = Logistic(pair.chosen.reward(beta) - shift)
        let rejected = Logistic(pair.rejected.reward(beta) - shift)
        return Point(
            loss: chosen.softplusOfNegative + rejected.softplus,
            first: Derivatives(gradient: -chosen.complement, hessian: chosen.product)
                .scaled(by: beta),
            second: Derivatives(gradient: rejected.sigmoid, hessian: rejected.product)
                .scaled(by: beta)
        )
    }
}

extension BCO {
    static let facts = Facts(
        name: "bco",
        aliases: ["bco_pair", "binary_classifier_optimization"],
        family: .preference,
        summary: "The negative log-likelihoods that a classifier by rewards gives to a chosen and "
            + "a rejected response.",
        formula: .init(
            plain: "log(1 + exp(-a)) + log(1 + exp(b)) with a = beta (c - c') - delta and b = beta "
                + "(r - r') - delta",
            gradient: "-beta / (1 + exp(a)) in c, beta / (1 + exp(-b)) in r, their opposites in c' "
                + "and r'",
            tex: #"-\log \sigma(a - \delta) - \log \sigma(-(b - \delta))"#
        ),
        options: [Preferences.beta.declaration, delta.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            gradient: Bound(Preferences.beta),
            hessian: Bound(Preferences.beta).squared / 4
        ),
        notes: [
            Preferences.constantReference, Preferences.sums, Preferences.subnormal,
            "The loss type bco_pair of TRL has no shift; its trainer of unpaired responses uses "
                + "the running mean of the rewards.",
        ],
        references: [
            "S. Jung, G. Han, D. W. Nam, K.-W. On, Binary Classifier Optimization for Large "
                + "Language Model Alignment, 2024",
            "TRL DPOTrainer bco_pair",
        ],
        conventions: [.trl()],
        examples: Preferences.examples
    )
}
