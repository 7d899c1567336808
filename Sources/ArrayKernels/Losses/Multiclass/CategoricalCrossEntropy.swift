// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative log-likelihood of one of several classes.
///
/// With y the smoothed target distribution, c the class weights and a = cy, A = Σa:
/// from probabilities, ℓ = -Σ a log p, ∂ℓ/∂p = -a/p, ∂²ℓ/∂p² = a/p²;
/// from logits with p = softmax z, ∂ℓ/∂z = Ap - a, ∂²ℓ/∂z² = Ap(1 - p). With respect to a target,
/// ∂ℓ/∂y = -c log p.
enum CategoricalCrossEntropy: ListedRowLoss {
    static func kernel(_ options: OptionValues) -> any RowKernel {
        options[ProbabilityOptions.fromLogits]
            ? CrossEntropyFromLogits(options) : CrossEntropyFromProbabilities(options)
    }
}

/// The cross-entropy of logits.
struct CrossEntropyFromLogits: RowFormula {
    static var inputCount: Int { 2 }

    struct Summary: RowSummary {
        let softmax: Softmax
        let loss: Vector
        /// The sum of the targets, smoothed and weighted.
        let sum: TwoDoubles
        let targetSum: Vector
    }

    private let targets: ClassTargets
    var list: (option: String, values: [Double])? { targets.list }

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
    }

    func summarize(_ rows: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        rows.hasClasses && targets.keepsClasses
            ? summarizeClasses(rows, &kept) : summarize(rows, .extended, &kept)
    }

    func summarizePrecisely(_ row: borrowing Rows<some LaneLayout>, _ kept: inout Kept) -> Summary {
        summarize(row, .twofold, &kept)
    }

    /// The summary of rows with a single class each.
    @inline(always)
    private func summarizeClasses(
        _ rows: borrowing Rows<some LaneLayout>,
        _ kept: inout Kept
    ) -> Summary {
        let softmax = Softmax(rows, .single, &kept)
        let own = targets.own(rows)
        return Summary(
            softmax: softmax,
            loss: own.weight * ((softmax.maximum - own.x) + softmax.logSumExpMinusMax),
            sum: TwoDoubles(own.weight),
            targetSum: Vector(repeating: 1)
        )
    }

    @inline(always)
    private func summarize(
        _ rows: borrowing Rows<some LaneLayout>,
        _ precision: Softmax.Precision,
        _ kept: inout Kept
    ) -> Summary {
        let softmax = Softmax(rows, precision, &kept)
        let zero = Vector(repeating: 0)
        var (loss, sum, given) = (RowTotal(), RowTotal(), RoughRowTotal())
        for index in 0..<rows.count {
            let target = targets.target(index, rows)
            let term = target.head * softmax.surprisal(index, rows)
            loss.add(zero.replacing(with: term, where: target.head .> 0), at: index, of: rows)
            sum.add(target, at: index, of: rows)
            if !targets.isPlain { given.add(rows.y(index), at: index, of: rows) }
        }
        let total = sum.value(of: rows)
        return Summary(
            softmax: softmax,
            loss: loss.value(of: rows).rounded,
            sum: total,
            targetSum: targets.isPlain ? total.rounded : given.value(of: rows)
        )
    }

    @inline(always)
    func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ kept: Kept
    ) -> RowPoint {
        let softmax = summary.softmax
        guard rows.hasClasses, targets.keepsClasses else {
            return point(index, rows, summary, .extended, kept)
        }
        return RowPoint(
            softmax.derivatives(
                index,
                rows,
                exponential: softmax.exponential(index, rows, .single, kept).head,
                weight: summary.sum.head
            )
        )
    }

    func precisePoint(
        _ index: Int,
        _ row: borrowing Rows<some LaneLayout>,
        _ precise: Summary,
        _ kept: Kept
    ) -> RowPoint {
        point(index, row, precise, .twofold, kept)
    }

    @inline(always)
    func others(
        _: Int,
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary
    ) -> Derivatives {
        Derivatives(
            gradient: targets.slope(index, rows) * summary.softmax.surprisal(index, rows),
            hessian: Vector(repeating: 0)
        )
    }

    @inline(always)
    private func point(
        _ index: Int,
        _ rows: borrowing Rows<some LaneLayout>,
        _ summary: Summary,
        _ precision: Softmax.Precision,
        _ kept: Kept
    ) -> RowPoint {
        summary.softmax.derivatives(
            index,
            rows,
            exponential: summary.softmax.exponential(index, rows, precision, kept),
            target: targets.target(index, rows),
            sum: summary.sum
        )
    }
}

