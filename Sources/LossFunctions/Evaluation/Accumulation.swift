// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Builds a `LossResult` block by block.
///
/// It weights and sums the losses, collects derivatives divided by the denominator, and throws if a
/// number is not finite. Losses and derivatives of units that are left out are 0 in a block.
struct Accumulation: ~Copyable {
    private let batch: Batch
    private let weighting: Weighting
    private let functions: any ArrayFunctions.Type

    private var sum = ExactSum()
    /// Whether every loss that was summed is finite, whatever its weight.
    private var areFinite = true
    /// The sum over the items of the first dimension, if they are reduced separately.
    private var outer: ExactSum?
    /// The exact sums of statistics and partial sums, if they are requested.
    private var moments: MomentSums?
    private var worst: GreatestLosses
    private var elements: [Double] = []
    private var weighted: [Double] = []
    /// The gradients, and after them the Hessians.
    private var derivatives: [Derivative] = []
    /// The weights of a block; empty if all are 1.
    private var blockWeights: [Double] = []

    /// Creates an accumulation without losses.
    ///
    /// - Parameters:
    ///   - batch: the batch.
    ///   - targetWeights: factors of the denominator of a mean, one per loss; see `Weighting`.
    /// - Throws: `LossError` if the weights do not match the losses, or if nothing is left to average.
    init(_ batch: Batch, targetWeights: [Double]? = nil) throws(LossError) {
        let outputs = batch.outputs
        self.batch = batch
        functions = batch.loss.functions
        weighting = try Weighting(batch, targetWeights: targetWeights)
        worst = GreatestLosses(count: batch.request.worstCount)
        if !weighting.items.isEmpty { outer = ExactSum() }
        if !outputs.isDisjoint(with: [.statistics, .partial]) {
            moments = MomentSums(
                weighting.units(of: batch.selection),
                offset: batch.request.offset,
                isMean: batch.request.sumsLossesOnly
            )
        }
        derivatives.reserveCapacity(outputs.derivativeCount * batch.differentiated.count)
        if outputs.contains(.gradient) { begin(.gradient) }
        if outputs.contains(.hessian) { begin(.hessian) }
        if keepsElements { elements.reserveCapacity(batch.unitCount) }
        if outputs.contains(.loss), !weighting.reduces {
            weighted.reserveCapacity(batch.unitCount)
        }
    }

    /// Begins the derivatives of a kind.
    private mutating func begin(_ quantity: Quantity) {
        let isRounded =
            batch.request.roundsDerivatives
            && batch.request.isComputedInBlocks(of: batch.signature)
        for input in batch.differentiated {
            let shape = batch.inputs[input]?.shape ?? [0]
            derivatives.append(
                Derivative(quantity, input: input, shape: shape, isRounded: isRounded)
            )
        }
    }

    private var outputs: Outputs { batch.outputs }

    /// Whether the losses themselves are kept: for the result, or because their groups are not consecutive.
    private var keepsElements: Bool {
        outputs.contains(.elements) || batch.request.groups != nil
    }

    /// Adds the losses and derivatives of a block of elements.
    ///
    /// - Parameters:
    ///   - block: the block, of which `count` elements are used.
    ///   - count: the number of elements.
    ///   - first: the offset of the first element in the batch.
    /// - Throws: `LossError.notFinite` with the place of the first number that is not finite.
    mutating func add(
        _ block: inout ElementBlock,
        count: Int,
        from first: Int
    ) throws(LossError) {
        let range = first..<(first + count)
        let leavesOutSome = batch.selection.leavesOut(someOf: range)
        if !weighting.isTrivial, blockWeights.isEmpty {
            blockWeights = [Double](repeating: 1, count: block.stride)
        }
        weighting.copy(from: first, count: count, into: &blockWeights)
        let weights = blockWeights
        blockWeights = []
        if leavesOutSome { clear(&block.numbers, 0..<count, range) }
        try add(
            block.numbers.span.extracting(first: count),
            weights.span.extracting(first: min(weights.count, count)),
            from: first
        )
        for index in derivatives.indices {
            let start = block.column(of: derivatives[index])
            let column = start..<(start + count)
            if derivatives[index].isHessian { adjust(&block.numbers, column) }
            if leavesOutSome { clear(&block.numbers, column, range) }
            weigh(&block.numbers, column, weights, from: first)
            let areFinite = derivatives[index].append(
                block.numbers.span.extracting(column),
                dividedBy: weighting.divisor,
                functions
            )
            if !areFinite { try checkIsFinite(derivatives[index]) }
        }
        blockWeights = weights
    }

