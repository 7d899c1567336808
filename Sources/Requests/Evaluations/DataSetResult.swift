// SPDX-License-Identifier: Apache-2.0

package import LossFunctions

/// The losses and metrics of a data set.
package struct DataSetResult: Sendable {
    package let losses: [Loss]
    package let metrics: [Metric]
    /// The groups, in the order of the lists of each loss and metric.
    package let groups: [(key: String, place: Int)]

    /// The bounds of an interval; empty if one is too large for a double.
    static func interval(around value: Double, _ distance: Double) -> [Double] {
        let bounds = [value - distance, value + distance]
        return bounds.allSatisfy { $0.isFinite } ? bounds : []
    }

    /// A mean with its uncertainty.
    package struct Mean: Sendable {
        /// The reduced loss; `nil` if there is nothing to average.
        package let value: Double?
        package let normalizer: Double?
        /// The number of losses.
        package internal(set) var count = 0
        /// The standard error of the mean; `nil` for other reductions, and for fewer than two losses.
        package internal(set) var standardError: Double?
        /// The bounds of the normal interval around the mean; empty without a standard error, or if one is too
        /// large for a double.
        package internal(set) var interval: [Double] = []

        init(value: Double?, normalizer: Double?) {
            self.value = value
            self.normalizer = normalizer
        }

        /// The loss of a whole batch.
        init(_ result: LossResult) {
            self.init(value: result.reduced, normalizer: result.normalizer)
            count = 1
        }
    }

    /// The results of a loss.
    package struct Loss: Sendable {
        package let label: String
        package let loss: String
        package internal(set) var all = Mean(value: nil, normalizer: nil)
        package internal(set) var skipped: Int?
        /// The greatest losses.
        package internal(set) var worst: [Statistics.Extreme] = []
        /// The means of the groups, in the order of their first items; empty if there are none.
        package internal(set) var groups: [Mean] = []
        package internal(set) var baseline: Comparison?
        package internal(set) var groupBaselines: [Comparison] = []
        /// The reason that there is neither a standard error nor a result by group; `nil` if there is.
        package internal(set) var reason: String?

        init(label: String, loss: String) {
            self.label = label
            self.loss = loss
        }
    }

    /// The losses of another model on the same data set, and the mean of the differences.
    package struct Comparison: Sendable {
        package let baseline: Mean
        package let difference: Mean
    }

    /// The value of a metric with its uncertainty.
    package struct Score: Sendable {
        package let result: MetricResult
        /// The bounds of the normal interval around a mean; empty without a standard error.
        package let interval: [Double]

        init(_ result: MetricResult, _ quantile: Double) {
            self.result = result
            if case .number(let value) = result.value, let error = result.standardError {
                interval = DataSetResult.interval(around: value, quantile * error)
            } else {
                interval = []
            }
        }
    }

    /// The results of a metric.
    package struct Metric: Sendable {
        package let label: String
        package let metric: String
        package let all: Score
        package internal(set) var groups: [Score] = []
        /// The value of the other model.
        package internal(set) var baseline: MetricResult?

        init(label: String, metric: String, all: Score) {
            self.label = label
            self.metric = metric
            self.all = all
        }
    }
}

extension GroupLabels {
    /// The keys in the order of their bytes, with their places in the lists of results.
    var keysInOrder: [(key: String, place: Int)] {
        keys.enumerated()
            .map { (key: $0.element, place: $0.offset) }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
