// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// The list of all metrics.
package enum MetricCatalogue {
    /// The metrics, in the order of the documents.
    package static let metrics: [Entry] = types.map { Entry($0) }

    private static let types: [any MetricEvaluator.Type] = [
        Accuracy.self, BalancedAccuracy.self, TopKAccuracy.self, Precision.self, Recall.self,
        F1.self, MatthewsCorrelation.self, ConfusionMatrix.self, AreaUnderCurve.self,
        AveragePrecision.self, Concordance.self, BrierScore.self, ExpectedCalibrationError.self,
        RSquared.self, DSquared.self, ExplainedVariance.self, MeanAbsoluteError.self,
        MeanSquaredError.self, RootMeanSquaredError.self, MeanAbsolutePercentageError.self,
        MeanAbsoluteScaledError.self, QuantileCoverage.self,
    ]

    /// A metric whose options have not been set.
    package struct Entry: Sendable {
        package let facts: MetricFacts
        private let type: any MetricEvaluator.Type

        fileprivate init(_ type: any MetricEvaluator.Type) {
            self.type = type
            facts = type.facts
        }

        /// The metric with options that are within their ranges.
        package func metric(_ options: OptionValues) throws(LossError) -> Metric {
            try Metric(type, options)
        }
    }

    /// A metric found by name, with the options that the name implies.
    package struct Found: Sendable {
        package let entry: Entry
        package let presets: [String: OptionValue]
    }

    /// The metric with a name or alias; case, hyphens, underscores, colons and spaces are ignored.
    package static func metric(named name: String) -> Found? {
        name.utf8.count <= maximumNameLength ? index[name.foldedName] : nil
    }

    private static let index = metrics.reduce(into: [String: Found]()) { index, entry in
        index[entry.facts.name.foldedName] = Found(entry: entry, presets: [:])
        for alias in entry.facts.aliases {
            index[alias.name.foldedName] = Found(entry: entry, presets: alias.options)
        }
    }

    /// The maximum length of a name in bytes, in any spelling.
    private static let maximumNameLength = 256
}
