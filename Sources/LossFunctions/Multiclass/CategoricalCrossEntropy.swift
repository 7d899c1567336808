// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The negative log-likelihood of one of several classes.
///
/// With y the smoothed target distribution, c the class weights and a = cy, A = Σa:
/// from probabilities, ℓ = -Σ a log p, ∂ℓ/∂p = -a/p, ∂²ℓ/∂p² = a/p²;
/// from logits with p = softmax z, ∂ℓ/∂z = Ap - a, computed as (A - a)p - a(1 - p) so that it does
/// not cancel for a certain prediction, and ∂²ℓ/∂z² = Ap(1 - p).
struct CategoricalCrossEntropy: RowwiseLoss {
    static let classWeights = Option.numbers(
        "class_weights",
        default: nil,
        .classWeight,
        "Weight of each class, 1 by default. A mean weights each row by the class of its target."
    )
    static let ignoreIndex = Option.integer(
        "ignore_index",
        default: nil,
        "Class index whose rows are ignored; none by default. Distributions have no class index."
    )
    static let axis = Option.integer(
        "axis",
        default: -1,
        "Axis of the classes; negative values count from the last."
    )

    static let facts = Facts(
        name: "categorical_cross_entropy",
        aliases: [
            "cce", "sparse_categorical_crossentropy",
            .init("cross_entropy", ["from_logits": .flag(true)]),
            .init("CrossEntropyLoss", ["from_logits": .flag(true)], convention: "pytorch"),
            .init("softmax_cross_entropy", ["from_logits": .flag(true)]),
            .init("softmax_cross_entropy_with_integer_labels", ["from_logits": .flag(true)]),
            .init("softmax_cross_entropy_with_logits", ["from_logits": .flag(true)]),
            .init("sparse_softmax_cross_entropy_with_logits", ["from_logits": .flag(true)]),
            .init("logitcrossentropy", ["from_logits": .flag(true)]),
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
            ProbabilityOptions.labelSmoothing.declaration, classWeights.declaration,
            ignoreIndex.declaration, axis.declaration,
        ],
        signature: signature,
        kinks: [ProbabilityOptions.clippedAtBothEnds],
        properties: [
            .convex, .differentiable, .twiceDifferentiable, .properScoring,
            .classificationCalibrated,
        ],
        notes: [
            "Probabilities are not renormalised; Keras does so silently.",
            "With class weights, a one-hot target gives the same result as its class index; "
                + "PyTorch divides by a different number.",
            "A mean over ignored rows only is refused; PyTorch returns NaN, Keras 0.",
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
            .xgBoost(
                ["from_logits": .flag(true)],
                notes: ["XGBoost's Hessian is 2 p (1 - p), at least 1e-16: twice the exact one."]
            ),
        ]
    )

    private static let signature = Signature(
        .row,
        .init(
            "predictions",
            .primary,
            [
                .init(
                    "* K",
                    [
                        ConditionalDomain(.unit, when: ["from_logits": .flag(false)]),
                        ConditionalDomain(.real, when: ["from_logits": .flag(true)]),
                    ]
                )
            ],
            "probabilities of classes, or logits"
        ),
        .init(
            "targets",
            .constant,
            [
                .init("*", .classIndices(of: "K")),
                .init("* K", .distribution(inLogarithms: false)),
            ],
            "class indices, or distributions over the classes"
        )
    )

    let axis: Int
    let fromLogits: Bool
    private let epsilon: Double
    private let smoothing: Double
    private let classWeights: [Double]?
    let ignoredIndex: Int?

    init(_ options: OptionValues) {
        axis = options[Self.axis] ?? -1
        fromLogits = options[ProbabilityOptions.fromLogits]
        epsilon = options[ProbabilityOptions.epsilon]
        smoothing = options[ProbabilityOptions.labelSmoothing]
        classWeights = options[Self.classWeights]
        ignoredIndex = options[Self.ignoreIndex]
    }

    func targetWeights(of targets: RowTargets, _ batch: Batch) throws(LossError) -> [Double]? {
        let rows = targets.layout
        guard rows.length != 1 else {
            throw .singleClass(input: batch.signature.inputs[0].name, shape: rows.shape)
        }
        if let classWeights, classWeights.count != rows.length {
            throw .wrongCount(
                option: Self.classWeights.declaration.name,
                count: classWeights.count,
                expected: rows.length
            )
        }
        guard classWeights != nil || ignoredIndex != nil else { return nil }
        try batch.checkDomains()
        try targets.checkSums()
        return (0..<rows.count).map { row in
            guard !targets.isIgnored(row) else { return 0 }
            if targets.hasClassIndices {
                return targets.classIndex(of: row).map { classWeights?[$0] ?? 1 } ?? 0
            }
            guard let classWeights else { return 1 }
            var weight = CompensatedSum()
            for column in classWeights.indices {
                weight.add(classWeights[column] * targets.target(of: row, at: column))
            }
            return weight.value
        }
    }

