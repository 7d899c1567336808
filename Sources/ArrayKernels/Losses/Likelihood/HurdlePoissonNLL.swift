// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a count that is 0 with a given probability, or positive with a
/// truncated Poisson distribution.
///
/// With the logarithm z of λ and the logit a of zero, that of 0 is softplus(-a). That of a positive
/// count is softplus(a) + log((e^λ - 1)/λ) - (t - 1) z. With E = e^λ - 1, S = e^λ - 1 - λ and
/// N = λ e^λ / E, dℓ/dz = N - t and d²ℓ/dz² = N S / E; N - 1 = (λ - 1 + e^-λ) / (1 - e^-λ).
struct HurdlePoissonNLL: PointwiseLoss {
    static var inputCount: Int { 3 }
    static var hasPrecisePath: Bool { true }

    private let isFull: Bool

    init(_ options: OptionValues) {
        isFull = options[PoissonNLL.full]
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (logMean, logit, target) = (x[0], x[1], x[2])
        let isZero = target .== 0
        let logistic = Logistic(logit)
        let rate = Exponential(logMean.clamped(-750, 712)).sum
        // Beyond 50, e^-λ is negligible beside 1.
        let isFar = rate.head .> 50
        let near = rate.replacing(with: TwoDoubles(repeating: 50), where: isFar)
        let (power, decay) = (Power(near), Power(-near))
        let isTiny = rate.head .< 0x1p-60
        let half = 0.5 * rate.head
        let excess = (decay.surplus / -decay.valueMinusOne).replacing(with: half, where: isTiny)
            .replacing(with: (rate - Vector(repeating: 1)).rounded, where: isFar)
        let bend = (power.surplus / power.valueMinusOne).replacing(with: half, where: isTiny)
            .replacing(with: 1, where: isFar)
        // For λ up to 1, all terms of the loss are positive.
        let growth = TwoDoubles(Vector.log1p(power.surplus / near.head))
            .replacing(
                with: (rate - logMean) + Vector.log1p(-decay.value),
                where: rate.head .> 1
            )
            .replacing(with: TwoDoubles(half), where: isTiny)
        let count = target - 1
        let product = TwoDoubles.product(count, logMean)
        let softplus = logistic.preciseSoftplus
        var sum = growth - product + softplus
        if isFull { sum = sum + LogFactorial(target).value }
        let loss = sum.rounded
        let isCancelled = loss.isCancelled(2 * rate.head, product.head, 4 * softplus.head)
        let slope = excess - count
        return Point(
            loss: loss.replacing(with: logistic.softplusOfNegative, where: isZero),
            cancelled: isCancelled .& (rate.head .> 1) .& .!isZero,
            first: Derivatives(
                gradient: slope.replacing(with: 0, where: isZero),
                hessian: ((1 + excess) * bend).replacing(with: 0, where: isZero),
                cancelled: slope.isCancelled(excess) .& .!isZero
            ),
            second: Derivatives(
                gradient: logistic.sigmoid.replacing(with: -logistic.complement, where: isZero),
                hessian: logistic.product
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (logMean, logit, target) = (x[0], x[1], x[2])
        let count = target - 1
        let rate = TwoDoubles.exp(logMean)
        let complement = -TwoDoubles.expm1(-rate)
        let growth = rate + TwoDoubles.log(complement) - logMean
        let softplus =
            TwoDoubles.log1p(TwoDoubles.exp(-logit.magnitude))
            + logit.replacing(with: 0, where: logit .< 0)
        var sum = growth - TwoDoubles.product(count, logMean) + softplus
        if isFull { sum = sum + TwoDoubles.logFactorial(target) }
        return Point(
            loss: sum.rounded,
            first: Derivatives(
                gradient: (rate / complement - target).rounded,
                hessian: Vector(repeating: 0)
            )
        )
    }
}

extension HurdlePoissonNLL {
    static let facts = Facts(
        name: "hurdle_poisson_nll",
        aliases: ["hurdle_poisson"],
        family: .regression,
        summary: "The negative log-likelihood of a count whose zeros have a probability of their "
            + "own.",
        formula: .init(
            plain: "softplus(-a) for t = 0, else softplus(a) + log(exp(m) - 1) - t z, m = exp(z); "
                + "in full, plus log(t!)",
            gradient: "in z: 0 for t = 0, else m / (1 - exp(-m)) - t; in a: q - 1 for t = 0, else "
                + "q, q = 1 / (1 + exp(-a))",
            tex: #"-\log \begin{cases} q & t = 0 \\ "#
                + #"(1 - q) \frac{m^t}{e^m - 1} & t > 0 \end{cases}"#
        ),
        options: [PoissonNLL.full.declaration],
        signature: Signature(
            .element,
            .init(
                "log_mean",
                .primary,
                .real,
                "logarithms of means of the Poisson distribution before its truncation"
            ),
            .init("zero_logit", .primary, .real, "logits of the probability of zero"),
            .init("targets", .constant, .integers(.closed(0, 0x1p53 - 1)), "counts")
        ),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable, .properScoring],
        notes: [
            "m is the parameter of the truncated distribution, whose mean is m / (1 - exp(-m)).",
            "A count of 0 says nothing about m: its gradient and Hessian in z are 0.",
            "hurdle of the R package pscl models the probability of a positive count, whose logit is "
                + "-a.",
        ],
        references: ["R package pscl, hurdle"]
    )
}
