// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The hinge loss of the margin of a preference.
///
/// With the margin u: ℓ = max(0, 1 - u), dℓ/du = -1 below 1, and 0 from there on.
struct DPOHinge: MarginPreference, PointwiseLoss {
    let beta: Double

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
    }

    @inline(always)
    func point(margin: TwoDoubles) -> Point {
        let zero = Vector(repeating: 0)
        let distance = Vector(repeating: 1) - margin
        // The margin errs by about 2^-103.
        let isActive = distance.head .> 0x1p-100
        return Point(
            loss: zero.replacing(with: distance.rounded, where: isActive),
            first: Derivatives(
                gradient: zero.replacing(with: -1, where: isActive),
                hessian: zero
            )
        )
    }
}

extension DPOHinge {
    static let facts = Facts(
        name: "dpo_hinge",
        aliases: ["rso_loss"],
        family: .preference,
        summary: "The hinge loss of a preference, from the log-ratios of a policy to a reference "
            + "policy.",
        formula: .init(
            plain: "max(0, 1 - u) with u = beta ((c - c') - (r - r'))",
            gradient: "-beta for u < 1, else 0, in c and r', its opposite in r and c'",
            tex: #"\max(0, 1 - u)"#
        ),
        options: [Preferences.beta.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: ["u = 1: the gradient is 0, an end of the subdifferential"],
        properties: [.convex, .lipschitz],
        bounds: Bounds(gradient: Bound(Preferences.beta), hessian: 0),
        notes: [
            Preferences.constantReference, Preferences.sums,
            "The margin, a sum of four logarithms, counts as 1 if it is within 2^-100 of it.",
        ],
        references: [
            "T. Liu et al., Statistical Rejection Sampling Improves Preference Optimization, ICLR "
                + "2024",
            "TRL DPOTrainer hinge",
        ],
        conventions: [.trl()],
        examples: Preferences.examples
    )
}
