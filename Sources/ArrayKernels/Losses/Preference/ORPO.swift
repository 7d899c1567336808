// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Odds ratio preference optimization: the negative log-likelihood of the chosen response, and that
/// of the preference by the ratio of the odds.
///
/// With the logarithms c and r, v = 1/(1 - e^c), w = 1/(1 - e^r), the logarithm u of the ratio of
/// the odds and q = σ(-u): ℓ = -k c + β softplus(-u), dℓ/dc = -k - βqv, dℓ/dr = βqw,
/// d²ℓ/dc² = βqv (1 - qv), d²ℓ/dr² = βqw ((1 - q) w + e^r w). The surrogates are βq (1 - q) v² and,
/// in r, the second derivative.
struct ORPO: PreferenceLoss, PointwiseLoss {
    static var hasReference: Bool { false }
    static var hasPrecisePath: Bool { true }

    static let coefficient = Option.number(
        "nll_coefficient",
        default: 1,
        .closed(0, 1e6),
        "Factor of the negative logarithm of the chosen response; 0 leaves the preference alone."
    )

    /// Mean logarithms of probabilities that are not 1, far from overflow.
    static let logarithms = Domain.interval(.closed(-1e300, -1e-200))

    private let beta: Double
    private let coefficient: Double

    init(_ options: OptionValues) {
        beta = options[Preferences.beta]
        coefficient = options[Self.coefficient]
    }

    /// The derivatives need logarithms with twice the precision of a double.
    @inline(always)
    func point(_ pair: ResponsePair) -> Point {
        let logOdds =
            pair.difference
            + (Self.logComplement(pair.rejected.head) - Self.logComplement(pair.chosen.head))
        let cost = beta * Logistic(logOdds).softplusOfNegative
        return .deferred(
            loss: Vector.multiplyAdd(Vector(repeating: -coefficient), pair.chosen.head, cost),
            // Beyond, e^-u may be subnormal.
            cancelled: logOdds.head .> 600
        )
    }

    /// log(1 - e^x) for negative x, with an error of about 2^-55.
    @inline(always)
    private static func logComplement(_ x: Vector) -> TwoDoubles {
        let rest = -Exponential(x.clamped(-50, 0)).pairMinusOne
        return Logarithm(of: rest.head).sum(correction: rest.tail / rest.head)
    }

    @inline(always)
    func precisePoint(_ pair: ResponsePair) -> Point {
        let (one, beta) = (Vector(repeating: 1), Vector(repeating: beta))
        let coefficient = Vector(repeating: coefficient)
        let chosen = -TwoDoubles.expm1(pair.chosen)
        let rejected = -TwoDoubles.expm1(pair.rejected)
        let difference = pair.difference
        let ratio = difference + (TwoDoubles.log(rejected) - TwoDoubles.log(chosen))
        let logistic = PreciseLogistic(ratio)
        let complement = logistic.sigmoid
        let (v, w) = (one / chosen, one / rejected)
        // With d = c - r: qv = 1/((1 - e^c) + (1 - e^r) e^d), of which both terms are multiplied by e^-d
        // where d is positive, and qw = qv (1 - e^c) w.
        let isPositive = difference.head .> 0
        let power = TwoDoubles.exp(difference.replacing(with: -difference, where: isPositive))
        let size = (chosen + rejected * power)
            .replacing(with: chosen * power + rejected, where: isPositive)
        let pull = TwoDoubles(one).replacing(with: power, where: isPositive) / size
        let push = pull * (chosen / rejected)
        // Powers that are not normal numbers, although their products may be.
        let factor = beta / size.rounded
        let betaPull = (beta * pull.rounded)
            .replacing(with: .exp(-difference, times: factor), where: difference.head .> 600)
        let betaPush = (beta * push.rounded)
            .replacing(with: .exp(-ratio, times: factor), where: ratio.head .> 600)
        // 1 - qv = (1 - q) - q e^c v.
        let excess = complement - TwoDoubles.exp(pair.chosen) * pull
        let rest = complement.rounded + TwoDoubles.exp(pair.rejected).rounded
        let cost = logistic.softplusOfNegative * beta - pair.chosen * coefficient
        return Point(
            loss: cost.rounded.replacing(
                with: .exp(-ratio, times: beta) - pair.chosen.head * coefficient,
                where: ratio.head .> 600
            ),
            first: Derivatives(
                gradient: -(coefficient + betaPull),
                hessian: betaPull * excess.rounded,
                surrogate: betaPull * (complement * v).rounded
            ),
            second: Derivatives(
                gradient: betaPush,
                hessian: betaPush * (rest * w.rounded)
            )
        )
    }
}

extension ORPO {
    static let facts = Facts(
        name: "orpo",
        aliases: ["odds_ratio_preference_optimization"],
        family: .preference,
        summary: "The negative log-likelihoods of a chosen response and of the preference for it "
            + "by the ratio of the odds of two responses.",
        formula: .init(
            plain: "-k c + beta log(1 + exp(-u)) with u = log(odds(c) / odds(r)), odds(x) = exp(x) "
                + "/ (1 - exp(x)), c and r the mean logarithms of the chosen and the rejected "
                + "response",
            gradient: "-k - beta q / (1 - exp(c)) in c, beta q / (1 - exp(r)) in r, q = 1 / (1 + "
                + "exp(u))",
            tex: #"-k \log p_c - \beta \log \sigma \left( \log \frac{p_c (1 - p_r)}{(1 - p_c) "#
                + #"p_r} \right)"#
        ),
        options: [Preferences.beta.declaration, coefficient.declaration],
        signature: Signature(
            .element,
            Preferences.pair(
                "chosen",
                .primary,
                Preferences.meansOfChosen,
                domain: logarithms,
                usual: .mean
            ),
            Preferences.pair(
                "rejected",
                .primary,
                Preferences.meansOfRejected,
                domain: logarithms,
                usual: .mean
            )
        ),
        diagnostics: .rewards(factor: "beta"),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable],
        notes: [
            "beta is lambda in the paper. A response whose logarithm is 0 has no odds and is "
                + "refused.",
            "TRL averages the negative log-likelihood over the tokens of a batch, not of each "
                + "response; add it separately, with nll_coefficient 0, for its numbers. It "
                + "computes the odds in single precision.",
            "The surrogate of the Hessian in c is beta q (1 - q) / (1 - exp(c))^2.",
        ],
        references: [
            "J. Hong, N. Lee, J. Thorne, ORPO: Monolithic Preference Optimization without "
                + "Reference Model, EMNLP 2024",
            "TRL ORPOTrainer",
        ],
        conventions: [
            .trl(["nll_coefficient": .number(0)], notes: ["Its likelihood is added separately."])
        ],
        examples: Preferences.examplesWithoutReference
    )
}
