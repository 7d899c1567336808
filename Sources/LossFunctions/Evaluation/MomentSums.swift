// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Collects the moments of a batch block by block.
///
/// A class, so that the accumulations of batches without moments stay short.
final class MomentSums {
    private let weighting: Weighting
    private let selection: Selection
    /// The offset of the batch in the data set of which it is a part.
    private let offset: Int

    private var count = 0
    /// The sums in the order of `collected`, without the last ones if they are not needed.
    private var sums: [ExactSum]
    private var least: Moments.Extreme?
    private var greatest: Moments.Extreme?
    private var ownLosses: [Double] = []
    private var ownWeights: [Double] = []

    /// Losses and squares are always summed, and the denominator if targets are weighted.
    private static let collected: [Moments.Sum] = [
        .loss, .weightedLoss2, .normalizer, .weight, .weight2, .weightedLoss, .weight2Loss,
        .weight2Loss2,
    ]

    /// The index in `collected` of each sum, by the index of the sum in `Moments.Sum.allCases`.
    private static let places = Moments.Sum.allCases.map { collected.firstIndex(of: $0) ?? 0 }

    init(_ weighting: Weighting, _ selection: Selection, offset: Int) {
        let count =
            weighting.isWeighted ? Self.collected.count : weighting.targetWeights == nil ? 2 : 3
        sums = [ExactSum](repeating: ExactSum(), count: count)
        self.weighting = weighting
        self.selection = selection
        self.offset = offset
    }

    /// Adds the losses from `first` on.
    func add(_ block: Span<Double>, from first: Int) {
        addExtremes(of: block, from: first)
        guard weighting.isWeighted || weighting.targetWeights != nil || !selection.isComplete else {
            return add(block)
        }
        collect(block, from: first)
        let (losses, weights) = (ownLosses, ownWeights)
        guard weighting.isWeighted else { return add(losses.span) }
        count += losses.count
        self[.loss].add(losses.span)
        self[.weight].add(weights.span)
        self[.weight2].add(weights.span, times: weights.span)
        self[.weightedLoss].add(losses.span, times: weights.span)
        for (loss, weight) in zip(losses, weights) {
            let square = ExactProduct(loss, times: loss)
            let weight2 = ExactProduct(weight, times: weight)
            self[.weightedLoss2].add(square, times: ExactProduct(weight))
            self[.weight2Loss].add(weight2, times: ExactProduct(loss))
            self[.weight2Loss2].add(square, times: weight2)
        }
    }

    /// The moments, once every loss has been added; `nil` if a loss was not finite.
    func moments() -> Moments? {
        let numbers = sums.compactMap { $0.number }
        guard numbers.count == sums.count else { return nil }
        func number(_ sum: Moments.Sum) -> ExactNumber { numbers[Self.places[sum.place]] }
        let counted = ExactNumber(count)
        return Moments(count: count, least: least, greatest: greatest) { sum in
            if sum == .normalizer, weighting.targetWeights == nil {
                return weighting.isWeighted ? number(.weight) : counted
            }
            guard !weighting.isWeighted else { return number(sum) }
            return switch sum {
            case .weight, .weight2: counted
            case .weightedLoss, .weight2Loss: number(.loss)
            case .weight2Loss2: number(.weightedLoss2)
            case .normalizer, .loss, .weightedLoss2: number(sum)
            }
        }
    }

    private subscript(sum: Moments.Sum) -> ExactSum {
        get { sums[Self.places[sum.place]] }
        _modify { yield &sums[Self.places[sum.place]] }
    }

    /// Adds losses whose weights are 1.
    private func add(_ losses: Span<Double>) {
        count += losses.count
        self[.loss].add(losses)
        self[.weightedLoss2].add(losses, times: losses)
    }

    /// Copies the losses and weights of the units that take part, and adds their denominators.
    private func collect(_ block: Span<Double>, from first: Int) {
        ownLosses.removeAll(keepingCapacity: true)
        ownWeights.removeAll(keepingCapacity: true)
        for offset in block.indices where !selection.isLeftOut(first + offset) {
            let weight = weighting[first + offset]
            ownLosses.append(block[offset])
            ownWeights.append(weight)
            if let targetWeights = weighting.targetWeights {
                self[.normalizer].add(weight, times: targetWeights[first + offset])
            }
        }
    }

    private func addExtremes(of block: Span<Double>, from first: Int) {
        for offset in block.indices {
            let loss = block[offset]
            let isLess = least.map { loss < $0.loss } ?? true
            let isGreater = greatest.map { loss > $0.loss } ?? true
            guard isLess || isGreater, !selection.isLeftOut(first + offset) else { continue }
            // Adding 0 turns -0 into 0.
            let extreme = Moments.Extreme(loss: loss + 0, offset: self.offset &+ first &+ offset)
            if isLess { least = extreme }
            if isGreater { greatest = extreme }
        }
    }
}
