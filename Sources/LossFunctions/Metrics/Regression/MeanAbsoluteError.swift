// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The mean magnitude of the error.
struct MeanAbsoluteError: MeanLoss {
    static let loss = "absolute_error"

    let options: OptionValues

    init(_ options: OptionValues) {
        self.options = options
    }

    static let facts = MetricFacts(
        name: "mean_absolute_error",
        aliases: ["mae"],
        family: .regression,
        summary: "The mean magnitude of the error.",
        formula: "sum of w |p - t| / sum of w",
        better: .lower,
        signatures: [.numbers],
        isMean: true,
        notes: ["It is the mean of the loss absolute_error."],
        references: ["scikit-learn mean_absolute_error"]
    )
}
