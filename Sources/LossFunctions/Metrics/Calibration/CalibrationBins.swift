// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sums over units by intervals of their probabilities: [0, 1/n], (1/n, 2/n], ..., with ends rounded
/// to doubles.
struct CalibrationBins<Count: ExactCount> {
    private let ends: [Double]
    private let scale: WeightScale
    private var weights: [Count]
    private var hits: [Count]
    private var probabilities: [ExactSum]

    init(count: Int, _ scale: WeightScale) {
        self.scale = scale
        ends = (0...count).map { Double($0) / Double(count) }
        weights = [Count](repeating: .zero, count: count)
        hits = weights
        probabilities = [ExactSum](repeating: ExactSum(), count: count)
    }

    /// Adds a unit; `weight` is `nil` if all weights are 1.
    @inline(__always)
    mutating func add(_ probability: Double, isHit: Bool, weight: Double?) {
        let bin = bin(of: probability)
        let count = Count(weight: weight ?? 1, scale)
        weights[bin] += count
        if isHit { hits[bin] += count }
        if let weight {
            probabilities[bin].add(weight, times: probability)
        } else {
            probabilities[bin].add(probability)
        }
    }

    /// The bin that contains a probability.
    @inline(__always)
    private func bin(of probability: Double) -> Int {
        var bin = min(Int(probability * Double(weights.count)), weights.count - 1)
        // The product is rounded, and an upper end belongs to its bin.
        if bin > 0, probability <= ends[bin] { bin -= 1 }
        if bin + 1 < weights.count, probability > ends[bin + 1] { bin += 1 }
        return bin
    }

    /// The sums of each bin that has units.
    var bins: [CalibrationBin] {
        weights.indices.compactMap { bin in
            guard !weights[bin].isZero, let probabilities = probabilities[bin].number else {
                return nil
            }
            return CalibrationBin(
                weight: weights[bin].number(scale),
                hits: hits[bin].number(scale),
                probabilities: probabilities
            )
        }
    }
}

/// The exact sums over the units of a bin.
struct CalibrationBin {
    let weight: ExactNumber
    /// The weight of the units with the outcome 1.
    let hits: ExactNumber
    /// The sum of the products of weights and probabilities.
    let probabilities: ExactNumber

    static let count = Option.integer(
        "bins",
        default: 10,
        "Number of intervals of equal width, from 1 to 1000, into which probabilities fall; the upper "
            + "end belongs to an interval."
    )

    /// The number of bins.
    ///
    /// - Throws: `LossError.outOfRange` if there are too many or none.
    static func count(_ options: OptionValues) throws(LossError) -> Int {
        let count = options[Self.count] ?? 1
        try Self.count.check(count, in: 1...1_000)
        return count
    }
}
