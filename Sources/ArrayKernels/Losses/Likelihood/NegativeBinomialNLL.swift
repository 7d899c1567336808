// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative log-likelihood of a count whose variance exceeds its mean, with or without the
/// logarithm of a binomial coefficient.
///
/// With the logarithm z of the mean, k = total_count and s = z - log k:
/// ℓ = k softplus(s) + t softplus(-s), dℓ/dz = k σ(s) - t σ(-s), d²ℓ/dz² = (k + t) σ(s) σ(-s). In the
/// target, the derivative is softplus(-s). In full, these increase by
/// log Γ(t + 1) + log Γ(k) - log Γ(t + k), ψ(t + 1) - ψ(t + k) and ψ'(t + 1) - ψ'(t + k).
enum NegativeBinomialNLL: ListedLoss {
    static let totalCount = Option.number(
        "total_count",
        default: 1,
        .positive,
        "Number of failures k: the variance is m + m² / k for the mean m."
    )

    static let full = Option.flag(
        "full",
        default: false,
        "Whether to subtract the logarithm of the binomial coefficient of t + k - 1 and t, which makes "
            + "the loss the negative logarithm of a probability."
    )

    static func kernel(_ options: OptionValues) -> any ElementKernel {
        options[full]
            ? FullNegativeBinomialNLL(options) : NegativeBinomialNLLWithoutCoefficient(options)
    }
}

