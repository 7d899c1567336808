// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Builds a `LossResult` block by block.
///
/// It weights and sums the losses, collects derivatives divided by the denominator, and throws if a
/// number is not finite. Losses and derivatives of units that are left out are 0 in a block.
struct Accumulation: ~Copyable {
    private let batch: Batch
    let weighting: Weighting
    private let functions = InstructionSet.current.functions
    private let hessianFloor: Double?
    private let countsSkipped: Bool
    /// The offset of the first loss in the whole of which the batch is a part.
    private let offset: Int

    private var sum = ExactSum()
    /// The sum over the items of the first dimension; none unless they are reduced by themselves.
    private var outer: [ExactSum] = []
    /// The exact sums of statistics and partial sums, if they are requested.
    private var moments: MomentSums?
    private var elements: [Double] = []
    private var weighted: [Double] = []
    private var gradients: [Derivative] = []
    private var hessians: [Derivative] = []
    /// The weights of a block; empty if all are 1.
    private var blockWeights: [Double] = []

    init(_ request: LossRequest, _ batch: Batch, _ weighting: consuming Weighting) {
        self.batch = batch
        hessianFloor = request.hessianFloor
        countsSkipped = request.skipsMissing
        offset = request.offset
        let outputs = batch.outputs
        for input in batch.differentiated {
            let (name, shape) = (batch.signature.inputs[input].name, batch.input(input).shape)
            if outputs.contains(.gradient) {
                gradients.append(Derivative(.gradient, input: input, name: name, shape: shape))
            }
            if outputs.contains(.hessian) {
                hessians.append(Derivative(.hessian, input: input, name: name, shape: shape))
            }
        }
        let isNone = weighting.reduction == .none
        if !weighting.items.isEmpty { outer = [ExactSum()] }
        self.weighting = weighting
        if !outputs.isDisjoint(with: [.statistics, .partial]) {
            moments = MomentSums(weighting, batch.selection, offset: request.offset)
        }
        if keepsElements { elements.reserveCapacity(batch.unitCount) }
        if outputs.contains(.loss), isNone { weighted.reserveCapacity(batch.unitCount) }
    }

    private var outputs: Outputs { batch.outputs }

    /// Whether the losses are kept one by one.
    private var keepsElements: Bool { outputs.contains(.elements) }

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
        for index in hessians.indices {
            let start = block.hessian(hessians[index].input)
            raise(&block.numbers, start..<(start + count))
        }
        if !batch.selection.isComplete { clear(&block, count: count, from: first) }
        if !weighting.isTrivial, blockWeights.isEmpty {
            blockWeights = [Double](repeating: 1, count: block.stride)
        }
        weighting.copy(from: first, count: count, into: &blockWeights)
        let weights = blockWeights
        blockWeights = []
        try add(
            block.numbers.span.extracting(first: count),
            weights.span.extracting(first: min(weights.count, count)),
            from: first
        )
        for index in gradients.indices {
            let start = block.gradient(gradients[index].input)
            let column = start..<(start + count)
            weigh(&block.numbers, column, weights, from: first)
            try gradients[index].append(
                block.numbers.span.extracting(column),
                dividedBy: weighting.divisor,
                functions
            )
        }
        for index in hessians.indices {
            let start = block.hessian(hessians[index].input)
            let column = start..<(start + count)
            weigh(&block.numbers, column, weights, from: first)
            try hessians[index].append(
                block.numbers.span.extracting(column),
                dividedBy: weighting.divisor,
                functions
            )
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
        let isSummed = outputs.contains(.loss) && weighting.reduction != .none
        if isSummed { try addToSum(losses, weights, from: first) }
        // The sum detects non-finite losses, but not their place.
        if !isSummed || !sum.hasFiniteTerms { try checkAreFinite(losses, from: first) }
        moments?.add(losses, from: first)
        // Adding 0 turns -0 into 0, here and below.
        if keepsElements {
            elements.append(addingCapacity: losses.count) { output in
                for offset in losses.indices { output.append(losses[offset] + 0) }
            }
        }
        guard outputs.contains(.loss), weighting.reduction == .none else { return }
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
        let isPlain = weighting.isTrivial && hessianFloor == nil && isSequential
        for index in gradients.indices {
            let range = block.range(of: gradients[index].input, isHessian: false, units, columns)
            if isPlain {
                try gradients[index].append(
                    block.numbers.span.extracting(range),
                    dividedBy: weighting.divisor,
                    functions
                )
            } else {
                var numbers = Array(block.numbers[range])
                weigh(&numbers, units, length: columns.count)
                try gradients[index].store(
                    numbers,
                    units,
                    columns,
                    layout,
                    isSequential: isSequential,
                    dividedBy: weighting.divisor,
                    functions
                )
            }
        }
        for index in hessians.indices {
            let range = block.range(of: hessians[index].input, isHessian: true, units, columns)
            var numbers = Array(block.numbers[range])
            raise(&numbers, numbers.indices)
            weigh(&numbers, units, length: columns.count)
            try hessians[index].store(
                numbers,
                units,
                columns,
                layout,
                isSequential: isSequential,
                dividedBy: weighting.divisor,
                functions
            )
        }
    }

