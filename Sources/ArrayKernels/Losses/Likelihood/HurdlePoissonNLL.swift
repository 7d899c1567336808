// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a count that is 0 with a given probability, or positive with a
/// truncated Poisson distribution.
///
/// With the logarithm z of λ and the logit a of zero, that of 0 is softplus(-a). That of a positive
/// count is softplus(a) + log((e^λ - 1)/λ) - (t - 1) z. With E = e^λ - 1, S = e^λ - 1 - λ and
/// N = λ e^λ / E, dℓ/dz = N - t and d²ℓ/dz² = N S / E.
///
/// For λ up to 1.375, N - 1, the second derivative and log(E/λ) are λ/2 plus a series in λ² with the
/// Bernoulli numbers. Tests/LossFunctionsTests/coefficients.py computes their polynomials.
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
        let isSmall = rate.head .<= 1.375
        let (half, tail) = (0.5 * rate.head, 0.5 * rate.tail)
        let square = (rate.head * rate.head).replacing(with: 0, where: .!isSmall)
        let rise = Vector.multiplyAdd(square, Self.growth(square), tail)

        let decay = Vector.exp(-rate)
        let one = TwoDoubles(repeating: 1)
        let complement = TwoDoubles.orderedSum(one.head, -decay)
        let product = rate / complement
        let bend = product * ((complement - rate * decay) / complement)

        let excess = (product - one).rounded.replacing(
            with: half + Vector.multiplyAdd(square, Self.excess(square), tail),
            where: isSmall
        )
        let hessian = bend.rounded.replacing(
            with: half + Vector.multiplyAdd(square, Self.bend(square), tail),
            where: isSmall
        )
        // For λ up to 1, all terms of the loss are positive.
        let growth = ((rate - logMean) + Vector.log1p(-decay))
            .replacing(with: TwoDoubles.orderedSum(half, rise), where: isSmall)
        let count = target - 1
        let multiple = TwoDoubles.product(count, logMean)
        let softplus = logistic.preciseSoftplus
        var sum = growth - multiple + softplus
        if isFull { sum = sum + LogFactorial(target).value }
        let loss = sum.rounded
        let isCancelled = loss.isCancelled(2 * rate.head, multiple.head, 4 * softplus.head)
        let slope = excess - count
        return Point(
            loss: loss.replacing(with: logistic.softplusOfNegative, where: isZero),
            cancelled: isCancelled .& (rate.head .> 1) .& .!isZero,
            first: Derivatives(
                gradient: slope.replacing(with: 0, where: isZero),
                hessian: hessian.replacing(with: 0, where: isZero),
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

    /// (N - 1 - λ/2) / λ², from λ² up to 1.9.
    @inline(always)
    private static func excess(_ square: Vector) -> Vector {
        var series = Vector(repeating: 0x1.f4c238f4622ccp-48)
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.7762b41692237p-42))
        series = Vector.multiplyAdd(series, square, Vector(repeating: 0x1.d67d8872a9263p-37))
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.227ec1b1aa734p-31))
        series = Vector.multiplyAdd(series, square, Vector(repeating: 0x1.66a8ea683a9e5p-26))
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.bbd7791af4976p-21))
        series = Vector.multiplyAdd(series, square, Vector(repeating: 0x1.1566abbfff81ap-15))
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.6c16c16c16b76p-10))
        return Vector.multiplyAdd(series, square, Vector(repeating: 0x1.5555555555555p-4))
    }

    /// (d²ℓ/dz² - λ/2) / λ².
    @inline(always)
    private static func bend(_ square: Vector) -> Vector {
        var series = Vector(repeating: 0x1.132e5c36cfd85p-43)
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.75f28728cf482p-38))
        series = Vector.multiplyAdd(series, square, Vector(repeating: 0x1.9b8ce04960fb4p-33))
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.b3bc9b2608d3fp-28))
        series = Vector.multiplyAdd(series, square, Vector(repeating: 0x1.c0531b03a78a5p-23))
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.bbd778f7bab3ap-18))
        series = Vector.multiplyAdd(series, square, Vector(repeating: 0x1.a01a019fc2cfep-13))
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.6c16c16c16904p-8))
        return Vector.multiplyAdd(series, square, Vector(repeating: 0x1.5555555555555p-3))
    }

    /// (log(E/λ) - λ/2) / λ².
    @inline(always)
    private static func growth(_ square: Vector) -> Vector {
        var series = Vector(repeating: -0x1.42e0fa4d97e20p-46)
        series = Vector.multiplyAdd(series, square, Vector(repeating: 0x1.0a562608a8e0ap-40))
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.83339386620c1p-35))
        series = Vector.multiplyAdd(series, square, Vector(repeating: 0x1.1eed16f665317p-29))
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.bbd77768d9120p-24))
        series = Vector.multiplyAdd(series, square, Vector(repeating: 0x1.71de3a53bdc94p-18))
        series = Vector.multiplyAdd(series, square, Vector(repeating: -0x1.6c16c16c16273p-12))
        return Vector.multiplyAdd(series, square, Vector(repeating: 0x1.5555555555555p-5))
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
