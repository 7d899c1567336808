// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The share of the variance of the targets that predictions explain.
struct RSquared: MetricEvaluator {
    init(_: OptionValues) {}

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        let sums = try batch.regressionSums()
        let total = sums.targetDeviations
        guard !total.isZero else {
            return .undefined("\(name) needs targets that differ, but all are equal")
        }
        return MetricResult(total - sums.weight * sums.squaredErrors, dividedBy: total)
    }

    static let facts = MetricFacts(
        name: "r2",
        aliases: ["r2_score", "r_squared", "coefficient_of_determination"],
        family: .regression,
        summary: "The share of the variance of the targets that predictions explain.",
        formula: "1 - sum of w (p - t)^2 / sum of w (t - m)^2, with the mean m of the targets",
        better: .higher,
        signatures: [.numbers],
        notes: [
            "The value is rounded once. For equal targets it is undefined; scikit-learn returns 1 for "
                + "exact predictions and else 0. Several outputs count as more units."
        ],
        references: ["scikit-learn r2_score"]
    )
}
