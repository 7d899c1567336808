// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The share of units whose predicted class is the target.
struct Accuracy: MetricEvaluator {
    private let decision: Decision

    init(_ options: OptionValues) throws(LossError) {
        decision = Decision(options)
    }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        var block = Decision.Block()
        return try HitSums(batch) { predictions, targets, first, hits throws(LossError) in
            try decision.decide(batch, predictions, targets, from: first, into: &block)
            let (own, truth) = (block.predicted.span, block.actual.span)
            for offset in own.indices { hits[offset] = own[offset] == truth[offset] ? 1 : 0 }
        }
        .mean
    }

    static let facts = MetricFacts(
        name: "accuracy",
        aliases: [
            "accuracy_score", "acc", "categorical_accuracy", "sparse_categorical_accuracy",
            "binary_accuracy",
        ],
        family: .classification,
        summary: "The share of units whose predicted class is the target.",
        formula: "sum of w [c = t] / sum of w, with the predicted class c",
        better: .higher,
        options: Decision.options,
        signatures: Decision.signatures,
        isMean: true,
        notes: [
            "Of equal scores in a row, the first is the prediction, as with numpy.argmax. A score that "
                + "equals the threshold means class 0, as in Keras, torchmetrics and XGBoost."
        ],
        references: ["scikit-learn accuracy_score"]
    )
}
