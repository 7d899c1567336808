// SPDX-License-Identifier: Apache-2.0

/// What each loss of a batch counts for, and what their sum is divided by.
///
/// Weights are given for a leading part of the losses' dimensions: a number, one a row, or one a
/// loss. Each given weight then serves `span` losses in a row. In a mean only the ratios of the
/// weights matter, so there they are scaled by a power of two that keeps products and sums clear
/// of overflow and underflow.
struct Weighting {
    private let weights: [Double]
    private let span: Int
    let reduction: Reduction

    /// The denominator in the units of `self[offset]`.
    let denominator: Double
    /// The denominator in the client's units.
    let normalizer: Double

    /// Checks the weights against the losses they are for.
    ///
    /// `shares` says what each loss counts for by itself, apart from its weight: the weight of
    /// its class, or 0 where its target is to be ignored; nil: 1.
    init(
        _ weights: Tensor?,
        _ reduction: Reduction,
        lossShape: [Int],
        firstDimension: Int,
        shares: [Double]?
    ) throws(LossError) {
        let count = lossShape.reduce(1, *)
        let given = weights ?? Tensor(1)
        let largest = try Self.check(given, against: lossShape)
        span = count / given.values.count
        self.reduction = reduction
        guard reduction == .mean else {
            self.weights = given.values
            (denominator, normalizer) =
                switch reduction {
                case .mean, .sum, .none: (1, 1)
                case .batchMean: (Double(firstDimension), Double(firstDimension))
                case .elementMean: (Double(count), Double(count))
                }
            return
        }

        let unit = given.values.count == 1 ? largest : largest.binade
        let scaled = given.values.map { $0 / unit }
        var sum = ExactSum()
        if let shares {
            for offset in shares.indices { sum.add(scaled[offset / span], times: shares[offset]) }
        } else {
            for weight in scaled { sum.add(weight, times: Double(span)) }
        }
        self.weights = scaled
        denominator = sum.value
        normalizer = denominator * unit
        guard denominator > 0 else { throw .nothingToAverage(ignored: true) }
        guard normalizer < .infinity else { throw .notFinite(.normalizer, of: .weights, place: []) }
    }

    /// Whether every loss counts for just 1.
    var isTrivial: Bool { weights.count == 1 && weights[0] == 1 }

    subscript(offset: Int) -> Double {
        weights.count == 1 ? weights[0] : weights[offset / span]
    }

    /// The largest weight, which is above 0.
    private static func check(
        _ weights: Tensor,
        against lossShape: [Int]
    ) throws(LossError)
        -> Double
    {
        guard lossShape.starts(with: weights.shape) else {
            let allowed = (0...lossShape.count).map { Array(lossShape.prefix($0)) }
            throw .weightsShape(weights.shape, allowed: allowed)
        }
        if let offset = weights.values.firstIndex(where: { $0 < 0 }) {
            throw .outsideDomain(
                .weights,
                place: Tensor.place(of: offset, in: weights.shape),
                value: weights.values[offset],
                allowed: Interval.nonNegative.description
            )
        }
        guard let largest = weights.values.max(), largest > 0 else {
            throw .nothingToAverage(ignored: false)
        }
        return largest
    }
}
