// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The mean over the classes of the share of correct predictions.
struct BalancedAccuracy: MetricEvaluator {
    static let adjusted = Option.flag(
        "adjusted",
        "Whether the value is shifted and scaled such that that of random guesses is 0, and the best 1."
    )

    private let decision: Decision
    private let isAdjusted: Bool

    init(_ options: OptionValues) throws(LossError) {
        decision = Decision(options)
        isAdjusted = options[Self.adjusted]
    }

    func cellCount(width: Int?) -> Int { decision.classCount(width: width) }

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        let counts = try ClassCounts(batch, decision)
        let present = counts.classes.filter { !counts.actual[$0].isZero }
        var sum = QuotientSum()
        for index in present { sum.add(counts.correct[index], dividedBy: counts.actual[index]) }
        guard isAdjusted else {
            return sum.result(dividedBy: ExactNumber(present.count))
        }
        guard present.count > 1 else {
            return .undefined(
                "\(name) with adjusted needs targets of two classes, but all are \(present[0])"
            )
        }
        // (s/n - 1/n) / (1 - 1/n).
        sum.add(ExactNumber(-1))
        return sum.result(dividedBy: ExactNumber(present.count - 1))
    }

    static let facts = MetricFacts(
        name: "balanced_accuracy",
        aliases: ["balanced_accuracy_score"],
        family: .classification,
        summary: "The mean over the classes of the share of correct predictions.",
        formula: "mean of TP / (TP + FN) over the classes that occur as targets",
        better: .higher,
        options: [adjusted.declaration] + Decision.options,
        signatures: Decision.signatures,
        references: ["scikit-learn balanced_accuracy_score"]
    )
}