/// The cross-entropy of probabilities.
struct CrossEntropyFromProbabilities: ExpectedClassLoss {
    let targets: ClassTargets
    private let epsilon: Double
    /// -log(1 - epsilon).
    private let upperLoss: Double

    init(_ options: OptionValues) {
        targets = ClassTargets(options)
        epsilon = options[ProbabilityOptions.epsilon]
        upperLoss = -Vector.log1p(Vector(repeating: -epsilon))[0]
    }

    /// A clipped prediction, and whether it is 1 - epsilon, which may not be a double.
    @inline(always)
    private func clipped(_ x: Vector) -> (p: Vector, isUpper: Mask) {
        let isUpper = (1 - x) .< epsilon
        let p = x.replacing(with: epsilon, where: x .< epsilon)
            .replacing(with: 1 - epsilon, where: isUpper)
        return (p, isUpper)
    }

    /// -log p.
    @inline(always)
    func loss(_ x: Vector) -> Vector {
        let (p, isUpper) = clipped(x)
        return (-Vector.log(p)).replacing(with: upperLoss, where: isUpper)
    }

    @inline(always)
    func derivatives(_ x: Vector, _ target: Vector) -> Derivatives {
        let ratio = target / clipped(x).p
        return Derivatives(gradient: -ratio, hessian: ratio / clipped(x).p)
    }
}

