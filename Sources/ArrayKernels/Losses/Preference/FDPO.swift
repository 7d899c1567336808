// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative log-likelihood of a preference by the difference of two scores, which increase with
/// the logarithms or log-ratios x and y.
///
/// With u = β (s(x) - s(y)) - γ: ℓ = softplus(-u), dℓ/dx = -σ(-u) β s'(x),
/// d²ℓ/dx² = σ(-u) β s'(x) (σ(u) β s'(x) - s''(x)/s'(x)), and in y with the opposite sign of dℓ/dx
/// and of s''. The surrogate is σ(u) σ(-u) β² s'².
protocol ScoredPreference: PreferenceLoss {
    var beta: Double { get }
    var gamma: Double { get }

    /// s(x) - s(y), which is NaN where it is negative and far from any double.
    func difference(_ pair: ResponsePair) -> TwoDoubles

    /// s(x) - s(y) with an error of 2^-69 of a size; `nil` if there is no shorter way to it.
    func roughDifference(_ pair: ResponsePair) -> (value: TwoDoubles, size: Vector)?

    /// s'(x) and s''(x)/s'(x).
    func slope(_ x: TwoDoubles) -> (value: TwoDoubles, growth: TwoDoubles)
}

extension ScoredPreference {
    static var hasPrecisePath: Bool { true }

    @inline(always)
    func roughDifference(_: ResponsePair) -> (value: TwoDoubles, size: Vector)? { nil }

    /// Leaves derivatives to the precise path: their scores need twice the precision of a double.
    @inline(always)
    func point(_ pair: ResponsePair) -> Point {
        guard let (value, size) = roughDifference(pair) else { return .deferred }
        let margin = value.reward(beta) - Vector(repeating: gamma)
        return .deferred(
            loss: Logistic(margin).softplusOfNegative,
            // An error of the margin is at most the same relative error of the loss.
            cancelled: .!(beta * size .< 0x1p13)
        )
    }

    @inline(always)
    func precisePoint(_ pair: ResponsePair) -> Point {
        let margin = difference(pair).reward(beta) - Vector(repeating: gamma)
        let logistic = PreciseLogistic(margin)
        // Beyond, the loss and its derivatives are less than any double.
        let isOver = margin.head .> 1e4
        let loss = logistic.softplusOfNegative.rounded
        return Point(
            loss: loss.replacing(with: 0, where: isOver),
            first: derivatives(pair.chosen, sign: -1, margin, logistic, isOver),
            second: derivatives(pair.rejected, sign: 1, margin, logistic, isOver)
        )
    }

    @inline(always)
    private func derivatives(
        _ x: TwoDoubles,
        sign: Double,
        _ margin: TwoDoubles,
        _ logistic: PreciseLogistic,
        _ isOver: Mask
    ) -> Derivatives {
        let (value, growth) = slope(x)
        let reward = value * Vector(repeating: beta)
        let bend = logistic.sigmoid * reward
        let excess = (bend + growth * Vector(repeating: sign)).rounded
        // A probability that is subnormal must not be multiplied.
        let isFar = margin.head .> 700
        let share = logistic.complement.rounded.replacing(with: 1, where: isFar)
        let exponent = TwoDoubles(repeating: 0).replacing(with: -margin, where: isFar)
        let slope = share * reward.rounded
        let zero = Vector(repeating: 0)
        return Derivatives(
            gradient: (sign * Vector.exp(exponent, times: slope))
                .replacing(with: zero, where: isOver),
            hessian: Vector.exp(exponent, times: slope * excess)
                .replacing(with: zero, where: isOver),
            surrogate: Vector.exp(exponent, times: slope * bend.rounded)
                .replacing(with: zero, where: isOver)
        )
    }
}

/// A preference by the scores e^(kx)/k, which approach x for k near 0.
protocol ExponentialScore: ScoredPreference {
    /// k, which is not 0.
    var rate: TwoDoubles { get }
}

