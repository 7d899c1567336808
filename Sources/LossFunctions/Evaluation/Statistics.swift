// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Statistics of the losses of a batch that take part, before reduction.
package struct Statistics: Equatable, Sendable {
    /// The number of losses that take part.
    package let count: Int
    /// Σwl / Σw.
    package let mean: Double
    /// The sample variance: n / (n - 1) times Σw(l - mean)² / Σw; `nil` for less than two losses.
    package let variance: Double?
    /// The standard error of the mean, √(n / (n - 1) Σw²(l - mean)²) / Σw, which for equal weights is
    /// that of `scipy.stats.sem`; `nil` for less than two losses.
    package let standardError: Double?
    package let least: Extreme
    package let greatest: Extreme

    /// The least or the greatest loss, and its first place.
    package struct Extreme: Equatable, Sendable {
        package let loss: Double
        package let place: [Int]

        package init(loss: Double, place: [Int]) {
            self.loss = loss
            self.place = place
        }
    }

    /// Computes the statistics of losses one by one.
    ///
    /// - Throws: `LossError.nothingToAverage` if none takes part or all weights are 0, and
    ///   `LossError.notFinite` if a statistic is too large for a double.
    init(_ losses: [Double], _ weighting: Weighting, _ batch: Batch) throws(LossError) {
        let units = losses.indices.filter { !batch.selection.isLeftOut($0) }
        guard let first = units.first else { throw .nothingToAverage(.units) }
        var (weights, sum) = (ExactSum(), ExactSum())
        var (least, greatest) = (first, first)
        for unit in units {
            weights.add(weighting[unit])
            sum.add(losses[unit], times: weighting[unit])
            if losses[unit] < losses[least] { least = unit }
            if losses[unit] > losses[greatest] { greatest = unit }
        }
        let total = weights.value
        guard total > 0 else { throw .nothingToAverage(.weights) }
        let mean = sum.value(dividedBy: total)
        var (squares, weightedSquares) = (ExactSum(), ExactSum())
        for unit in units {
            let deviation = losses[unit] - mean
            let weight = weighting[unit]
            squares.add(deviation * deviation, times: weight)
            weightedSquares.add(weight * deviation, times: weight * deviation)
        }
        count = units.count
        self.mean = mean + 0
        let (all, others) = (Double(count), Double(count - 1))
        variance = count > 1 ? all * squares.value / (others * total) : nil
        standardError =
            count > 1
            ? (all * weightedSquares.value / others).squareRoot() / total : nil
        func extreme(_ unit: Int) -> Extreme {
            Extreme(
                loss: losses[unit] + 0,
                place: Tensor.place(of: unit, in: batch.lossShape)
            )
        }
        self.least = extreme(least)
        self.greatest = extreme(greatest)
        guard mean.isFinite, variance?.isFinite != false, standardError?.isFinite != false else {
            throw .notFinite(.loss, input: batch.signature.inputs[0].name, place: [])
        }
    }
}
