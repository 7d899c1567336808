// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a count that is 0 with an additional probability.
///
/// With the logarithm z of the mean λ, the logit a of the additional probability and b = a + λ, the
/// loss of a positive count is softplus(a) + λ - tz. That of 0 is softplus(-a) - softplus(-b), with
/// dℓ/da = σ(a) - σ(b), dℓ/dz = λ σ(-b), d²ℓ/da² = (σ(a) - σ(b)) (σ(-a) - σ(b)) and
/// d²ℓ/dz² = λ σ(-b) (1 - λ σ(b)).
///
/// σ(b) - σ(a) is σ(b) σ(-a) (1 - e^-λ). The surrogates σ(a) σ(-a) and λ σ(-b) are the Hessians of the
/// EM algorithm, for which the origin of each zero is known up to its probability.
struct ZeroInflatedPoissonNLL: PointwiseLoss {
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
        let mean = Exponential(Self.bounded(logMean, isZero)).sum
        let own = Logistic(logit)

        let product = TwoDoubles.product(target, logMean)
        let softplus = own.preciseSoftplus
        var sum = mean - product + softplus
        if isFull { sum = sum + LogFactorial(target).value }
        let loss = sum.rounded
        let slope = (mean - target).rounded

        let other = Logistic(mean + logit)
        let decrease = -Vector.expm1(-mean.head)
        let share = own.complement * decrease
        let zeroLoss = (-Vector.log1p(-share))
            .replacing(with: Self.far(logit, mean, own, other).rounded, where: share .> 0.25)
        // The error of a large mean is significant in σ(-b).
        let isLarge = isZero .& (mean.head .> 8)
        let isCancelled = loss.isCancelled(mean.head, product.head, 2 * softplus.head)
        let meanSlope = mean.head * other.complement
        // σ(b) σ(-a) (1 - e^-λ), with one division and without the rounding errors of its divisor.
        let one = Vector(repeating: 1)
        let divisor = TwoDoubles.looseProduct(
            .orderedSum(one, own.expNegAbs),
            .orderedSum(one, other.expNegAbs)
        )
        let numerator =
            decrease * own.expNegAbs.replacing(with: one, where: logit .< 0)
            * one.replacing(with: other.expNegAbs, where: mean.head + logit .< 0)
        let weight = numerator / divisor.head
        let logitSlope = Vector.multiplyAdd(weight, divisor.tail / divisor.head, -weight)
        return Point(
            loss: loss.replacing(with: zeroLoss, where: isZero),
            cancelled: isLarge.replacing(with: isCancelled, where: .!isZero),
            first: Derivatives(
                gradient: slope.replacing(with: meanSlope, where: isZero),
                hessian: mean.head,
                surrogate: mean.head.replacing(with: meanSlope, where: isZero),
                cancelled: isLarge.replacing(
                    with: slope.isCancelled(mean.head),
                    where: .!isZero
                ),
                cancelledHessian: isZero
            ),
            second: Derivatives(
                gradient: own.sigmoid.replacing(with: logitSlope, where: isZero),
                hessian: own.product,
                cancelled: isLarge,
                cancelledHessian: isZero
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (logMean, logit, target) = (x[0], x[1], x[2])
        let isZero = target .== 0
        let mean = TwoDoubles.exp(Self.bounded(logMean, isZero))
        let own = PreciseLogistic(TwoDoubles(logit))

        let isNegative = logit .< 0
        let softplus = own.softplusNegAbs + logit.replacing(with: 0, where: isNegative)
        var sum = mean - TwoDoubles.product(target, logMean) + softplus
        if isFull { sum = sum + TwoDoubles.logFactorial(target) }

        let other = PreciseLogistic(mean + logit)
        let share = own.complement * -TwoDoubles.expm1(-mean)
        let far =
            own.softplusNegAbs + Self.excess(logit, mean) - other.softplusNegAbs
        let zeroLoss = (-TwoDoubles.log1p(-share)).replacing(with: far, where: share.head .> 0.25)
        let decrease = other.sigmoid * share
        let meanSlope = mean * other.complement
        let bend = meanSlope * (Vector(repeating: 1) - mean * other.sigmoid)
        let logitBend = -decrease * (own.complement - other.sigmoid)
        return Point(
            loss: sum.replacing(with: zeroLoss, where: isZero).rounded,
            first: Derivatives(
                gradient: (mean - target).replacing(with: meanSlope, where: isZero).rounded,
                hessian: bend.rounded,
                surrogate: meanSlope.rounded
            ),
            second: Derivatives(
                gradient: -decrease.rounded,
                hessian: logitBend.rounded,
                surrogate: (own.sigmoid * own.complement).rounded
            )
        )
    }

    /// The logarithm of the mean, from which the loss and the derivatives of a zero are finite.
    @inline(always)
    private static func bounded(_ logMean: Vector, _ isZero: Mask) -> Vector {
        logMean.clamped(-750, 712)
            .replacing(with: logMean.clamped(-750, 709), where: isZero)
    }

    /// max(a, 0) - max(a, -λ).
    @inline(always)
    private static func excess(_ logit: Vector, _ mean: TwoDoubles) -> TwoDoubles {
        let distance = TwoDoubles(-logit)
        return mean.replacing(with: distance, where: distance.head .< mean.head)
            .replacing(with: TwoDoubles(repeating: 0), where: logit .>= 0)
    }

    /// The loss of a zero that is not small.
    @inline(always)
    private static func far(
        _ logit: Vector,
        _ mean: TwoDoubles,
        _ own: Logistic,
        _ other: Logistic
    ) -> TwoDoubles {
        LogarithmOfSum(own.expNegAbs).sum + excess(logit, mean)
            - LogarithmOfSum(other.expNegAbs).sum
    }
}

extension ZeroInflatedPoissonNLL {
    static let facts = Facts(
        name: "zero_inflated_poisson_nll",
        aliases: ["zero_inflated_poisson", "zip", "zip_nll"],
        family: .regression,
        summary: "The negative log-likelihood of a count that has more zeros than a Poisson "
            + "distribution.",
        formula: .init(
            plain:
                "-log(q + (1 - q) exp(-m)) for t = 0, else m - t z - log(1 - q); m = exp(z), q = "
                + "1 / (1 + exp(-a)); in full, plus log(t!)",
            gradient: "in z: (1 - q) m / (1 - q + q exp(m)) for t = 0, else m - t; in a: "
                + "q - 1 / (1 + exp(-a - m)) for t = 0, else q",
            tex: #"-\log\left(q\,[t = 0] + (1 - q)\, e^{-m} m^t\right)"#
        ),
        options: [PoissonNLL.full.declaration],
        signature: Signature(
            .element,
            .init("log_mean", .primary, .real, "logarithms of means of the Poisson distribution"),
            .init("zero_logit", .primary, .real, "logits of the probability of an additional zero"),
            .init("targets", .constant, .integers(.closed(0, 0x1p53 - 1)), "counts")
        ),
        kinks: [],
        properties: [.differentiable, .twiceDifferentiable, .properScoring],
        notes: [
            "Convex for positive counts. For zeros the surrogate of the Hessian is that of the EM "
                + "algorithm: q (1 - q) in the logit, and m times the probability that the zero is of "
                + "the Poisson distribution.",
            "m and q are those of Pyro's ZeroInflatedPoisson, rate and gate.",
        ],
        references: ["Pyro ZeroInflatedPoisson"]
    )
}
