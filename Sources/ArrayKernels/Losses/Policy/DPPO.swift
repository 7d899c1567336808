// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The policy gradient with importance sampling of the tokens whose probability has not moved too far,
/// with a quadratic penalty on the log-ratio.
///
/// With the log-ratio d, q = e^d, the advantage A and the change D of the probability: ℓ = κd² - kτqA,
/// where k is 0 if D > h for A > 0, or D < -l otherwise, and else 1. It counts as constant:
/// dℓ/dp = 2κd - kτqA and d²ℓ/dp² = 2κ - kτqA. The surrogate is 2κ plus the magnitude of the rest.
struct DPPO: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    static let low = Option.number(
        "mask_low",
        default: 0.2,
        .closed(0, 1),
        "Decrease of the probability beyond which a token whose advantage is not positive is left "
            + "out."
    )
    static let high = Option.number(
        "mask_high",
        default: 0.2,
        .closed(0, 1),
        "Increase of the probability beyond which a token whose advantage is positive is left out."
    )
    static let tau = Option.number(
        "adv_tau",
        default: 1,
        .closed(0, 1e6),
        "Factor of the advantages."
    )
    static let kappa = Option.number(
        "kl_tau",
        default: 1e-3,
        .closed(0, 1e6),
        "Factor of the squared log-ratio."
    )

    private let limits: (low: Double, high: Double)
    private let tau: Double
    private let kappa: Double

    init(_ options: OptionValues) {
        limits = (options[Self.low], options[Self.high])
        (tau, kappa) = (options[Self.tau], options[Self.kappa])
    }

    /// Leaves all to the precise path: the terms cancel, and a rounding error would move the bounds.
    @inline(always)
    func point(_ x: Elements) -> Point { .deferred }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (ratio, advantage) = (x.logRatio, x[2])
        let isPositive = advantage .> 0
        // From e^500 on, any change is beyond the bounds.
        let change =
            TwoDoubles.exp(x[0].clamped(-1e4, 500)) - TwoDoubles.exp(x[1].clamped(-1e4, 500))
        let isHuge = (x[0] .> 500) .& (x[1] .> 500)
        let whole = change.replacing(
            with: ratio.scaled(by: Vector(repeating: 0x1p200)),
            where: isHuge
        )
        let isAbove = (whole .> TwoDoubles(repeating: limits.high)) .& isPositive
        let isBelow = (TwoDoubles(repeating: -limits.low) .> whole) .& .!isPositive
        let isLeftOut = isAbove .| isBelow
        let isFar = ratio.head .> 600
        let power = TwoDoubles.exp(ratio.replacing(with: TwoDoubles(repeating: 600), where: isFar))
        let zero = Vector(repeating: 0)
        // Beyond, the product with the advantage may be a double again.
        let far = Vector.exp(ratio, times: tau * advantage)
        let gain = (TwoDoubles.product(Vector(repeating: tau), advantage) * power)
            .replacing(with: TwoDoubles(far), where: isFar)
            .replacing(with: TwoDoubles(zero), where: isLeftOut)
        let penalty = (ratio * Vector(repeating: kappa)).withoutTinyTail
        let double = Vector(repeating: 2 * kappa)
        let derivatives = Derivatives(
            gradient: (penalty.scaled(by: Vector(repeating: 2)) - gain).rounded,
            hessian: (double - gain).rounded,
            surrogate: double + gain.rounded.magnitude
        )
        return Point(
            loss: ((penalty * ratio).withoutTinyTail - gain).rounded,
            first: derivatives,
            second: derivatives.opposite,
            third: Derivatives(
                gradient: -Vector.exp(ratio, times: Vector(repeating: tau))
                    .replacing(with: zero, where: isLeftOut),
                hessian: zero
            )
        )
    }
}

extension DPPO {
    static let facts = Facts(
        name: "dppo",
        aliases: ["dppo_kl_penalty"],
        family: .policy,
        summary: "The policy gradient with importance sampling of the tokens whose probability has "
            + "not moved too far, with a quadratic penalty on the log-ratio.",
        formula: .init(
            plain: "kl_tau (p - o)^2 - k adv_tau exp(p - o) a, k = 0 where exp(p) - exp(o) > "
                + "mask_high for a > 0, or < -mask_low otherwise, else 1; p and o the logarithms "
                + "of the probabilities by the policy and the sampling policy, a the advantage",
            gradient: "2 kl_tau (p - o) - k adv_tau exp(p - o) a in p, its opposite in o, for a "
                + "constant k",
            tex: #"\kappa \left( \log \tfrac{\pi}{\pi_{\text{old}}} \right)^2 - k \tau "#
                + #"\tfrac{\pi}{\pi_{\text{old}}} A"#
        ),
        options: [
            low.declaration, high.declaration, tau.declaration, kappa.declaration,
        ],
        signature: Policies.tokens,
        diagnostics: .ratios([
            .init(.high, "mask_high", .probability, .positive),
            .init(.low, "mask_low", .probability, .negative),
        ]),
        kinks: ["a change of exactly a bound: the token takes part"],
        properties: [],
        notes: [
            Policies.constants, Policies.normalizer,
            "The loss jumps where a token is left out; the gradient is that on its side.",
            "dppo_tv of verl is another loss: the logarithm, weighted by a truncated constant "
                + "ratio.",
            "The surrogate of the Hessian is the factor of the penalty plus the magnitude of the "
                + "rest.",
        ],
        references: ["prime-rl default_loss_fn", "arXiv:2602.04879"],
        conventions: [
            Convention("prime-rl", version: "559b44772", reduction: .sum)
        ],
        gradientKind: .constantWeights,
        examples: Policies.examples
    )
}
