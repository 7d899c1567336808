// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// Statistics of the losses of a batch that take part, before reduction.
package struct Statistics: Equatable, Sendable {
    /// The number of losses that take part.
    package let count: Int
    /// Σwl / Σw.
    package let mean: Double
    /// The sample variance: n / (n - 1) times Σw(l - mean)² / Σw; `nil` for fewer than two losses.
    package let variance: Double?
    /// The standard error of the mean, √(n / (n - 1) Σw²(l - mean)²) / Σw, which for equal weights is
    /// that of `scipy.stats.sem`; `nil` for fewer than two losses.
    package let standardError: Double?
    package let least: Extreme
    package let greatest: Extreme

    /// The least or the greatest loss, and the place where it first occurs.
    package struct Extreme: Equatable, Sendable {
        package let loss: Double
        package let place: [Int]

        package init(loss: Double, place: [Int]) {
            self.loss = loss
            self.place = place
        }
    }

    /// Computes statistics from exact moments, so that nothing cancels.
    ///
    /// - Parameters:
    ///   - moments: the moments.
    ///   - input: the name of the input to change if a statistic is too large.
    ///   - hasMask: whether a mask may be why there are no losses.
    ///   - place: the place of the loss at an offset.
    /// - Throws: `LossError.nothingToAverage` if there are no losses or all weights are 0, and
    ///   `LossError.notFinite` if a statistic is too large for a double.
    package init(
        _ moments: Moments,
        input: String,
        hasMask: Bool = false,
        place: (_ offset: Int) -> [Int]
    ) throws(LossError) {
        guard let least = moments.least, let greatest = moments.greatest else {
            throw .nothingToAverage(hasMask ? .mask : .units)
        }
        guard !moments[.weight].isZero else { throw .nothingToAverage(.weights) }
        count = moments.count
        mean = moments.mean
        variance = moments.variance
        standardError = moments.standardError
        self.least = Extreme(loss: least.loss, place: place(least.offset))
        self.greatest = Extreme(loss: greatest.loss, place: place(greatest.offset))
        guard mean.isFinite, variance?.isFinite != false, standardError?.isFinite != false else {
            throw .notFinite(.statistics, input: input, place: [])
        }
    }
}