    /// Multiplies the derivatives of rows, each of a number of columns, by the weights of the rows.
    private func weigh(_ numbers: inout [Double], _ units: [Int], length: Int) {
        guard !weighting.isTrivial else { return }
        var all = numbers.mutableSpan
        for (row, unit) in units.enumerated() {
            let weight: InlineArray<1, Double> = [weighting[unit]]
            var own = all._mutatingExtracting((row * length)..<((row + 1) * length))
            weighting.apply(weight.span, to: &own, from: unit)
        }
    }

    /// Throws if a derivative is not finite, with the place of the first.
    func checkDerivativesAreFinite() throws(LossError) {
        for derivative in gradients { try derivative.checkIsFinite() }
        for derivative in hessians { try derivative.checkIsFinite() }
    }

    /// The result, once every loss has been added.
    consuming func finish() throws(LossError) -> LossResult {
        var loss: Tensor?
        markLeftOut()
        if outputs.contains(.loss) {
            if weighting.reduction == .none {
                loss = Tensor(
                    shape: batch.lossShape,
                    values: weighted,
                    hasMissing: !batch.selection.isComplete
                )
            } else {
                let divisor = weighting.normalizer
                let value = (outer.first ?? sum).value(dividedBy: divisor) + 0
                guard value.isFinite else { throw notFinite(place: []) }
                loss = Tensor(value)
            }
        }
        return LossResult(
            loss: loss,
            normalizer: weighting.normalizer,
            gradients: gradients.map { $0.finish() },
            hessians: hessians.map { $0.finish() },
            elements: outputs.contains(.elements)
                ? Tensor(
                    shape: batch.lossShape,
                    values: elements,
                    hasMissing: !batch.selection.isComplete
                ) : nil,
            statistics: outputs.contains(.statistics) ? try statistics() : nil,
            moments: outputs.contains(.partial) ? moments?.moments() : nil,
            skipped: countsSkipped ? batch.selection.skipped : nil
        )
    }

    private func statistics() throws(LossError) -> Statistics {
        let (shape, first) = (batch.lossShape, offset)
        guard let moments = moments?.moments() else { throw notFinite(place: []) }
        return try Statistics(moments, input: batch.signature.inputs[0].name) { offset in
            Tensor.place(of: offset &- first, in: shape)
        }
    }

    /// Adds weighted losses to the sum, or to the sums of their items.
    private mutating func addToSum(
        _ losses: Span<Double>,
        _ weights: Span<Double>,
        from first: Int
    ) throws(LossError) {
        guard !weighting.items.isEmpty else {
            return weighting.isTrivial ? sum.add(losses) : sum.add(losses, times: weights)
        }
        var start = 0
        while start < losses.count {
            let item = (first + start) / weighting.itemLength
            let end = min(losses.count, (item + 1) * weighting.itemLength - first)
            sum.add(
                losses.extracting(start..<end),
                times: weights.extracting(start..<end)
            )
            if first + end == (item + 1) * weighting.itemLength {
                let own = weighting.items[item]
                if !own.isEmpty {
                    let value = sum.value(dividedBy: own.normalizer)
                    guard value.isFinite else { throw notFinite(place: [item]) }
                    outer[0].add(value)
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

    /// Sets the losses and derivatives of the units that are left out to 0.
    private func clear(_ block: inout ElementBlock, count: Int, from first: Int) {
        for offset in 0..<count where batch.selection.isLeftOut(first + offset) {
            for column in stride(from: 0, to: block.numbers.count, by: block.stride) {
                block.numbers[column + offset] = 0
            }
        }
    }

    /// Raises second derivatives to their lower bound.
    func raise(_ numbers: inout [Double], _ column: Range<Int>) {
        guard let hessianFloor else { return }
        for offset in column { numbers[offset] = max(numbers[offset], hessianFloor) }
    }

    /// Marks the losses of the units that are left out as missing.
    private mutating func markLeftOut() {
        for unit in batch.selection.leftOut.indices where batch.selection.leftOut[unit] {
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

extension RowBlock {
    /// The offsets of a derivative of rows in a range of columns.
    fileprivate func range(
        of input: Int,
        isHessian: Bool,
        _ units: [Int],
        _ columns: Range<Int>
    ) -> Range<Int> {
        let start = offset(of: input, isHessian: isHessian)
        return start..<(start + units.count * columns.count)
    }
}
