// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The share of targets that do not exceed the predicted quantile.
struct QuantileCoverage: MetricEvaluator {
    init(_: OptionValues) {}

    func evaluate(_ batch: MetricBatch) throws(LossError) -> MetricResult {
        try HitSums(batch) { predictions, targets, _, hits throws(LossError) in
            for offset in targets.indices {
                hits[offset] = targets[offset] <= predictions[offset] ? 1 : 0
            }
        }
        .mean
    }

    static let facts = MetricFacts(
        name: "quantile_coverage",
        aliases: ["coverage", "empirical_coverage"],
        family: .forecast,
        summary: "The share of targets that do not exceed the predicted quantile.",
        formula: "sum of w [t <= p] / sum of w",
        better: nil,
        signatures: [
            Signature(
                .element,
                .init("predictions", .constant, .real, "predicted quantiles"),
                .init("targets", .constant, .real, "true numbers")
            )
        ],
        isMean: true,
        notes: ["For calibrated forecasts of a quantile, it is near the level of the quantile."],
        references: [
            "T. Gneiting, F. Balabdaoui, A. E. Raftery, Probabilistic Forecasts, Calibration and "
                + "Sharpness, Journal of the Royal Statistical Society B 69, 2007"
        ]
    )
}
