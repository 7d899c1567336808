// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// The number and the weights of all units and of those that have a property.
struct HitSums {
    private let moments: Moments

    /// Counts the units of a batch.
    ///
    /// - Parameters:
    ///   - batch: the batch.
    ///   - mark: stores 1 for each unit of a block that has the property and 0 for others.
    /// - Throws: the errors of `mark`, and `LossError.cancelled`.
    init(
        _ batch: MetricBatch,
        _ mark: (
            _ predictions: Span<Double>,
            _ targets: Span<Double>,
            _ first: Int,
            _ hits: inout MutableSpan<UInt8>
        ) throws(LossError) -> Void
    ) throws(LossError) {
        moments =
            batch.scale.isNarrow
            ? try Self.moments(of: batch, FixedCount.self, mark)
            : try Self.moments(of: batch, ExactNumber.self, mark)
    }

    /// The share of the units that have the property, rounded once, with its standard error.
    var mean: MetricResult {
        MetricResult(
            .init(dividend: moments[.weightedLoss], divisor: moments[.weight]),
            standardError: moments.standardError
        )
    }

    private static func moments<Count: ExactCount>(
        of batch: MetricBatch,
        _: Count.Type,
        _ mark: (
            Span<Double>, Span<Double>, Int, inout MutableSpan<UInt8>
        ) throws(LossError) -> Void
    ) throws(LossError) -> Moments {
        let scale = batch.scale
        var hits: [UInt8] = []
        var hitCount = 0
        var (all, hitWeight) = (Count.zero, Count.zero)
        var (allSquares, hitSquares) = (Count.Products.zero, Count.Products.zero)
        try batch.forEachBlock { predictions, targets, weights, first throws(LossError) in
            if hits.count != targets.count {
                hits = [UInt8](repeating: 0, count: targets.count)
            }
            var own = hits.mutableSpan
            try mark(predictions, targets, first, &own)
            let marks = hits.span
            for offset in marks.indices { hitCount += Int(marks[offset]) }
            // Local sums stay in registers.
            var (blockAll, blockHits) = (Count.zero, Count.zero)
            for offset in weights.indices {
                let weight = Count(weight: weights[offset], scale)
                blockAll += weight
                allSquares.add(weight, times: weight)
                guard marks[offset] == 1 else { continue }
                blockHits += weight
                hitSquares.add(weight, times: weight)
            }
            all += blockAll
            hitWeight += blockHits
        }
        let isWeighted = !batch.units.weights.isEmpty
        let (count, loss) = (ExactNumber(batch.count), ExactNumber(hitCount))
        return Moments(count: batch.count, least: nil, greatest: nil) { sum in
            switch sum {
            case .weight, .normalizer: isWeighted ? all.number(scale) : count
            case .weight2: isWeighted ? allSquares.number(scale) : count
            case .loss: loss
            case .weightedLoss, .weightedLoss2: isWeighted ? hitWeight.number(scale) : loss
            case .weight2Loss, .weight2Loss2: isWeighted ? hitSquares.number(scale) : loss
            }
        }
    }
}
