// SPDX-License-Identifier: Apache-2.0

package import LossFacts

/// The exact sums over losses `l` with weights `w`, from which every mean and statistic follows.
///
/// Moments of parts of a batch merge into those of the whole, to the last bit, however it was cut.
package struct Moments: Equatable, Sendable {
    /// A sum; its name is that in a document.
    package enum Sum: String, CaseIterable, Sendable {
        /// The denominator of a mean: Σw, or with weights of classes Σwc.
        case normalizer
        /// Σw.
        case weight
        /// Σw².
        case weight2
        /// Σl.
        case loss
        /// Σwl.
        case weightedLoss = "weighted_loss"
        /// Σwl².
        case weightedLoss2 = "weighted_loss2"
        /// Σw²l.
        case weight2Loss = "weight2_loss"
        /// Σw²l².
        case weight2Loss2 = "weight2_loss2"
    }

    /// The least or the greatest loss, and the offset of the first such loss in the data set.
    package struct Extreme: Equatable, Sendable {
        package let loss: Double
        package let offset: Int

        package init(loss: Double, offset: Int) {
            self.loss = loss
            self.offset = offset
        }
    }

    /// The number of losses.
    package private(set) var count: Int
    private var sums: [ExactNumber]
    package private(set) var least: Extreme?
    package private(set) var greatest: Extreme?

    /// The moments of an empty set of losses.
    package static let none = Moments(count: 0, least: nil, greatest: nil) { _ in .zero }

    package init(
        count: Int,
        least: Extreme?,
        greatest: Extreme?,
        _ sum: (Sum) -> ExactNumber
    ) {
        self.count = count
        self.least = least
        self.greatest = greatest
        sums = Sum.allCases.map(sum)
    }

    package subscript(sum: Sum) -> ExactNumber { sums[sum.place] }

    /// Adds the moments of other losses, or returns `false` if a sum would be out of range.
    package mutating func merge(_ other: Moments) -> Bool {
        let (total, overflows) = count.addingReportingOverflow(other.count)
        guard !overflows else { return false }
        var merged = sums
        for place in merged.indices {
            merged[place] += other.sums[place]
            guard merged[place].isInRange else { return false }
        }
        count = total
        sums = merged
        least = Extreme.first(least, other.least) { $0 < $1 }
        greatest = Extreme.first(greatest, other.greatest) { $0 > $1 }
        return true
    }
}

extension Moments.Extreme {
    /// The extreme that precedes the other, or has the lower offset if the losses are the same.
    static func first(
        _ one: Self?,
        _ other: Self?,
        _ precedes: (Double, Double) -> Bool
    ) -> Self? {
        guard let one, let other else { return one ?? other }
        if one.loss == other.loss { return one.offset <= other.offset ? one : other }
        return precedes(one.loss, other.loss) ? one : other
    }
}

extension Moments.Sum {
    /// The index among all sums.
    package var place: Int {
        switch self {
        case .normalizer: 0
        case .weight: 1
        case .weight2: 2
        case .loss: 3
        case .weightedLoss: 4
        case .weightedLoss2: 5
        case .weight2Loss: 6
        case .weight2Loss2: 7
        }
    }
}

extension Moments {
    /// The denominator of a reduction that the moments determine.
    ///
    /// - Parameters:
    ///   - reduction: the reduction.
    ///   - termCount: the number of terms of each loss.
    /// - Returns: the denominator; `nil` for other reductions.
    package func normalizer(of reduction: Reduction, termCount: Int = 1) -> Double? {
        switch reduction {
        case .sum: 1
        case .mean: self[.normalizer].rounded
        case .elementMean: Double(count) * Double(termCount)
        case .none, .batchMean, .meanOfMeans, .meanOfSums: nil
        }
    }

    /// Σwl, divided by a positive denominator and rounded once.
    ///
    /// NaN means that the denominator is not a positive double.
    package func loss(dividedBy normalizer: Double) -> Double {
        guard normalizer > 0, normalizer.isFinite else { return .nan }
        return self[.weightedLoss].divided(by: ExactNumber(normalizer)) + 0
    }

    /// Σwl / Σw.
    var mean: Double { loss(dividedBy: self[.weight].rounded) }

    /// n / (n - 1) times Σw(l - m)² / Σw with the exact mean m, rounded once; `nil` for fewer than two
    /// losses.
    var variance: Double? {
        guard count > 1 else { return nil }
        let (weight, loss) = (self[.weight], self[.weightedLoss])
        let deviations = self[.weightedLoss2] * weight - loss * loss
        return (ExactNumber(count) * deviations)
            .divided(by: ExactNumber(count - 1) * weight * weight)
    }

    /// √(n / (n - 1) Σw²(l - m)²) / Σw with the exact mean m; `nil` for fewer than two losses.
    package var standardError: Double? {
        guard count > 1 else { return nil }
        let (weight, loss) = (self[.weight], self[.weightedLoss])
        let squares = weight * weight
        let cross = weight * loss * self[.weight2Loss]
        let deviations =
            squares * self[.weight2Loss2] - (cross + cross) + loss * loss * self[.weight2]
        return (ExactNumber(count) * deviations)
            .squareRoot(dividedBy: ExactNumber(count - 1) * squares * squares)
    }
}