extension ExponentialScore {
    @inline(always)
    func difference(_ pair: ResponsePair) -> TwoDoubles {
        // e^a - e^b is the larger one times 1 - e^-|a - b|.
        let (a, b) = (pair.chosen * rate, pair.rejected * rate)
        let gap = (pair.difference * rate).withoutTinyTail
        let isMore = gap.head .> 0
        let larger = b.replacing(with: a, where: isMore)
        let isBeyond = larger.head .> 600
        let bounded = larger.replacing(with: TwoDoubles(repeating: 600), where: isBeyond)
        let share = TwoDoubles.expm1(gap.replacing(with: -gap, where: isMore))
        let size = TwoDoubles.exp(bounded) * share / rate
        let value = size.replacing(with: -size, where: isMore)
        let limit = Vector(repeating: .nan).replacing(with: 1e200, where: value.head .> 0)
        return value.replacing(with: TwoDoubles(limit), where: isBeyond .& .!(gap.head .== 0))
    }

    @inline(always)
    func roughDifference(_ pair: ResponsePair) -> (value: TwoDoubles, size: Vector)? {
        let a = TwoDoubles.extendedExp(pair.chosen * rate)
        let b = TwoDoubles.extendedExp(pair.rejected * rate)
        return ((a - b) / rate, (a.head + b.head) / rate.head.magnitude)
    }

    @inline(always)
    func slope(_ x: TwoDoubles) -> (value: TwoDoubles, growth: TwoDoubles) {
        let power = x * rate
        let isBeyond = power.head .> 600
        let bounded = power.replacing(with: TwoDoubles(repeating: 600), where: isBeyond)
        return (.exp(bounded), rate)
    }
}

/// DPO with another divergence than that from the reference policy to the policy.
enum FDPO: ListedLoss {
    enum Divergence: String, CaseIterable, Sendable {
        case reverseKL = "reverse_kl"
        case forwardKL = "forward_kl"
        case jensenShannon = "js_divergence"
        case alpha = "alpha_divergence"
    }

    static let divergence = Option.choice(
        "divergence",
        default: Divergence.alpha,
        "The divergence from the reference policy that the score of a response belongs to; "
            + "reverse_kl is that of dpo."
    )
    static let alpha = Option.number(
        "alpha",
        default: 0.5,
        .closed(-10, 10),
        "Order of the alpha divergence, which is forward_kl for 0 and reverse_kl for 1."
    )

    static func kernel(_ options: OptionValues) -> any ElementKernel {
        switch options[divergence] {
        case .reverseKL: DPO(options)
        case .forwardKL: AlphaDPO(options, alpha: 0)
        case .alpha where options[alpha] == 1: DPO(options)
        case .alpha: AlphaDPO(options, alpha: options[alpha])
        case .jensenShannon: JensenShannonDPO(options)
        }
    }
}

/// DPO with an alpha divergence: k = α - 1.
struct AlphaDPO: ExponentialScore {
    let beta: Double
    let rate: TwoDoubles
    var gamma: Double { 0 }

    init(_ options: OptionValues) { self.init(options, alpha: options[FDPO.alpha]) }

    init(_ options: OptionValues, alpha: Double) {
        beta = options[Preferences.beta]
        rate = .difference(Vector(repeating: alpha), Vector(repeating: 1))
    }
}

/// DPO with the divergence of Jensen and Shannon: s(x) = log σ(x).
struct JensenShannonDPO: ScoredPreference {
    let beta: Double
    var gamma: Double { 0 }

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
    }

    @inline(always)
    func difference(_ pair: ResponsePair) -> TwoDoubles {
        // The parts of softplus(-x) that are large cancel exactly.
        let (x, y) = (pair.chosen, pair.rejected)
        let zero = TwoDoubles(repeating: 0)
        let lower = zero.replacing(with: x, where: x.head .< 0)
        let upper = zero.replacing(with: y, where: y.head .< 0)
        let areNegative = (x.head .< 0) .& (y.head .< 0)
        let large = (lower - upper).replacing(with: pair.difference, where: areNegative)
        return large
            + (PreciseLogistic(y).softplusNegAbs - PreciseLogistic(x).softplusNegAbs)
    }

    @inline(always)
    func slope(_ x: TwoDoubles) -> (value: TwoDoubles, growth: TwoDoubles) {
        let logistic = PreciseLogistic(x)
        return (logistic.complement, -logistic.sigmoid)
    }
}

/// SimPO with rewards that grow like a power of the probability: k = -α.
enum AlphaPO: ListedLoss {
    static let alpha = Option.number(
        "alpha",
        default: 0.25,
        .closed(-10, 10),
        "Exponent: the reward is (1 - exp(-alpha c)) / alpha; with 0 it is c, as for simpo."
    )

