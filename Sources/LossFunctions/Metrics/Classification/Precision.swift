// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The share of correct ones among the predictions of a class.
struct Precision: ClassRatio {
    let options: ClassRatioOptions

    init(_ options: OptionValues) throws(LossError) {
        self.options = try ClassRatioOptions(options)
    }

    static let lacking = "it is never predicted"

    static func parts(
        correct: ExactNumber,
        predicted: ExactNumber,
        actual _: ExactNumber
    ) -> (dividend: ExactNumber, divisor: ExactNumber) {
        (correct, predicted)
    }

    static let facts = MetricFacts(
        name: "precision",
        aliases: aliases("precision") + ["positive_predictive_value", "ppv"],
        family: .classification,
        summary: "The share of correct ones among the predictions of a class.",
        formula: "TP / (TP + FP), with the weights of true and false positives",
        better: .higher,
        options: ClassRatioOptions.declarations,
        signatures: Decision.signatures,
        notes: notes,
        references: ["scikit-learn precision_score"]
    )
}
