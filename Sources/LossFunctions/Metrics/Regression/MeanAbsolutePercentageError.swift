// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The mean magnitude of the error relative to the target.
struct MeanAbsolutePercentageError: MeanLoss {
    static let loss = "absolute_percentage_error"

    let options: OptionValues

    init(_ options: OptionValues) {
        self.options = options
    }

    static let facts = MetricFacts(
        name: "mean_absolute_percentage_error",
        aliases: ["mape"],
        family: .regression,
        summary: "The mean magnitude of the error relative to the target.",
        formula: "sum of w |p - t| / max(|t|, epsilon) / sum of w, times 100 in percent",
        better: .lower,
        options: lossFacts?.options ?? [],
        signatures: [.numbers],
        isMean: true,
        notes: ["It is the mean of the loss absolute_percentage_error."],
        references: ["scikit-learn mean_absolute_percentage_error"]
    )
}
