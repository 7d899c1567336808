// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The discovered preference optimization: a blend of the logistic and the exponential loss of the
/// margin.
///
/// With the margin u, m = σ(u/τ), s = softplus(-u) and e = e^-u: ℓ = s (1 - m) + em,
/// dℓ/du = -σ(-u)(1 - m) - em + m'(e - s) and
/// d²ℓ/du² = σ(u)σ(-u)(1 - m) + em - 2m'(e - σ(-u)) + m''(e - s), with m' = m (1 - m)/τ and
/// m'' = m'(1 - 2m)/τ. The products of e with m and its derivatives are powers of one exponent, so
/// that none overflows before the other vanishes. The surrogate is the magnitude.
struct DiscoPOP: MarginPreference, PointwiseLoss {
    static var hasPrecisePath: Bool { true }

    static let tau = Option.number(
        "discopop_tau",
        default: 0.05,
        .closed(1e-3, 1e3),
        "Number by which the margin is divided in the share of the exponential loss."
    )

    let beta: Double
    private let tau: Double

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        tau = options[Self.tau]
    }

    /// Leaves all to the precise path: the terms cancel near a margin of 0.
    @inline(always)
    func point(margin: TwoDoubles) -> Point { .deferred }

    @inline(always)
    func precisePoint(margin: TwoDoubles) -> Point {
        let divisor = Vector(repeating: tau)
        let share = PreciseLogistic(margin / divisor)
        let own = PreciseLogistic(margin)
        let softplus = own.softplusOfNegative
        // e m, whose exponent is -u - softplus(-u/τ).
        let blend = TwoDoubles.exp(-(margin + share.softplusOfNegative))
        let rest = share.complement
        let balance = rest - share.sigmoid
        let slope = share.sigmoid * rest / divisor
        let slopeOfBlend = blend * rest / divisor
        // m'(e - s) and m''(e - s).
        let pull = slopeOfBlend - slope * softplus
        let bend = pull * balance / divisor
        let gradient = pull - own.complement * rest - blend
        let two = Vector(repeating: 2)
        let push = (slopeOfBlend - slope * own.complement) * two
        let hessian = own.sigmoid * own.complement * rest + blend - push + bend
        let curvature = hessian.rounded
        return Point(
            loss: (softplus * rest + blend).rounded,
            first: Derivatives(
                gradient: gradient.rounded,
                hessian: curvature,
                surrogate: curvature.magnitude
            )
        )
    }
}

extension DiscoPOP {
    static let facts = Facts(
        name: "discopop",
        aliases: ["discovered_preference_optimization", "log_ratio_modulated_loss"],
        family: .preference,
        summary: "The discovered preference optimization: a blend of the logistic and the "
            + "exponential loss of the margin of two log-ratios.",
        formula: .init(
            plain: "(1 - m) log(1 + exp(-u)) + m exp(-u) with u = beta ((c - c') - (r - r')) and m "
                + "= 1 / (1 + exp(-u / tau)), c and r the logarithms of the chosen and the "
                + "rejected response, c' and r' those of the reference",
            gradient: "beta ((exp(-u) - log(1 + exp(-u))) m (1 - m) / tau - (1 - m) / (1 + exp(u)) "
                + "- m exp(-u)) in c and r', its opposite in r and c'",
            tex: #"(1 - m) \log(1 + e^{-u}) + m e^{-u}, \quad m = \sigma(u / \tau)"#
        ),
        options: [Preferences.beta.declaration, tau.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            Preferences.constantReference, Preferences.sums,
            "exp(-u) m is computed from one exponent: in TRL it is NaN where exp(-u) overflows and "
                + "m vanishes.",
            "The surrogate of the Hessian is its magnitude.",
        ],
        references: [
            "C. Lu et al., Discovering Preference Optimization Algorithms with and for Large "
                + "Language Models, NeurIPS 2024",
            "TRL DPOTrainer discopop",
        ],
        conventions: [.trl()],
        examples: Preferences.examples
    )
}
