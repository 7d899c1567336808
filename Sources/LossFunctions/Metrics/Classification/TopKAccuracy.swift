// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The share of rows in which the score of the target is among the k greatest.
struct TopKAccuracy: MetricEvaluator {
    static let k = Option.integer(
        "k",
        default: 2,
        .from(1),
        "Number of the greatest scores among which the target counts as found."
    )

    private let k: Int

    init(_ options: OptionValues) throws(LossError) {
        k = options[Self.k] ?? 2
    }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        let width = batch.width
        return try HitSums(batch) { predictions, targets, first, hits throws(LossError) in
            for row in targets.indices {
                guard let target = MetricBatch.classIndex(targets[row], of: width) else {
                    throw batch.notAClass(targets[row], at: first + row, input: 1, classes: width)
                }
                let scores = predictions.extracting((row * width)..<((row + 1) * width))
                let own = scores[target]
                var before = 0
                for column in 0..<target { before += scores[column] >= own ? 1 : 0 }
                for column in target..<width { before += scores[column] > own ? 1 : 0 }
                hits[row] = before < k ? 1 : 0
            }
        }
        .mean
    }

    static let facts = MetricFacts(
        name: "top_k_accuracy",
        aliases: [
            "top_k_accuracy_score", "top_k_categorical_accuracy",
            "sparse_top_k_categorical_accuracy",
            .init("top_5_accuracy", ["k": .number(5)]),
        ],
        family: .classification,
        summary: "The share of rows in which the score of the target is among the k greatest.",
        formula: "sum of w [rank of the target <= k] / sum of w",
        better: .higher,
        options: [k.declaration],
        signatures: [.classScores],
        isMean: true,
        notes: [
            "Equal scores have the order of their classes, so that with k = 1 the metric is the "
                + "accuracy; scikit-learn ranks the last of them first."
        ],
        references: ["scikit-learn top_k_accuracy_score"]
    )
}
