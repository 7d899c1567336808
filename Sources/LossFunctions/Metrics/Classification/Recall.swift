// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The share of correctly predicted ones among the targets of a class.
struct Recall: ClassRatio {
    let options: ClassRatioOptions

    init(_ options: OptionValues) throws(LossError) {
        self.options = try ClassRatioOptions(options)
    }

    static let lacking = "it is no target"

    static func parts(
        correct: ExactNumber,
        predicted _: ExactNumber,
        actual: ExactNumber
    ) -> (dividend: ExactNumber, divisor: ExactNumber) {
        (correct, actual)
    }

    static let facts = MetricFacts(
        name: "recall",
        aliases: aliases("recall") + ["sensitivity", "true_positive_rate", "tpr"],
        family: .classification,
        summary: "The share of correctly predicted ones among the targets of a class.",
        formula: "TP / (TP + FN), with the weights of true positives and false negatives",
        better: .higher,
        options: ClassRatioOptions.declarations,
        signatures: Decision.signatures,
        notes: notes,
        references: ["scikit-learn recall_score"]
    )
}
