// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Exact sums over some units, which losses and metrics of the same inputs share.
///
/// Metrics take the sums from it that are known, and add those that they compute.
package final class SharedSums {
    private var regression: RegressionSums?
    private var losses: [(loss: Loss, moments: Moments)] = []

    package init() {}

    /// Adds the moments of a loss that has no other inputs than the metrics.
    package func add(_ moments: Moments, of loss: Loss) { losses.append((loss, moments)) }

    /// The moments of a loss with the same options; `nil` if they are not known.
    func moments(of loss: Loss) -> Moments? {
        losses.first { $0.loss.facts.name == loss.facts.name && $0.loss.options == loss.options }?
            .moments
    }

    /// The sums of predictions and targets.
    fileprivate func regressionSums(of batch: MetricBatch) throws(LossError) -> RegressionSums {
        if let regression { return regression }
        let sums = try RegressionSums(batch)
        regression = sums
        return sums
    }
}

extension MetricBatch {
    /// The sums of predictions and targets, which are computed once.
    func regressionSums() throws(LossError) -> RegressionSums {
        guard let shared else { return try RegressionSums(self) }
        return try shared.regressionSums(of: self)
    }

    /// The moments of a loss of predictions and targets, which are computed once.
    func moments(of loss: Loss) throws(LossError) -> Moments {
        if let moments = shared?.moments(of: loss) { return moments }
        let moments = try loss.moments(of: self)
        shared?.add(moments, of: loss)
        return moments
    }
}
