// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The mean of the squared error.
struct MeanSquaredError: MeanLoss {
    static let loss = "squared_error"

    let options: OptionValues

    init(_ options: OptionValues) {
        self.options = options
    }

    static let facts = MetricFacts(
        name: "mean_squared_error",
        aliases: ["mse"],
        family: .regression,
        summary: "The mean of the squared error.",
        formula: "sum of w (p - t)^2 / sum of w",
        better: .lower,
        signatures: [.numbers],
        isMean: true,
        notes: ["It is the mean of the loss squared_error."],
        references: ["scikit-learn mean_squared_error"]
    )
}
