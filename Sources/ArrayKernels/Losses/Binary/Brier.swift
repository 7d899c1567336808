// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The squared difference of a probability and a label in [0, 1].
///
/// From a probability p: ℓ = (p - y)², dℓ/dp = 2 (p - y), d²ℓ/dp² = 2;
/// from a logit z with p = σ(z) and q = 1 - p: dℓ/dz = 2pq (p - y),
/// d²ℓ/dz² = 2pq (pq + (p - y)(q - p)).
enum Brier: ListedLoss {
    static func kernel(_ options: OptionValues) -> any ElementKernel {
        options[ProbabilityOptions.fromLogits]
            ? BrierFromLogits(options) : BrierFromProbabilities(options)
    }
}

/// The Brier score of probabilities.
struct BrierFromProbabilities: PointwiseFormula {
    static var inputCount: Int { 2 }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let error = x[0] - x[1]
        let two = Vector(repeating: 2)
        return Point(
            loss: error * error,
            first: Derivatives(gradient: 2 * error, hessian: two),
            second: Derivatives(gradient: -2 * error, hessian: two)
        )
    }
}

/// The Brier score of logits.
///
/// Stated for |z|: if z is negative, y becomes 1 - y and the gradient changes its sign.
struct BrierFromLogits: PointwiseFormula {
    static var inputCount: Int { 2 }
    static var hasPrecisePath: Bool { true }

    init(_ options: OptionValues) {}

    @inline(always)
    func point(_ x: Elements) -> Point {
        let (logit, target) = (x[0], x[1])
        let logistic = Logistic(logit)
        let isNegative = logit .< 0
        let own = (1 - target).replacing(with: target, where: isNegative)
        let other = target.replacing(with: 1 - target, where: isNegative)
        let numerator = Vector.multiplyAdd(-other, logistic.expNegAbs, own)
        // The rounding error of the common denominator counts up to four times.
        let sum = TwoDoubles.orderedSum(Vector(repeating: 1), logistic.expNegAbs)
        let square = sum.squared
        let cube = square * sum
        let decrease = logistic.expm1NegAbs.replacing(with: -1, where: logit.magnitude .> 100)
        // The terms of the curvature, over the square of the denominator.
        let product = logistic.expNegAbs
        let curvature = Vector.multiplyAdd(numerator, decrease, product)
        let isCancelled = numerator.isCancelled(own)
        let slope = 2 * numerator * logistic.expNegAbs / cube.head
        let error = numerator / sum.head
        let factor = 2 * logistic.expNegAbs / square.squared.head
        return Point(
            loss: numerator * numerator / square.head,
            cancelled: isCancelled,
            first: Derivatives(
                gradient: slope.replacing(with: -slope, where: isNegative),
                hessian: curvature * factor,
                surrogate: product * factor,
                cancelled: isCancelled,
                cancelledHessian: isCancelled .| curvature.isCancelled(product)
            ),
            second: Derivatives(
                gradient: (-2 * error).replacing(with: 2 * error, where: isNegative),
                hessian: Vector(repeating: 2),
                cancelled: isCancelled
            )
        )
    }

    @inline(always)
    func precisePoint(_ x: Elements) -> Point {
        let (logit, target) = (x[0], x[1])
        let one = Vector(repeating: 1)
        let isNegative = logit .< 0
        let (label, rest) = (TwoDoubles(target), TwoDoubles.difference(one, target))
        let own = rest.replacing(with: label, where: isNegative)
        let other = label.replacing(with: rest, where: isNegative)
        let decay = TwoDoubles.exp(-logit.magnitude)
        let sum = decay + one
        let error = (own - other * decay) / sum
        let product = decay / (sum * sum)
        let curvature = product + error * ((decay - one) / sum)
        let (size, factor) = (error.rounded, 2 * product.rounded)
        let signed = size.replacing(with: -size, where: isNegative)
        return Point(
            loss: size * size,
            first: Derivatives(
                gradient: factor * signed,
                hessian: factor * curvature.rounded,
                surrogate: factor * product.rounded
            ),
            second: Derivatives(gradient: -2 * signed, hessian: Vector(repeating: 2))
        )
    }
}

extension Brier {
    static let facts = Facts(
        name: "brier",
        aliases: [
            "brier_score", "brier_score_loss",
        ],
        family: .binary,
        summary: "The squared difference of a probability and a label, hard or soft.",
        formula: .init(
            plain: "(p - y)^2, p = sigmoid(z) from logits z",
            gradient: "2 (p - y) from probabilities, 2 p (1 - p) (p - y) from logits",
            tex: "(p - y)^2"
        ),
        options: [ProbabilityOptions.fromLogits.declaration],
        signature: Signature(
            .element,
            .init(
                "predictions",
                .primary,
                [
                    ConditionalDomain(.unit, when: ["from_logits": .flag(false)]),
                    ConditionalDomain(.real, when: ["from_logits": .flag(true)]),
                ],
                "probabilities of the positive class, or logits"
            ),
            .init("targets", .differentiable, .unit, "labels, 0 or 1, or probabilities")
        ),
        kinks: [],
        properties: [
            .differentiable, .twiceDifferentiable, .lipschitz, .properScoring,
            .classificationCalibrated,
        ],
        bounds: Bounds(loss: 1, gradient: 2, hessian: 2),
        minimizer: .mean(.identity, [("from_logits", .logit)]),
        relations: [.same(as: "squared_error", when: ["from_logits": .flag(false)])],
        notes: [
            "Convex in probabilities; in logits the Hessian is negative far on the wrong side.",
            "For two classes G. W. Brier's own score is twice this, as with scikit-learn's "
                + "scale_by_half=False.",
        ],
        references: [
            "G. W. Brier, Verification of Forecasts Expressed in Terms of Probability, Monthly "
                + "Weather Review 78, 1950",
            "scikit-learn brier_score_loss",
        ],
        conventions: [
            .scikitLearn(notes: [
                "With labels of two classes; of more, it is the sum over the classes."
            ])
        ]
    )
}
