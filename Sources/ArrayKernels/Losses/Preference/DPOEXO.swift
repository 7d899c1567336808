// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The divergence of the probability of a preference from a smoothed label: efficient exact
/// optimization of a pair.
///
/// With the margin u, q = σ(u) and v = u - log((1 - ε)/ε): ℓ is the divergence of (q, 1 - q) from
/// (1 - ε, ε), the cross-entropy of both minus the entropy of q, dℓ/du = q (1 - q) v, d²ℓ/du² = q (1 - q) (1 + (1 - 2q) v). The surrogate is q (1 -
/// q).
struct DPOEXO: MarginPreference, PointwiseLoss {
    static var hasPrecisePath: Bool { true }

    static let labelSmoothing = Option.number(
        "label_smoothing",
        default: 1e-3,
        .closed(1e-12, 0.5),
        "Assumed probability that the preference is wrong."
    )

    let beta: Double
    /// -log(1 - ε) and -log ε.
    private let shares: (chosen: TwoDoubles, rejected: TwoDoubles)

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        let smoothing = Vector(repeating: options[Self.labelSmoothing])
        shares = (-TwoDoubles.log1p(-smoothing), -TwoDoubles.log(smoothing))
    }

    @inline(always)
    func point(margin: TwoDoubles) -> Point {
        let logistic = Logistic(margin)
        let product = logistic.product
        let entropy = logistic.entropy
        let cost =
            logistic.sigmoid * shares.chosen.head + logistic.complement * shares.rejected.head
        let loss = cost - entropy
        let distance = distance(margin).rounded
        let bend = distance * logistic.tangentOfHalf
        let factor = 1 - bend
        return Point(
            loss: loss,
            cancelled: loss.isCancelled(cost, entropy, entropy, share: 0.9),
            first: Derivatives(
                gradient: product * distance,
                hessian: product * factor,
                surrogate: product,
                cancelledHessian: factor.isCancelled(bend)
            )
        )
    }

    /// v, whose error is 2^-104 of the larger of its terms.
    @inline(always)
    private func distance(_ margin: TwoDoubles) -> TwoDoubles {
        (shares.chosen - shares.rejected) + margin
    }

    @inline(always)
    func decay(of margin: TwoDoubles) -> MarginDecay? {
        let distance = distance(margin)
        // tanh(u/2) is ±1.
        let bend = distance.replacing(with: -distance, where: margin.head .< 0)
        let all = Mask(repeating: true)
        return MarginDecay(
            gradient: distance.rounded,
            hessian: (Vector(repeating: 1) - bend).rounded,
            decays: all
        )
    }

    @inline(always)
    func precisePoint(margin: TwoDoubles) -> Point {
        let logistic = PreciseLogistic(margin)
        let (sigmoid, share) = (logistic.sigmoid, logistic.complement)
        let loss = sigmoid * shares.chosen + share * shares.rejected - logistic.entropy
        let distance = distance(margin)
        let factor = Vector(repeating: 1) - logistic.tangentOfHalf * distance
        let product = (sigmoid * share).rounded
        return Point(
            loss: loss.rounded,
            first: Derivatives(
                gradient: product * distance.rounded,
                hessian: product * factor.rounded,
                surrogate: product
            )
        )
    }
}

extension DPOEXO {
    static let facts = Facts(
        name: "dpo_exo",
        aliases: ["exo_pair", "exo"],
        family: .preference,
        summary: "The divergence of the probability of a preference from a smoothed label.",
        formula: .init(
            plain: "q log(q / (1 - s)) + (1 - q) log((1 - q) / s) with q = 1 / (1 + exp(-u)), u = "
                + "beta ((c - c') - (r - r')), s the label smoothing",
            gradient: "beta q (1 - q) (u - log((1 - s) / s)) in c and r', its opposite in r and c'",
            tex: #"q \log \frac{q}{1 - s} + (1 - q) \log \frac{1 - q}{s}, \quad q = \sigma(u)"#
        ),
        options: [Preferences.beta.declaration, labelSmoothing.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            Preferences.constantReference, Preferences.sums,
            "TRL's default of label_smoothing, 0, makes the loss infinite.",
            "The surrogate of the Hessian is beta^2 q (1 - q).",
        ],
        references: [
            "H. Ji et al., Towards Efficient Exact Optimization of Language Model Alignment, ICML "
                + "2024",
            "TRL DPOTrainer exo_pair",
        ],
        examples: Preferences.examples
    )
}