/// The negative log-likelihood without the binomial coefficient.
struct NegativeBinomialNLLWithoutCoefficient: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    private let count: Double
    private let logarithm: TwoDoubles

    init(_ options: OptionValues) {
        count = options[NegativeBinomialNLL.totalCount]
        logarithm = TwoDoubles.log(Vector(repeating: count))
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let target = x[1]
        let shift = x[0] - logarithm
        let logistic = Logistic(shift)
        let isNegative = shift.head .< 0
        let count = Vector(repeating: count)
        let own = count.replacing(with: target, where: isNegative)
        let other = target.replacing(with: count, where: isNegative)
        let numerator = Vector.multiplyAdd(-other, logistic.expNegAbs, own)
        let slope = numerator / (1 + logistic.expNegAbs)
        return Point(
            loss: count * logistic.softplus + target * logistic.softplusOfNegative,
            first: Derivatives(
                gradient: slope.replacing(with: -slope, where: isNegative),
                hessian: (count + target) * logistic.product,
                cancelled: numerator.isCancelled(own)
            ),
            second: Derivatives(
                gradient: logistic.softplusOfNegative,
                hessian: Vector(repeating: 0)
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let target = x[1]
        let shift = x[0] - logarithm
        let isNegative = shift.head .< 0
        let decay = TwoDoubles.exp((-shift).replacing(with: shift, where: isNegative))
        let count = Vector(repeating: count)
        let own = count.replacing(with: target, where: isNegative)
        let other = target.replacing(with: count, where: isNegative)
        let sum = decay + Vector(repeating: 1)
        let slope = ((own - decay * other) / sum).rounded
        return Point(
            loss: Vector(repeating: 0),
            first: Derivatives(
                gradient: slope.replacing(with: -slope, where: isNegative),
                hessian: (TwoDoubles.sum(count, target) * (decay / (sum * sum))).rounded
            )
        )
    }
}

/// The negative log-likelihood with the binomial coefficient.
///
/// The terms of the coefficient cancel for most counts, so it is computed precisely: with the smaller
/// number m and the larger one M of t and k, its negative logarithm is log Γ(1 + m) + log(1 + t/k) -
/// (log Γ(1 + M + m) - log Γ(1 + M)).
struct FullNegativeBinomialNLL: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    private let base: NegativeBinomialNLLWithoutCoefficient
    private let count: Double
    private let logarithm: TwoDoubles

    init(_ options: OptionValues) {
        base = NegativeBinomialNLLWithoutCoefficient(options)
        count = options[NegativeBinomialNLL.totalCount]
        logarithm = TwoDoubles.log(Vector(repeating: count))
    }

    @inline(always)
    func point(_ x: Elements) -> Point {
        let plain = base.point(x)
        let all = Mask(repeating: true)
        return Point(
            loss: plain.loss,
            cancelled: all,
            first: plain.first,
            second: Derivatives(
                gradient: plain.second.gradient,
                hessian: plain.second.hessian,
                cancelled: all,
                cancelledHessian: all
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements, for columns: Columns) -> Point {
        let (target, count) = (x[1], Vector(repeating: count))
        let shift = x[0] - logarithm
        let logistic = PreciseLogistic(shift)
        let isNegative = shift.head .< 0
        let zero = TwoDoubles(repeating: 0)
        let softplus =
            logistic.softplusNegAbs + shift.replacing(with: zero, where: isNegative)
        let softplusOfNegative =
            logistic.softplusNegAbs + zero.replacing(with: -shift, where: isNegative)

        let isLess = target .< count
        let (least, greatest) = (
            count.replacing(with: target, where: isLess),
            target.replacing(with: count, where: isLess)
        )
        let ratio = TwoDoubles(target) / count
        let growth = TwoDoubles.log1p(ratio).replacing(
            with: TwoDoubles.log(target) - logarithm,
            where: ratio.head .> 0x1p100
        )
        let coefficient =
            (TwoDoubles.logFactorial(least) + growth)
            - TwoDoubles.logRise(from: greatest, by: least)
        let loss = (softplus * count + softplusOfNegative * target) + coefficient
        return Point(
            loss: loss.rounded,
            first: base.precisePoint(x).first,
            second: columns.haveGradient(of: 1) || columns.haveHessian(of: 1)
                ? inTarget(target, softplusOfNegative) : .zero
        )
    }

    /// The derivatives with respect to the target.
    @inline(never)
    private func inTarget(_ target: Vector, _ softplus: TwoDoubles) -> Derivatives {
        let sum = TwoDoubles.sum(target, Vector(repeating: count))
        let inverse = TwoDoubles(repeating: 1) / sum
        let slope =
            (softplus + inverse)
            - TwoDoubles.digammaRise(from: TwoDoubles(target), by: TwoDoubles(repeating: count))
        let bend =
            TwoDoubles.trigamma(TwoDoubles(target))
            - (TwoDoubles.trigamma(sum) + inverse * inverse)
        return Derivatives(
            gradient: slope.rounded,
            hessian: bend.rounded,
            surrogate: bend.rounded.magnitude
        )
    }
}

extension NegativeBinomialNLL {
    static let facts = Facts(
        name: "negative_binomial_nll",
        aliases: ["negative_binomial", "neg_binomial", "nb_nll"],
        family: .regression,
        summary: "The negative log-likelihood of a count whose variance exceeds its mean.",
        formula: .init(
            plain: "k log(1 + exp(z) / k) + t log(1 + k exp(-z)), z = log p, k the total_count",
            gradient: "k (exp(z) - t) / (k + exp(z))",
            tex: #"k \log\left(1 + \tfrac{e^z}{k}\right) + t \log\left(1 + k e^{-z}\right)"#
        ),
        options: [totalCount.declaration, full.declaration],
        signature: Signature(
            .element,
            .init("predictions", .primary, .real, "logarithms of means"),
            .init(
                "targets",
                .differentiable,
                .interval(.nonNegative),
                "counts, or any numbers >= 0"
            )
        ),
        kinks: [],
        properties: [
            .strictlyConvex, .convex, .differentiable, .twiceDifferentiable, .properScoring,
        ],
        notes: [
            "The logarithm of the binomial coefficient of t + k - 1 and t does not depend on the "
                + "predictions. In full it is that of gamma functions, for any t >= 0, without "
                + "cancellation for large k, and 0 for k = 1.",
            "total_count is that of PyTorch's distribution; its inverse is often called alpha.",
        ],
        references: [
            "J. M. Hilbe, Negative Binomial Regression, 2011", "PyTorch NegativeBinomial",
        ]
    )
}
