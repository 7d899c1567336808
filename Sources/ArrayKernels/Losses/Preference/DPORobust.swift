// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// An unbiased estimate of the loss of DPO if a known share of the preferences is wrong.
///
/// With the margin u and k = ε/(1 - 2ε): ℓ = softplus(-u) - k u, dℓ/du = -σ(-u) - k,
/// d²ℓ/du² = σ(u) σ(-u).
struct DPORobust: MarginPreference, PointwiseLoss {
    static var hasPrecisePath: Bool { true }

    let beta: Double
    /// k.
    private let slope: TwoDoubles

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        let smoothing = Vector(repeating: options[Preferences.labelSmoothing])
        slope =
            TwoDoubles(smoothing) / TwoDoubles.difference(Vector(repeating: 1), 2 * smoothing)
    }

    @inline(always)
    func point(margin: TwoDoubles) -> Point {
        let logistic = Logistic(margin)
        let softplus = logistic.softplusOfNegative
        let loss = (softplus - slope * margin).rounded
        return Point(
            loss: loss,
            cancelled: loss.isCancelled(softplus),
            first: Derivatives(
                gradient: -(logistic.complement + slope.head),
                hessian: logistic.product
            )
        )
    }

    @inline(always)
    func decay(of margin: TwoDoubles) -> MarginDecay? {
        let one = Vector(repeating: 1)
        return MarginDecay(
            gradient: -one,
            hessian: one,
            decays: (slope.head .== 0) .& (margin.head .> 0)
        )
    }

    @inline(always)
    func precisePoint(margin: TwoDoubles) -> Point {
        let softplus = PreciseLogistic(margin).softplusOfNegative
        return Point(loss: (softplus - slope * margin).rounded, first: .zero)
    }
}

extension DPORobust {
    static let facts = Facts(
        name: "dpo_robust",
        aliases: ["robust_dpo", "rdpo"],
        family: .preference,
        summary: "An unbiased estimate of the loss of DPO if a known share of the preferences is "
            + "wrong.",
        formula: .init(
            plain: "((1 - s) log(1 + exp(-u)) - s log(1 + exp(u))) / (1 - 2 s) with u = beta ((c - "
                + "c') - (r - r')), s the label smoothing",
            gradient: "-beta (1 / (1 + exp(u)) + s / (1 - 2 s)) in c and r', its opposite in r and "
                + "c'",
            tex: #"\frac{-(1 - s) \log \sigma(u) + s \log \sigma(-u)}{1 - 2s}"#
        ),
        options: [Preferences.beta.declaration, Preferences.labelSmoothing.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .lipschitz],
        bounds: Bounds(
            gradient: Bound(Preferences.beta) * (1 - Bound(Preferences.labelSmoothing))
                / (1 - 2 * Bound(Preferences.labelSmoothing)),
            hessian: Bound(Preferences.beta).squared / 4
        ),
        relations: [.same(as: "dpo", when: ["label_smoothing": .number(0)])],
        notes: [
            Preferences.constantReference, Preferences.sums,
            "With label smoothing it has no lower bound.",
        ],
        references: [
            "S. R. Chowdhury, A. Kini, N. Natarajan, Provably Robust DPO: Aligning Language Models "
                + "with Noisy Feedback, ICML 2024",
            "TRL DPOTrainer robust",
        ],
        conventions: [.trl()],
        examples: Preferences.examples
    )
}
