// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative log-likelihood of one of several ordered classes, in the model of proportional odds.
///
/// With the distances a and b of the thresholds below and above the class from the prediction, and
/// d = b - a: ℓ = -log(σ(b) - σ(a)) = log(1 + e^a) + log(1 + e^-b) - log(1 - e^-d). The derivatives are
/// σ(-b) - σ(a) for the prediction, σ(a) + 1/(e^d - 1) for the lower threshold and
/// -σ(-b) - 1/(e^d - 1) for the upper one. The lowest class has a = -∞, the highest b = ∞. Eight items are
/// computed at a time, and no terms cancel.
struct CumulativeLink: SegmentwiseLoss, SegmentGroupKernel {
    init(_ options: OptionValues) {}

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        columns: Int,
        into block: inout SegmentBlock,
        check: () throws(SegmentError) -> Void
    ) throws(SegmentError) {
        try Self.checkOrder(of: second)
        let cells = Cells(first, second, third, count: 1)
        let point = Point(cells, hasDerivatives: !block.numbers.isEmpty)
        point.store(0, cells, into: &block)
    }

    package func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        count: Int,
        into blocks: inout [SegmentBlock]
    ) -> Bool {
        let length = second.count / count
        for item in 0..<count {
            let own = second.extracting((item * length)..<((item + 1) * length))
            guard (try? Self.checkOrder(of: own)) != nil else { return false }
        }
        let cells = Cells(first, second, third, count: count)
        let point = Point(cells, hasDerivatives: !blocks[0].numbers.isEmpty)
        for item in 0..<count { point.store(item, cells, into: &blocks[item]) }
        return true
    }

    /// The predictions of up to eight items, and the thresholds below and above their classes.
    private struct Cells {
        var prediction = Vector(repeating: 0)
        var lower = Vector(repeating: -.infinity)
        var upper = Vector(repeating: .infinity)
        /// The number of thresholds below each class, in the lanes of the items.
        var below = Vector(repeating: 0)
        /// The number of thresholds of each item.
        let length: Int

        init(
            _ predictions: Span<Double>,
            _ thresholds: Span<Double>,
            _ targets: Span<Double>,
            count: Int
        ) {
            length = thresholds.count / count
            for item in 0..<count {
                let place = Int(targets[item])
                prediction[item] = predictions[item]
                below[item] = targets[item]
                if place > 0 { lower[item] = thresholds[item * length + place - 1] }
                if place < length { upper[item] = thresholds[item * length + place] }
            }
        }
    }

    /// The losses of up to eight items and their derivatives.
    private struct Point {
        private let loss: Vector
        private let slopes: Slopes?

        /// - Parameters:
        ///   - cells: the items.
        ///   - hasDerivatives: whether derivatives are computed.
        init(_ cells: Cells, hasDerivatives: Bool) {
            loss = Self.loss(cells)
            slopes = hasDerivatives ? Slopes(cells) : nil
        }

        /// The sum of three terms that are not negative.
        private static func loss(_ cells: Cells) -> Vector {
            let (prediction, lower, upper) = (cells.prediction, cells.lower, cells.upper)
            let gap = difference(upper, lower)
            let isWide = gap.head .>= 0.5
            let logarithm = Vector.log((-Vector.expm1(-gap.head)).replacing(with: 1, where: isWide))
                .replacing(with: .log1p(-Vector.exp(-gap)), where: isWide)
            let sum =
                softplus(difference(lower, prediction)) + softplus(difference(prediction, upper))
            return sum - logarithm
        }

        /// log(1 + e^x), to about 2 ulp.
        private static func softplus(_ x: TwoDoubles) -> Vector {
            let isPositive = x.head .> 0
            let decay = Vector.log1p(.exp((-x).replacing(with: x, where: .!isPositive)))
            return decay + Vector(repeating: 0).replacing(with: x.head, where: isPositive)
        }

        /// Stores the loss and the requested derivatives of an item.
        func store(_ item: Int, _ cells: Cells, into block: inout SegmentBlock) {
            guard cells.length > 0 else {
                block.loss = 0
                return
            }
            block.loss = loss[item]
            slopes?.store(item, cells, into: &block)
        }
    }

    /// The derivatives of up to eight items.
    private struct Slopes {
        private let gradient: Vector
        private let hessian: Vector
        private let lowerGradient: Vector
        private let upperGradient: Vector
        private let lowerHessian: Vector
        private let upperHessian: Vector

        init(_ cells: Cells) {
            let (prediction, lower, upper) = (cells.prediction, cells.lower, cells.upper)
            // `low` has σ(a) and σ(-a), `high` σ(-b) and σ(b).
            let (a, negativeB) = (difference(lower, prediction), difference(prediction, upper))
            let (low, high) = (TwoDoubles.logistic(a), TwoDoubles.logistic(negativeB))
            let gap = difference(upper, lower)
            let rest = -TwoDoubles.expm1(-gap)

            let odds = TwoDoubles.exp(-gap) / rest
            let bend = odds / rest
            let (lowVariance, highVariance) = (
                low.value * low.complement, high.value * high.complement
            )
            // σ(-b) - σ(a) as a product.
            let sum = difference(a, negativeB)
            let isPositive = sum.head .> 0
            let product = (-low.complement * high.value)
                .replacing(with: low.value * high.complement, where: isPositive)
            let factor = TwoDoubles.expm1(sum.replacing(with: -sum, where: isPositive))
            gradient = (product * factor).rounded
                .replacing(with: high.value.head, where: lower .== -.infinity)
                .replacing(with: -low.value.head, where: upper .== .infinity)
            hessian = (lowVariance + highVariance).rounded
            lowerGradient = (low.value + odds).rounded
            upperGradient = -(high.value + odds).rounded
            lowerHessian = (lowVariance + bend).rounded
            upperHessian = (highVariance + bend).rounded
        }

        /// Stores the requested derivatives of an item.
        func store(_ item: Int, _ cells: Cells, into block: inout SegmentBlock) {
            let below = Int(cells.below[item])
            let (hasLower, hasUpper) = (below > 0, below < cells.length)
            block.store(gradient[item], at: block.offset(of: 0, isHessian: false))
            block.store(hessian[item], at: block.offset(of: 0, isHessian: true))
            if let start = block.offset(of: 1, isHessian: false) {
                if hasLower { block.numbers[start + below - 1] = lowerGradient[item] }
                if hasUpper { block.numbers[start + below] = upperGradient[item] }
            }
            if let start = block.offset(of: 1, isHessian: true) {
                if hasLower { block.numbers[start + below - 1] = lowerHessian[item] }
                if hasUpper { block.numbers[start + below] = upperHessian[item] }
            }
        }
    }

    /// Throws if a threshold is not above the one before it.
    private static func checkOrder(of thresholds: Span<Double>) throws(SegmentError) {
        for offset in thresholds.indices.dropFirst() {
            let (own, previous) = (thresholds[offset], thresholds[offset - 1])
            guard own > previous else {
                let allowed = Interval.above(previous).description
                throw SegmentError(
                    input: 1,
                    offset: offset,
                    .outsideDomain(own, allowed: allowed)
                )
            }
        }
    }
}

