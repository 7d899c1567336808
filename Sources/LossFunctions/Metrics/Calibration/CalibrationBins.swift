// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The sums over units by intervals of their probabilities: [0, 1/n], (1/n, 2/n], ..., with ends rounded
/// to doubles.
struct CalibrationBins<Count: ExactCount> {
    private let ends: [Double]
    private let scale: WeightScale
    private var sums: [Sums]
    /// The products of weights and probabilities too small for the sums, which are all in the first bin.
    private var tinyProducts = ExactSum()

    private struct Sums {
        var weight = Count.zero
        var hits = Count.zero
        var products = Count.Products.zero

        @inline(__always)
        mutating func add(_ count: Count, _ hit: Count, _ probability: Count) {
            weight += count
            hits += hit
            products.add(count, times: probability)
        }
    }

    /// The scale of probabilities that are not too small.
    private let probabilityScale = WeightScale(from: leastProbability, to: 1)
    private static var leastProbability: Double { 0x1p-40 }

    init(count: Int, _ scale: WeightScale) {
        self.scale = scale
        ends = (0...count).map { Double($0) / Double(count) }
        sums = [Sums](repeating: Sums(), count: count)
    }

    /// Adds a unit.
    @inline(__always)
    mutating func add(_ probability: Double, isHit: Bool, weight: Double) {
        let bin = bin(of: probability)
        let count = Count(weight: weight, scale)
        // Outcomes are hard to predict, so nothing branches on them.
        let hit = Count(weight: isHit ? weight : 0, scale)
        if probability >= Self.leastProbability {
            sums[bin].add(count, hit, Count(weight: probability, probabilityScale))
        } else {
            sums[bin].add(count, hit, .zero)
            tinyProducts.add(weight, times: probability)
        }
    }

    /// The bin that contains a probability.
    @inline(__always)
    private func bin(of probability: Double) -> Int {
        var bin = min(Int(probability * Double(sums.count)), sums.count - 1)
        // The product is rounded, and an upper end belongs to its bin.
        if bin > 0, probability <= ends[bin] { bin -= 1 }
        if bin + 1 < sums.count, probability > ends[bin + 1] { bin += 1 }
        return bin
    }

    /// The sums of each bin that has units.
    var bins: [CalibrationBin] {
        sums.indices.compactMap { bin in
            let sums = sums[bin]
            guard !sums.weight.isZero else { return nil }
            let tiny = bin == 0 ? tinyProducts.number ?? .zero : .zero
            return CalibrationBin(
                weight: sums.weight.number(scale),
                hits: sums.hits.number(scale),
                probabilities: tiny + sums.products.number(scale, probabilityScale)
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
        .closed(1, 1_000),
        "Number of intervals of equal width into which probabilities fall; the upper end belongs to an "
            + "interval."
    )

    /// The number of bins.
    static func count(_ options: OptionValues) -> Int { options[count] ?? 1 }
}