    /// Adds losses and their weights; `first` is the offset of the first in the batch.
    mutating func add(
        _ losses: Span<Double>,
        _ weights: Span<Double>,
        from first: Int
    )
        throws(LossError)
    {
        guard batch.wantsLosses else { return }
        let isSummed = outputs.contains(.loss) && weighting.reduces && !momentsHaveLoss
        if isSummed { try addToSum(losses, weights, from: first) }
        // The sum detects non-finite losses, but not their place.
        if !isSummed || !areFinite { try checkAreFinite(losses, from: first) }
        moments?.add(losses, from: first)
        worst.add(losses, from: first, of: batch.selection)
        // Adding 0 turns -0 into 0, here and below.
        if keepsElements {
            elements.append(addingCapacity: losses.count) { output in
                for offset in losses.indices { output.append(losses[offset] + 0) }
            }
        }
        guard outputs.contains(.loss), !weighting.reduces else { return }
        let isTrivial = weighting.isTrivial
        weighted.append(addingCapacity: losses.count) { output in
            for offset in losses.indices {
                output.append((isTrivial ? losses[offset] : losses[offset] * weights[offset]) + 0)
            }
        }
        guard !isTrivial else { return }
        try checkAreFinite(weighted.span.extracting(last: losses.count), from: first)
    }

    /// Adds the losses of all units.
    mutating func add(_ losses: [Double]) throws(LossError) {
        var weights = [Double](
            repeating: 1,
            count: weighting.isTrivial ? 0 : min(losses.count, ElementBlock.capacity)
        )
        for first in stride(from: 0, to: losses.count, by: ElementBlock.capacity) {
            let range = first..<min(first + ElementBlock.capacity, losses.count)
            weighting.copy(from: first, count: range.count, into: &weights)
            try add(
                losses.span.extracting(range),
                weights.span.extracting(first: min(weights.count, range.count)),
                from: first
            )
        }
    }

    /// Weights and stores the requested derivatives of rows in a range of columns.
    ///
    /// `isSequential` tells whether all rows arrive in order and are contiguous.
    mutating func add(
        _ block: borrowing RowBlock,
        _ units: [Int],
        _ columns: Range<Int>,
        _ layout: RowLayout,
        isSequential: Bool
    ) throws(LossError) {
        for index in derivatives.indices {
            let range = block.range(of: derivatives[index], units, columns)
            let isHessian = derivatives[index].isHessian
            let isAdjusted =
                isHessian
                && (batch.request.hessianScale != nil || batch.request.hessianFloor != nil)
            let areFinite: Bool
            if weighting.isTrivial, isSequential, !isAdjusted {
                areFinite = derivatives[index].append(
                    block.numbers.span.extracting(range),
                    dividedBy: weighting.divisor,
                    functions
                )
            } else {
                var numbers = Array(block.numbers[range])
                if isAdjusted { adjust(&numbers, numbers.indices) }
                weigh(&numbers, units, areConsecutive: isSequential, length: columns.count)
                areFinite = derivatives[index].store(
                    numbers,
                    units,
                    columns,
                    layout,
                    isSequential: isSequential,
                    dividedBy: weighting.divisor,
                    functions
                )
            }
            if !areFinite { try checkIsFinite(derivatives[index]) }
        }
    }

    /// Weights and stores the requested derivatives of a segment.
    mutating func add(_ block: borrowing SegmentBlock, _ unit: Int, of segments: Segments) {
        for index in derivatives.indices {
            let (input, quantity) = (derivatives[index].input, derivatives[index].quantity)
            let places = segments.places(of: unit, input: input)
            guard let start = block.offset(of: input, isHessian: quantity == .hessian) else {
                continue
            }
            var numbers = Array(block.numbers[start..<(start + places.count)])
            if quantity == .hessian { adjust(&numbers, 0..<(numbers.count - block.padding)) }
            weigh(&numbers, [unit], areConsecutive: false, length: numbers.count)
            derivatives[index].store(
                numbers.span,
                at: places,
                dividedBy: weighting.divisor,
                functions
            )
        }
    }

