// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The harmonic mean of precision and recall.
struct F1: ClassRatio {
    let options: ClassRatioOptions

    init(_ options: OptionValues) throws(LossError) {
        self.options = try ClassRatioOptions(options)
    }

    static let lacking = "it is neither predicted nor a target"

    static func parts(
        correct: ExactNumber,
        predicted: ExactNumber,
        actual: ExactNumber
    ) -> (dividend: ExactNumber, divisor: ExactNumber) {
        (correct + correct, predicted + actual)
    }

    static let facts = MetricFacts(
        name: "f1",
        aliases: aliases("f1") + ["f_score", "f1_measure", "dice_coefficient"],
        family: .classification,
        summary: "The harmonic mean of precision and recall.",
        formula: "2 TP / (2 TP + FP + FN), with the weights of the counts",
        better: .higher,
        options: ClassRatioOptions.declarations,
        signatures: Decision.signatures,
        notes: notes,
        references: ["scikit-learn f1_score"]
    )
}
