// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The negative log-likelihood of a count whose variance exceeds its mean, without the logarithm of a
/// binomial coefficient.
///
/// With the logarithm z of the mean, k = total_count and s = z - log k:
/// ℓ = k softplus(s) + t softplus(-s), dℓ/dz = k σ(s) - t σ(-s), d²ℓ/dz² = (k + t) σ(s) σ(-s).
struct NegativeBinomialNLL: PointwiseLoss {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    static let totalCount = Option.number(
        "total_count",
        default: 1,
        .positive,
        "Number of failures k: the variance is m + m² / k for the mean m."
    )

    private let count: Double
    private let logarithm: TwoDoubles

    init(_ options: OptionValues) {
        count = options[Self.totalCount]
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

extension NegativeBinomialNLL {
    static let facts = Facts(
        name: "negative_binomial_nll",
        aliases: ["negative_binomial"],
        family: .regression,
        summary: "The negative log-likelihood of a count whose variance exceeds its mean.",
        formula: .init(
            plain: "k log(1 + exp(z) / k) + t log(1 + k exp(-z)), z = log p, k the total_count",
            gradient: "k (exp(z) - t) / (k + exp(z))",
            tex: #"k \log\left(1 + \tfrac{e^z}{k}\right) + t \log\left(1 + k e^{-z}\right)"#
        ),
        options: [totalCount.declaration],
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
            "The logarithm of the binomial coefficient of t + k - 1 and t, which does not depend "
                + "on the predictions, is left out.",
            "total_count is that of PyTorch's distribution; its inverse is often called alpha.",
        ],
        references: [
            "J. M. Hilbe, Negative Binomial Regression, 2011", "PyTorch NegativeBinomial",
        ]
    )
}
