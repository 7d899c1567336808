// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The square root of the mean squared error.
struct RootMeanSquaredError: MetricEvaluator {
    init(_: OptionValues) {}

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        let sums = try batch.regressionSums()
        return MetricResult(
            .init(dividend: sums.squaredErrors, divisor: sums.weight, isRoot: true)
        )
    }

    static let facts = MetricFacts(
        name: "root_mean_squared_error",
        aliases: ["rmse"],
        family: .regression,
        summary: "The square root of the mean squared error.",
        formula: "sqrt(sum of w (p - t)^2 / sum of w)",
        better: .lower,
        signatures: [.numbers],
        notes: ["The error is at most an ulp, also where squares are too large for a double."],
        references: ["scikit-learn root_mean_squared_error"]
    )
}