    static func kernel(_ options: OptionValues) -> any ElementKernel {
        options[alpha] == 0 ? SimPO(options) : PowerPO(options)
    }
}

struct PowerPO: ExponentialScore {
    static var hasReference: Bool { false }

    let beta: Double
    let gamma: Double
    let rate: TwoDoubles

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        gamma = options[SimPO.gamma]
        rate = TwoDoubles(repeating: -options[AlphaPO.alpha])
    }
}

extension FDPO {
    static let facts = Facts(
        name: "f_dpo",
        aliases: ["f_divergence_dpo"],
        family: .preference,
        summary: "The negative log-likelihood of a preference, by scores of log-ratios that belong "
            + "to a divergence.",
        formula: .init(
            plain: "log(1 + exp(-u)) with u = beta (s(x) - s(y)), x = c - c', y = r - r', s(x) = x "
                + "(reverse_kl), -exp(-x) (forward_kl), -log(1 + exp(-x)) (js_divergence) or "
                + "exp((alpha - 1) x) / (alpha - 1) (alpha_divergence)",
            gradient: "-beta q s'(x) in c, beta q s'(y) in r, their opposites in c' and r', q = 1 "
                + "/ (1 + exp(u))",
            tex: #"-\log \sigma(\beta (s(x) - s(y))), \quad s(x) = \tfrac{e^{(\alpha - 1) "#
                + #"x}}{\alpha - 1}"#
        ),
        options: [Preferences.beta.declaration, divergence.declaration, alpha.declaration],
        signature: Preferences.withReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        relations: [.same(as: "dpo", when: ["divergence": .choice("reverse_kl")])],
        notes: [
            Preferences.constantReference, Preferences.sums, Preferences.subnormalResult,
            "TRL limits exponents to 80, or 11 in half precision, and treats orders within 1e-6 of "
                + "1 as 1.",
            "Where a chosen response has a log-ratio x with (alpha - 1) x above 600 that is not "
                + "less than that of the rejected one, the result is refused as too large if alpha "
                + "< 1.",
            "The surrogate of the Hessian is beta^2 q (1 - q) s'^2.",
        ],
        references: [
            "C. Wang et al., Beyond Reverse KL: Generalizing Direct Preference Optimization with "
                + "Diverse Divergence Constraints, ICLR 2024",
            "TRL DPOTrainer f_divergence_type",
        ],
        conventions: [.trl(["divergence": .choice("reverse_kl")])],
        examples: Preferences.examples
    )
}

extension AlphaPO {
    static let facts = Facts(
        name: "alphapo",
        aliases: [],
        family: .preference,
        summary: "The negative log-likelihood of a preference, by rewards that grow like a power "
            + "of the probability.",
        formula: .init(
            plain: "log(1 + exp(-u)) with u = beta ((1 - exp(-a c)) / a - (1 - exp(-a r)) / a) - "
                + "gamma, a = alpha, c and r the mean logarithms of the chosen and the rejected "
                + "response",
            gradient: "-beta q exp(-a c) in c, beta q exp(-a r) in r, q = 1 / (1 + exp(u))",
            tex: #"-\log \sigma \left( \tfrac{\beta}{\alpha} (\pi_r^{-\alpha} - \pi_c^{-\alpha}) "#
                + #"- \gamma \right)"#
        ),
        options: [
            Preferences.beta.declaration, SimPO.gamma.declaration, alpha.declaration,
        ],
        signature: Preferences.meansWithoutReference,
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        relations: [
            .same(
                as: "simpo",
                ["beta": .number(0.5), "gamma": .number(0)],
                when: ["alpha": .number(0), "beta": .number(0.5), "gamma": .number(0)]
            )
        ],
        notes: [
            Preferences.means, Preferences.subnormalResult,
            "The surrogate of the Hessian is beta^2 q (1 - q) exp(-2 a c), and in r likewise.",
        ],
        references: [
            "A. Gupta et al., AlphaPO: Reward Shape Matters for LLM Alignment, ICML 2025",
            "TRL CPOTrainer alpha",
        ],
        conventions: [
            .trl(
                ["alpha": .number(0)],
                notes: [
                    "It adds the negative log-likelihood unless "
                        + "cpo_alpha is 0."
                ]
            )
        ],
        examples: Preferences.examplesWithoutReference
    )
}