    /// Multiplies the derivatives of rows, each of a number of columns, by the weights of the rows.
    private func weigh(
        _ numbers: inout [Double],
        _ units: [Int],
        areConsecutive: Bool,
        length: Int
    ) {
        guard !weighting.isTrivial, let first = units.first else { return }
        var all = numbers.mutableSpan
        guard !areConsecutive else {
            var weights = [Double](repeating: 1, count: units.count)
            weighting.copy(from: first, count: units.count, into: &weights)
            return weighting.apply(weights.span, to: &all, from: first)
        }
        for (row, unit) in units.enumerated() {
            let weight: InlineArray<1, Double> = [weighting[unit]]
            var own = all._mutatingExtracting((row * length)..<((row + 1) * length))
            weighting.apply(weight.span, to: &own, from: unit)
        }
    }

    /// Throws if a derivative is not finite, with the place of the first.
    func checkDerivativesAreFinite() throws(LossError) {
        for derivative in derivatives { try checkIsFinite(derivative) }
    }

    /// Throws if a number of a derivative is not finite, with the place of the first.
    private func checkIsFinite(_ derivative: borrowing Derivative) throws(LossError) {
        guard let place = derivative.firstNonFinite else { return }
        let name = batch.signature.inputs[derivative.input].name
        throw .notFinite(derivative.quantity, input: name, place: place)
    }

    /// The result, once every loss has been added.
    consuming func finish() throws(LossError) -> LossResult {
        markLeftOut()
        for index in derivatives.indices { derivatives[index].finish() }
        let moments = moments?.moments()
        return LossResult(
            reduced: outputs.contains(.loss) && weighting.reduces ? try loss(moments) : nil,
            normalizer: weighting.normalizer,
            derivatives: derivatives,
            try others(moments)
        )
    }

    /// Whether the reduced loss follows from the exact sums of statistics and partial sums.
    private var momentsHaveLoss: Bool { moments != nil && weighting.items.isEmpty }

    /// The outputs that most requests do not have; `nil` if there are none.
    private func others(_ moments: Moments?) throws(LossError) -> LossResult.OtherOutputs? {
        let isWeighted = outputs.contains(.loss) && !weighting.reduces
        guard
            isWeighted || batch.request.skipsMissing
                || !outputs.isDisjoint(with: [.elements, .statistics, .partial])
        else { return nil }
        let groups = try groupMoments()
        return LossResult.OtherOutputs(
            LossResult.Values(
                weighted: isWeighted ? losses(weighted) : nil,
                elements: outputs.contains(.elements) ? losses(elements) : nil,
                statistics: outputs.contains(.statistics) ? try statistics(moments) : nil,
                moments: outputs.contains(.partial) ? moments : nil,
                groups: groups,
                skipped: batch.request.skipsMissing ? batch.selection.skipped : nil,
                worst: worst.extremes(of: batch.lossShape),
                extent: outputs.contains(.partial) ? extent : nil
            )
        )
    }

    private var extent: LossResult.Extent {
        LossResult.Extent(
            lossShape: batch.lossShape,
            itemCount: batch.selection.itemCount(of: batch.items),
            weighsTargets: weighting.targetWeights != nil
        )
    }

    /// The reduced loss.
    private mutating func loss(_ moments: Moments?) throws(LossError) -> Double {
        sum.normalize()
        let normalizer = weighting.normalizer
        let value =
            momentsHaveLoss
            ? moments?.loss(dividedBy: normalizer) ?? .nan
            : (outer?.value(dividedBy: normalizer) ?? sum.value(dividedBy: normalizer)) + 0
        guard value.isFinite else { throw notFinite(place: []) }
        return value
    }

    /// The exact sums of each group; `nil` if the losses are not grouped.
    private func groupMoments() throws(LossError) -> [LossPartial.Group]? {
        guard outputs.contains(.partial), let labels = batch.request.groups else { return nil }
        let (units, offset) = (weighting.units(of: batch.selection), batch.request.offset)
        guard let groups = labels.moments(of: elements, units, offset: offset) else {
            throw notFinite(place: [])
        }
        return groups
    }

