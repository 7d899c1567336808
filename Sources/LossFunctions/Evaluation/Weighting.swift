// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The weights of the losses of a batch, and the denominator of their sum.
///
/// The shape of the weights is a leading part of the shape of the losses: a number, one per row, or
/// one per loss. Each weight applies to `span` consecutive losses. In a mean only the ratios of the
/// weights matter, so they are scaled by a power of two that keeps products and sums clear of
/// overflow and underflow.
struct Weighting {
    /// The weights; empty if all losses share one.
    private let weights: [Double]
    private let common: Double
    private let span: Int
    let reduction: Reduction

    /// The denominator in the scale of `self[offset]`.
    let denominator: Double
    /// The denominator in the scale of the client's weights.
    let normalizer: Double

    /// Checks the weights against the shape of the losses and computes the denominator.
    ///
    /// `targetWeights` are additional factors in the denominator of a mean: the weight of the class of
    /// each target, or 0 for an ignored target; `nil` means 1.
    init(
        _ weights: Tensor?,
        _ reduction: Reduction,
        lossShape: [Int],
        firstDimension: Int,
        targetWeights: [Double]?
    ) throws(LossError) {
        let count = lossShape.reduce(1, *)
        let largest =
            try weights.map { given throws(LossError) in
                try Self.check(given, against: lossShape, areAveraged: reduction == .mean)
            } ?? 1
        let given = weights?.values ?? []
        let isCommon = given.count <= 1
        span = isCommon ? count : count / given.count
        self.reduction = reduction
        guard reduction == .mean else {
            self.weights = isCommon ? [] : given
            common = largest
            (denominator, normalizer) =
                switch reduction {
                case .mean, .sum, .none: (1, 1)
                case .batchMean: (Double(firstDimension), Double(firstDimension))
                case .elementMean: (Double(count), Double(count))
                }
            return
        }

        // A single weight becomes 1; several are scaled by a power of two.
        let unit = isCommon ? largest : largest.binade
        common = 1
        let scaled = isCommon ? [] : given.map { $0 / unit }
        self.weights = scaled
        if let targetWeights {
            var sum = ExactSum()
            if isCommon {
                sum.add(targetWeights.span)
            } else {
                for offset in targetWeights.indices {
                    sum.add(scaled[offset / span], times: targetWeights[offset])
                }
            }
            denominator = sum.value
        } else if isCommon {
            denominator = Double(count)
        } else {
            var sum = ExactSum()
            if span == 1 {
                sum.add(scaled.span)
            } else {
                for weight in scaled { sum.add(weight, times: Double(span)) }
            }
            denominator = sum.value
        }
        normalizer = denominator * unit
        guard denominator > 0 else { throw .nothingToAverage(ignored: true) }
        guard normalizer < .infinity else { throw .notFinite(.normalizer, of: .weights, place: []) }
    }

    /// Whether every weight is 1.
    var isTrivial: Bool { weights.isEmpty && common == 1 }

    subscript(offset: Int) -> Double {
        weights.isEmpty ? common : weights[offset / span]
    }

    /// Copies the weights of the losses from `first` on, unless every weight is 1.
    func copy(from first: Int, count: Int, into block: inout [Double]) {
        guard !isTrivial else { return }
        var all = block.mutableSpan
        var block = all._mutatingExtracting(first: count)
        if weights.isEmpty {
            for offset in block.indices { block[offset] = common }
        } else if span == 1 {
            let given = weights.span.extracting(first..<(first + block.count))
            for offset in block.indices { block[offset] = given[offset] }
        } else {
            for offset in block.indices { block[offset] = weights[(first + offset) / span] }
        }
    }

    /// Checks the weights and returns the largest, which is positive if they are averaged.
    private static func check(
        _ weights: Tensor,
        against lossShape: [Int],
        areAveraged: Bool
    ) throws(LossError)
        -> Double
    {
        guard lossShape.starts(with: weights.shape) else {
            let allowed = (0...lossShape.count).map { Array(lossShape.prefix($0)) }
            throw .weightsShape(weights.shape, allowed: allowed)
        }
        var largest = 0.0
        var negative: UInt64 = 0
        for weight in weights.values {
            negative |= weight < 0 ? 1 : 0
            largest = max(largest, weight)
        }
        if negative != 0, let offset = weights.values.firstIndex(where: { $0 < 0 }) {
            throw .outsideDomain(
                .weights,
                place: Tensor.place(of: offset, in: weights.shape),
                value: weights.values[offset],
                allowed: Interval.nonNegative.description
            )
        }
        guard largest > 0 || !areAveraged else { throw .nothingToAverage(ignored: false) }
        return largest
    }
}
