// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Collects the moments of a batch block by block.
struct MomentSums {
    private let weighting: Weighting
    private let selection: Selection
    /// The offset of the batch in the data set of which it is a part.
    private let offset: Int

    private var sums: LossSums
    private var least: Moments.Extreme?
    private var greatest: Moments.Extreme?
    private var ownLosses: [Double] = []
    private var ownWeights: [Double] = []

    init(_ weighting: Weighting, _ selection: Selection, offset: Int) {
        sums = LossSums(
            isWeighted: weighting.isWeighted,
            hasNormalizer: weighting.targetWeights != nil
        )
        self.weighting = weighting
        self.selection = selection
        self.offset = offset
    }

    /// Adds the losses from `first` on.
    mutating func add(_ block: Span<Double>, from first: Int) {
        addExtremes(of: block, from: first)
        guard weighting.isWeighted || weighting.targetWeights != nil || !selection.isComplete else {
            return sums.add(block, weights: block)
        }
        collect(block, from: first)
        let (losses, weights) = (ownLosses, ownWeights)
        sums.add(losses.span, weights: weights.span)
    }

    /// The moments, once every loss has been added; `nil` if a loss was not finite.
    func moments() -> Moments? { sums.moments(least: least, greatest: greatest) }

    /// Copies the losses and weights of the units that take part, and adds their denominators.
    private mutating func collect(_ block: Span<Double>, from first: Int) {
        ownLosses.removeAll(keepingCapacity: true)
        ownWeights.removeAll(keepingCapacity: true)
        for offset in block.indices where !selection.isLeftOut(first + offset) {
            let weight = weighting[first + offset]
            ownLosses.append(block[offset])
            ownWeights.append(weight)
            if let targetWeights = weighting.targetWeights {
                sums.addToNormalizer(weight, times: targetWeights[first + offset])
            }
        }
    }

    private mutating func addExtremes(of block: Span<Double>, from first: Int) {
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