    func evaluate(_ block: inout RowBlock, _ outputs: Outputs) {
        if block.hasClassIndices, smoothing == 0, fromLogits, !outputs.contains(.hessian) {
            evaluateClassIndices(&block, outputs)
        } else {
            if block.hasClassIndices { block.encodeOneHot() }
            prepareTargets(&block)
            if fromLogits {
                evaluateLogits(&block, outputs)
            } else {
                evaluateProbabilities(&block, outputs)
            }
        }
    }

    /// Evaluates class indices with logits, without the zero terms of one-hot targets.
    private func evaluateClassIndices(_ block: inout RowBlock, _ outputs: Outputs) {
        let length = block.predictions.count / block.losses.count
        block.softmax.computeExponentials(
            block.predictions,
            block.functions,
            ahead: block.prefetch
        )
        if outputs.contains(.gradient) {
            block.softmax.write(into: &block.gradient, block.functions)
        }
        for row in block.classOffsets.indices {
            guard let offset = block.classOffsets[row] else { continue }
            let weight = classWeights.map { $0[offset % length] } ?? 1
            block.losses[row] =
                weight
                * block.softmax.negativeLogProbability(at: offset, of: row, block.predictions)
            guard outputs.contains(.gradient) else { continue }
            if weight != 1 {
                for index in (row * length)..<((row + 1) * length) {
                    block.gradient[index] *= weight
                }
            }
            // The subtraction yields 0 rather than -0.
            block.gradient[offset] = 0 - weight * block.softmax.complement(at: offset, of: row)
        }
    }

    /// Converts the targets to a: smoothed and weighted by class.
    func prepareTargets(_ block: inout RowBlock) {
        let length = block.targets.count / block.losses.count
        if smoothing > 0 {
            let spread = smoothing / Double(block.rowLength)
            for index in block.targets.indices {
                block.targets[index] = block.targets[index] * (1 - smoothing) + spread
            }
        }
        guard let classWeights else { return }
        for index in block.targets.indices {
            block.targets[index] *= classWeights[block.firstColumn + index % length]
        }
    }

    private func evaluateLogits(_ block: inout RowBlock, _ outputs: Outputs) {
        block.softmax.compute(block.predictions, block.functions, ahead: block.prefetch)
        block.softmax.computeNegativeLogProbabilities(block.predictions)
        block.terms.replace(block.targets, block.softmax.negativeLogProbabilities) { _, y, loss in
            let term = y * loss
            return y > 0 ? term : 0
        }
        block.sumTerms()
        guard outputs.includeDerivatives else { return }
        block.sumTargets()
        block.softmax.differentiate(
            block.targets,
            sums: block.targetSums,
            tails: block.targetSumTails,
            outputs,
            block.functions,
            &block.gradient,
            &block.hessian
        )
    }

    /// The probabilities beyond 1 - epsilon whose loss would be lost in its rounding.
    private func columnsAboveUpperEnd(_ block: RowBlock) -> [Int] {
        // Most values of epsilon leave 1 - epsilon exact, so that nothing is lost.
        guard 1 - (1 - epsilon) != epsilon else { return [] }
        return block.predictions.indices.filter { 1 - block.predictions[$0] < epsilon }
    }

    private func evaluateProbabilities(_ block: inout RowBlock, _ outputs: Outputs) {
        let atUpperEnd = columnsAboveUpperEnd(block)
        block.clipPredictions(epsilon, 1 - epsilon)
        // 0 log 0 = 0: a class with target 0 contributes nothing.
        block.functions.crossEntropy(
            of: block.targets,
            from: block.predictions,
            into: &block.terms,
            prefetch: block.prefetch
        )
        if !atUpperEnd.isEmpty {
            let loss = -Elementary.log1p(-epsilon)
            for index in atUpperEnd { block.terms[index] = block.targets[index] * loss }
        }
        block.sumTerms()
        block.differentiateLogarithms(outputs)
    }
}