private func difference(_ a: Vector, _ b: Vector) -> TwoDoubles {
    difference(TwoDoubles(a), TwoDoubles(b))
}

/// The difference, without a tail if it is infinite.
private func difference(_ a: TwoDoubles, _ b: TwoDoubles) -> TwoDoubles {
    let heads = a.head - b.head
    let isInfinite = heads.magnitude .== .infinity
    return (a - b).replacing(with: TwoDoubles(heads), where: isInfinite)
}

extension CumulativeLink {
    static let facts = Facts(
        name: "cumulative_link",
        aliases: ["cumulative_logit", "proportional_odds", "ordered_logit", "CumulativeLinkLoss"],
        family: .multiclass,
        summary:
            "The negative log-likelihood of ordered classes in the model of proportional odds: "
            + "thresholds divide the predictions among the classes.",
        formula: .init(
            plain:
                "-class_weight_t log(sigma(theta_t - p) - sigma(theta_(t-1) - p)) with theta_-1 = -infinity and "
                + "theta_K = infinity",
            gradient: "1 - sigma(theta_t - p) - sigma(theta_(t-1) - p) in p; in theta_t "
                + "sigma(theta_t - p) - 1 - 1 / (exp(theta_t - theta_(t-1)) - 1), in theta_(t-1) "
                + "sigma(theta_(t-1) - p) + 1 / (exp(theta_t - theta_(t-1)) - 1) (class weights are factors)",
            tex: #"-w_t \log \left( \sigma(\theta_t - p) - \sigma(\theta_{t-1} - p) \right)"#
        ),
        options: [RowOptions.classWeights.declaration, RowOptions.ignoreIndex.declaration],
        signature: Signature(
            .segment,
            .init("predictions", .primary, [.init("*", .real)], "predicted numbers"),
            .init(
                "thresholds",
                .primary,
                [.init("* K", .real)],
                "ascending thresholds, one less than there are classes"
            ),
            .init(
                "targets",
                .constant,
                [.init("*", .ranks(of: "K"))],
                "classes: the number of thresholds below each"
            )
        ),
        kinks: [],
        properties: [.convex, .differentiable, .twiceDifferentiable],
        notes: [
            "Thresholds must ascend strictly. Those that all predictions share are repeated for each, and "
                + "their gradients added.",
            "spacecutter's class_weights do not weigh its mean: use \"reduction\": \"element_mean\".",
            "The difference of two logistic functions, which spacecutter and statsmodels compute, loses its "
                + "digits in the tails and between close thresholds.",
        ],
        references: [
            "P. McCullagh, Regression Models for Ordinal Data, Journal of the Royal Statistical Society B "
                + "42, 1980",
            "F. Pedregosa, F. Bach, A. Gramfort, On the Consistency of Ordinal Regression Methods, Journal "
                + "of Machine Learning Research 18, 2017",
            "spacecutter CumulativeLinkLoss", "statsmodels OrderedModel",
        ],
        work: Work(steps: "K + 300", numbers: "1"),
        examples: [
            Example([
                "predictions": Tensor(shape: [3], values: [0.2, 1.7, -0.4]),
                "thresholds": Tensor(shape: [3, 2], values: [-0.5, 1, -0.5, 1, -0.5, 1]),
                "targets": Tensor(shape: [3], values: [1, 2, 0]),
            ])
        ]
    )
}
