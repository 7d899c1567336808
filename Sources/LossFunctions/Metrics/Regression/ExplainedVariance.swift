// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The share of the variance of the targets that is not that of the errors.
struct ExplainedVariance: MetricEvaluator {
    init(_: OptionValues) {}

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        let sums = try batch.regressionSums()
        let total = sums.targetDeviations
        guard !total.isZero else {
            return .undefined("\(name) needs targets that differ, but all are equal")
        }
        return MetricResult(total - sums.errorDeviations, dividedBy: total)
    }

    static let facts = MetricFacts(
        name: "explained_variance",
        aliases: ["explained_variance_score"],
        family: .regression,
        summary: "The share of the variance of the targets that is not that of the errors.",
        formula: "1 - variance of p - t / variance of t",
        better: .higher,
        signatures: [.numbers],
        notes: [
            "Unlike r2, it does not count a constant error. The value is rounded once. For equal targets "
                + "it is undefined; scikit-learn returns 1 for constant errors and else 0."
        ],
        references: ["scikit-learn explained_variance_score"]
    )
}
