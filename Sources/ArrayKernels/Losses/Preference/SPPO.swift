// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Self-play preference optimization with hard preferences: a regression of both log-ratios.
///
/// With the log-ratios x and y and h = 1/(2β): ℓ = (x - h)² + (y + h)², and the second derivatives
/// are 2.
struct SPPO: PreferenceLoss, PointwiseLoss {
    /// h.
    private let target: TwoDoubles

    init(_ options: OptionValues) {
        target = TwoDoubles(repeating: 0.5) / Vector(repeating: options[Preferences.beta])
    }

    @inline(always)
    func point(_ pair: ResponsePair) -> Point {
        let chosen = (pair.chosen - target).rounded
        let rejected = (pair.rejected + target).rounded
        let two = Vector(repeating: 2)
        return Point(
            loss: chosen * chosen + rejected * rejected,
            first: Derivatives(gradient: two * chosen, hessian: two),
            second: Derivatives(gradient: two * rejected, hessian: two)
        )
    }
}

extension SPPO {
    static let facts = Facts(
        name: "sppo_hard",
        aliases: ["sppo"],
        family: .preference,
        summary: "The squared distances of the log-ratios of a chosen and a rejected response from "
            + "opposite targets.",
        formula: .init(
            plain: "(c - c' - 1 / (2 beta))^2 + (r - r' + 1 / (2 beta))^2",
            gradient: "2 (c - c' - 1 / (2 beta)) in c, 2 (r - r' + 1 / (2 beta)) in r, their "
                + "opposites in c' and r'",
            tex: #"\left( \log \tfrac{\pi(y_c)}{\pi_0(y_c)} - \tfrac{1}{2\beta} \right)^2 + "#
                + #"\left( \log \tfrac{\pi(y_r)}{\pi_0(y_r)} + \tfrac{1}{2\beta} \right)^2"#
        ),
        options: [Preferences.beta.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable],
        notes: [Preferences.constantReference, Preferences.sums],
        references: [
            "Y. Wu et al., Self-Play Preference Optimization for Language Model Alignment, 2024",
            "TRL DPOTrainer sppo_hard",
        ],
        conventions: [.trl()],
        examples: Preferences.examples
    )
}