    private func losses(_ values: [Double]) -> Tensor {
        Tensor(
            shape: batch.lossShape,
            values: values,
            hasMissing: !batch.selection.isComplete
        )
    }

    private func statistics(_ moments: Moments?) throws(LossError) -> Statistics {
        let (shape, first) = (batch.lossShape, batch.request.offset)
        guard let moments else { throw notFinite(place: []) }
        return try Statistics(
            moments,
            input: batch.signature.inputs[0].name,
            hasMask: batch.request.mask != nil
        ) { Tensor.place(of: $0 &- first, in: shape) }
    }

    /// Adds weighted losses to the sum, or to the sums of their items.
    private mutating func addToSum(
        _ losses: Span<Double>,
        _ weights: Span<Double>,
        from first: Int
    ) throws(LossError) {
        guard !weighting.items.isEmpty else {
            weighting.isTrivial ? sum.add(losses) : sum.add(losses, times: weights)
            areFinite = areFinite && sum.hasFiniteTerms
            return
        }
        var start = 0
        while start < losses.count {
            let item = weighting.extents.item(of: first + start)
            let itemEnd = weighting.extents.range(item).upperBound
            let end = min(losses.count, itemEnd - first)
            sum.add(
                losses.extracting(start..<end),
                times: weights.extracting(start..<end)
            )
            areFinite = areFinite && sum.hasFiniteTerms
            if first + end == itemEnd {
                let own = weighting.items[item]
                if !own.isEmpty {
                    sum.normalize()
                    let value = sum.value(dividedBy: own.normalizer)
                    guard value.isFinite else { throw notFinite(place: [item]) }
                    outer?.add(value)
                }
                sum.reset()
            }
            start = end
        }
    }

    /// Multiplies derivatives by their weights; `first` is the offset of the first in the batch.
    private func weigh(
        _ numbers: inout [Double],
        _ column: Range<Int>,
        _ weights: [Double],
        from first: Int
    ) {
        guard !weighting.isTrivial else { return }
        var all = numbers.mutableSpan
        var own = all._mutatingExtracting(column)
        weighting.apply(weights.span.extracting(first: column.count), to: &own, from: first)
    }

    /// Sets the numbers of the units in `range` that are left out to 0.
    private func clear(_ numbers: inout [Double], _ column: Range<Int>, _ range: Range<Int>) {
        var all = numbers.mutableSpan
        var own = all._mutatingExtracting(column)
        batch.selection.replaceLeftOut(in: &own, range, with: 0)
    }

    /// Multiplies second derivatives by their factor, and raises them to their lower bound.
    private func adjust(_ numbers: inout [Double], _ column: Range<Int>) {
        if let scale = batch.request.hessianScale {
            for offset in column { numbers[offset] *= scale }
        }
        guard let floor = batch.request.hessianFloor else { return }
        for offset in column { numbers[offset] = max(numbers[offset], floor) }
    }

    /// Marks the losses of the units that are left out as missing.
    private mutating func markLeftOut() {
        let leftOut = batch.selection.leftOut
        for unit in leftOut.indices where leftOut[unit] {
            if !elements.isEmpty { elements[unit] = .nan }
            if !weighted.isEmpty { weighted[unit] = .nan }
        }
    }

    private func checkAreFinite(_ losses: Span<Double>, from first: Int) throws(LossError) {
        if let offset = Finiteness.firstNonFinite(in: losses) {
            throw notFinite(place: Tensor.place(of: first + offset, in: batch.lossShape))
        }
    }

    private func notFinite(place: [Int]) -> LossError {
        .notFinite(.loss, input: batch.signature.inputs[0].name, place: place)
    }
}

extension ElementBlock {
    /// The offset of the column of a derivative.
    fileprivate func column(of derivative: Derivative) -> Int {
        derivative.isHessian ? hessian(derivative.input) : gradient(derivative.input)
    }
}

extension RowBlock {
    /// The offsets of a derivative of rows in a range of columns.
    fileprivate func range(
        of derivative: Derivative,
        _ units: [Int],
        _ columns: Range<Int>
    ) -> Range<Int> {
        let start = offset(of: derivative.input, isHessian: derivative.isHessian)
        return start..<(start + units.count * columns.count)
    }
}
