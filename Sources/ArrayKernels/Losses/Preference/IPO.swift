// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Identity preference optimization: a regression of the difference of log-ratios.
///
/// With the difference d and e = d - 1/(2β): ℓ = e², dℓ/dd = 2e, d²ℓ/dd² = 2.
struct IPO: PreferenceLoss, PointwiseLoss {
    /// 1/(2β).
    private let target: TwoDoubles

    init(_ options: OptionValues) {
        target = TwoDoubles(repeating: 0.5) / Vector(repeating: options[Preferences.beta])
    }

    @inline(always)
    func point(_ pair: ResponsePair) -> Point {
        let error = pair.difference - target
        let derivatives = Derivatives(
            gradient: 2 * error.rounded,
            hessian: Vector(repeating: 2)
        )
        return Point(
            loss: error.rounded * error.rounded,
            first: derivatives,
            second: derivatives.opposite
        )
    }
}

extension IPO {
    static let facts = Facts(
        name: "ipo",
        aliases: ["identity_preference_optimization"],
        family: .preference,
        summary: "The squared distance of the difference of log-ratios from a target.",
        formula: .init(
            plain: "(c - c' - (r - r') - 1 / (2 beta))^2",
            gradient: "2 (c - c' - (r - r') - 1 / (2 beta)) in c and r', its opposite in r and c'",
            tex: #"\left( \log \tfrac{\pi(y_c)}{\pi_0(y_c)} - \log \tfrac{\pi(y_r)}{\pi_0(y_r)} - "#
                + #"\tfrac{1}{2\beta} \right)^2"#
        ),
        options: [Preferences.beta.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable],
        notes: [
            Preferences.constantReference,
            "beta is tau in the paper. TRL divides each log-ratio by the number of tokens, as "
                + "log_probability mean does. OpenRLHF and the CPO trainer of TRL take sums.",
        ],
        references: [
            "M. G. Azar et al., A General Theoretical Paradigm to Understand Learning from Human "
                + "Preferences, AISTATS 2024",
            "TRL DPOTrainer ipo",
        ],
        conventions: [.trl(notes: ["It takes means over the tokens, not sums."])],
        examples: Preferences.examples
    )
}