extension CategoricalCrossEntropy {
    static let facts = Facts(
        name: "categorical_cross_entropy",
        aliases: [
            "cce", "sparse_categorical_crossentropy",
            .init(
                "cross_entropy",
                ["from_logits": .flag(true)],
                elsewhere: [
                    "catboost": "CatBoost's CrossEntropy is the loss of two classes: use "
                        + "binary_cross_entropy.",
                    "lightgbm": "LightGBM's cross_entropy is the loss of two classes: use "
                        + "binary_cross_entropy.",
                    "flux": "Flux's crossentropy takes probabilities, but the name in the path "
                        + "stands for logits: use categorical_cross_entropy.",
                ]
            ),
            .init("CrossEntropyLoss", ["from_logits": .flag(true)], convention: "pytorch"),
            .init("softmax_cross_entropy", ["from_logits": .flag(true)]),
            .init("softmax_ce", ["from_logits": .flag(true)]),
            .init("cross_entropy_prob", ["from_logits": .flag(false)]),
            .init("multi:softmax", ["from_logits": .flag(true)], convention: "xgboost"),
            .init("sparse_softmax_cross_entropy", ["from_logits": .flag(true)]),
            .init("multiclass_logistic_loss", ["from_logits": .flag(true)]),
            .init(
                "softmax_cross_entropy_with_integer_labels",
                ["from_logits": .flag(true)],
                convention: "optax"
            ),
            .init(
                "safe_softmax_cross_entropy",
                ["from_logits": .flag(true)],
                convention: "optax"
            ),
            .init(
                "softmax_cross_entropy_with_logits",
                ["from_logits": .flag(true)],
                convention: "tensorflow"
            ),
            .init(
                "sparse_softmax_cross_entropy_with_logits",
                ["from_logits": .flag(true)],
                convention: "tensorflow"
            ),
            .init("logitcrossentropy", ["from_logits": .flag(true)], convention: "flux"),
            .init("HalfMultinomialLoss", ["from_logits": .flag(true)], convention: "sklearn"),
            .init("multi:softprob", ["from_logits": .flag(true)], convention: "xgboost"),
        ],
        family: .multiclass,
        summary: "The negative log-likelihood of one of several classes, one loss per row; targets "
            + "are class indices or distributions.",
        formula: .init(
            plain: "-sum_k class_weight_k y_k log(p_k), p = softmax(z) from logits z",
            gradient: "-y_k / p_k from probabilities, p_k - y_k from logits (no class weights)",
            tex: #"-\sum_k w_k\, y_k \log p_k"#
        ),
        options: [
            ProbabilityOptions.fromLogits.declaration, ProbabilityOptions.epsilon.declaration,
            ProbabilityOptions.labelSmoothing.declaration, RowOptions.classWeights.declaration,
            RowOptions.ignoreIndex.declaration, RowOptions.axis.declaration,
            ProbabilityOptions.checkSums.declaration,
        ],
        signature: .predictedDistributions(fromLogits: false),
        kinks: [ProbabilityOptions.clippedAtBothEnds],
        properties: [
            .convex, .differentiable, .twiceDifferentiable, .properScoring,
            .classificationCalibrated,
        ],
        bounds: Bounds(
            when: [ProbabilityOptions.fromLogits.declaration.name: .flag(true)],
            gradient: .greatest(of: RowOptions.classWeights),
            hessian: .greatest(of: RowOptions.classWeights) / 4
        ),
        minimizer: .mean(
            .identity,
            [("from_logits", .softmax)],
            fixed: ["class_weights", "label_smoothing"]
        ),
        notes: [
            "Probabilities are not renormalised; Keras does so silently.",
            "With class weights, a one-hot target gives the same result as its class index; "
                + "PyTorch divides by a different number.",
            "A mean of only ignored rows is refused; PyTorch returns NaN, Keras 0.",
        ],
        references: [
            "PyTorch CrossEntropyLoss", "Keras CategoricalCrossentropy",
            "optax softmax_cross_entropy", "scikit-learn HalfMultinomialLoss",
        ],
        conventions: [
            .pyTorch(
                ["from_logits": .flag(true), "ignore_index": .number(-100), "axis": .number(1)],
                notes: [
                    "With class weights and distributions as targets, PyTorch's mean divides by the "
                        + "number of rows: set \"reduction\": \"element_mean\"."
                ]
            ),
            .keras(
                ["epsilon": .number(1e-7)],
                notes: [
                    "Keras divides probabilities by their sum, also in the gradient, which is 0 where "
                        + "one is clipped. With ignore_class it divides by the number of the other "
                        + "rows: mask the ignored ones instead of using ignore_index."
                ]
            ),
            .xgBoost(
                ["from_logits": .flag(true)],
                surrogate: .init(scale: .number(2), floor: 1e-16)
            ),
            .lightGBM(["from_logits": .flag(true)], surrogate: .init(scale: .classes)),
            .catBoost(["from_logits": .flag(true)], notes: ["The objective MultiClass."]),
            .scikitLearn(
                ["epsilon": .number(2.220446049250313e-16)],
                notes: ["The metric log_loss; HalfMultinomialLoss takes logits."]
            ),
            .optax(["from_logits": .flag(true)]),
            .mlx(["from_logits": .flag(true)]),
            .tensorFlow(["from_logits": .flag(true)], notes: ["tf.nn."]),
            .flux(
                ["epsilon": .number(2.220446049250313e-16)],
                notes: [
                    "The function crossentropy, which adds epsilon to probabilities instead of clipping them; "
                        + "the name cross_entropy is that of PyTorch here, and takes logits. Its classes are "
                        + "the first dimension, which Julia writes last to JSON."
                ]
            ),
        ]
    )
}
