// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Evaluates a loss with one value per segment, or one for the whole batch, a segment at a time.
final class SegmentLoss: LossEvaluator {
    private let kernel: any SegmentKernel
    private let options: OptionValues

    init(_ kernel: any SegmentKernel, _ options: OptionValues) {
        self.kernel = kernel
        self.options = options
    }

    var axis: Int { -1 }

    func evaluate(_ batch: Batch) throws(LossError) -> LossResult {
        guard let segments = batch.segments else {
            preconditionFailure("a loss of segments has none")
        }
        try Self.checkIsNotEmpty(batch)
        try Self.checkDomains(batch)
        let classes = try UnitClasses(batch, nil, options)
        let steps = try batch.checkedSteps()
        let targetWeights = try classes.targetWeights(of: batch, nil)
        let weights = options[RowOptions.classWeights] == nil ? nil : targetWeights
        var result = try Accumulation(batch, targetWeights: targetWeights)
        var losses = [Double](repeating: 0, count: batch.unitCount)
        var block = SegmentBlock(
            capacity: Self.capacity(batch, segments),
            gradients: batch.gradients,
            hessians: batch.hessians,
            usesSurrogate: batch.usesSurrogate
        )
        if let kernel = kernel as? any SegmentGroupKernel, classes.areComplete,
            !segments.areGroups
        {
            try evaluate(batch, segments, by: kernel, weights, &block, &losses, &result)
        } else {
            for unit in losses.indices where !classes.isIgnored(unit) {
                try batch.checkCancellation()
                try compute(batch, segments, unit, into: &block)
                if let weights { block.multiply(by: weights[unit]) }
                try add(block, unit, batch, segments, &losses, to: &result)
            }
        }
        try result.add(losses)
        try result.checkDerivativesAreFinite()
        var outcome = try result.finish()
        outcome.steps = steps
        return outcome
    }

    func minima(of batch: Batch) throws(LossError) -> Tensor? {
        guard let kernel = kernel as? any ProximalUnitKernel, let segments = batch.segments else {
            return nil
        }
        try Self.checkIsNotEmpty(batch)
        return try kernel.minima(of: batch, SegmentLayout(segments, batch.unitCount))
    }

    /// Adds the loss and the derivatives of a unit to the result.
    private func add(
        _ block: SegmentBlock,
        _ unit: Int,
        _ batch: Batch,
        _ segments: Segments,
        _ losses: inout [Double],
        to result: inout Accumulation
    ) throws(LossError) {
        if batch.wantsLosses, !block.loss.isFinite {
            throw .notFinite(
                .loss,
                input: batch.signature.inputs[0].name,
                place: batch.place(of: unit, input: 0)
            )
        }
        losses[unit] = block.loss
        result.add(block, unit, of: segments)
    }

    /// Evaluates the units of a padded batch, several at once.
    private func evaluate(
        _ batch: Batch,
        _ segments: Segments,
        by kernel: some SegmentGroupKernel,
        _ weights: [Double]?,
        _ block: inout SegmentBlock,
        _ losses: inout [Double],
        _ result: inout Accumulation
    ) throws(LossError) {
        guard !losses.isEmpty else { return }
        var blocks = [SegmentBlock](repeating: block, count: RowGroup.lanes)
        let shares = (0..<4).map { input in
            input < batch.inputs.count ? segments.places(of: 0, input: input).count : 0
        }
        let length = batch.differentiated.reduce(0) { max($0, shares[$1]) }
        let (first, second) = (batch.values(0), batch.values(1))
        let (third, fourth) = (batch.values(2), batch.values(3))
        for start in stride(from: 0, to: losses.count, by: blocks.count) {
            try batch.checkCancellation()
            let units = start..<min(start + blocks.count, losses.count)
            for lane in 0..<units.count { blocks[lane].clear(length) }
            func places(_ input: Int) -> Range<Int> {
                (units.lowerBound * shares[input])..<(units.upperBound * shares[input])
            }
            let areComputed = kernel.compute(
                first.span.extracting(places(0)),
                second.span.extracting(places(1)),
                third.span.extracting(places(2)),
                fourth.span.extracting(places(3)),
                count: units.count,
                into: &blocks
            )
            if areComputed {
                for unit in units {
                    if let weights { blocks[unit - start].multiply(by: weights[unit]) }
                    try add(blocks[unit - start], unit, batch, segments, &losses, to: &result)
                }
            } else {
                for unit in units {
                    try compute(batch, segments, unit, into: &block)
                    if let weights { block.multiply(by: weights[unit]) }
                    try add(block, unit, batch, segments, &losses, to: &result)
                }
            }
        }
    }

    /// Computes the loss of a unit, from copies of its numbers if they are not consecutive.
    private func compute(
        _ batch: Batch,
        _ segments: Segments,
        _ unit: Int,
        into block: inout SegmentBlock
    ) throws(LossError) {
        func places(_ input: Int) -> Segments.Places {
            input < batch.inputs.count
                ? segments.places(of: unit, input: input) : Segments.Places.none
        }
        func numbers(_ input: Int) -> (all: [Double], own: Range<Int>) {
            let (values, places) = (batch.values(input), places(input))
            guard !segments.areConsecutive else { return (values, places.range) }
            return ((0..<places.count).map { values[places[$0]] }, 0..<places.count)
        }
        block.clear(batch.differentiated.reduce(0) { max($0, places($1).count) })
        let (first, second) = (numbers(0), numbers(1))
        let (third, fourth) = (numbers(2), numbers(3))
        do throws(SegmentError) {
            try kernel.compute(
                first.all.span.extracting(first.own),
                second.all.span.extracting(second.own),
                third.all.span.extracting(third.own),
                fourth.all.span.extracting(fourth.own),
                columns: segments.columns,
                into: &block
            ) { () throws(SegmentError) in
                if batch.isCancelled { throw SegmentError(input: 0, .cancelled) }
            }
        } catch {
            throw batch.lossError(error, unit)
        }
    }

    /// Throws if units have no numbers.
    private static func checkIsNotEmpty(_ batch: Batch) throws(LossError) {
        if batch.unitCount > 0, batch.values(0).isEmpty {
            throw .empty(input: batch.signature.inputs[0].name)
        }
    }

    /// Throws if an input of a unit that takes part is outside its domain.
    private static func checkDomains(_ batch: Batch) throws(LossError) {
        for index in batch.inputs.indices where batch.inputs[index] != nil {
            guard !batch.contains(batch.input(index).values.span, input: index) else { continue }
            // The whole batch is searched for its first error.
            return try batch.checkDomains()
        }
    }

    /// The maximum count of the numbers of a differentiated input in a unit.
    private static func capacity(_ batch: Batch, _ segments: Segments) -> Int {
        // The items of a padded batch are alike.
        let units = segments.areGroups ? batch.unitCount : min(batch.unitCount, 1)
        return batch.differentiated.reduce(0) { most, input in
            (0..<units).reduce(most) {
                max($0, segments.places(of: $1, input: input).count)
            }
        }
    }
}

/// The places of the parameters of a padded batch, of whose units each has the same number.
private struct SegmentLayout: UnitLayout {
    private let segments: Segments
    let count: Int

    init(_ segments: Segments, _ count: Int) {
        (self.segments, self.count) = (segments, count)
    }

    var length: Int { count > 0 ? segments.places(of: 0, input: 0).count : 0 }
    var columns: Int { segments.columns }

    func offset(_ unit: Int, _ index: Int) -> Int { segments.places(of: unit, input: 0)[index] }
}

extension Batch {
    /// Returns the number of steps of the units that take part, 0 if the loss does not state it.
    ///
    /// - Throws: `LossError` if there are too many, together with those of the losses before.
    func checkedSteps() throws(LossError) -> Int {
        guard let size = loss.facts.work?.steps else { return 0 }
        var steps = 0
        if let segments, segments.areGroups {
            for unit in 0..<unitCount where !selection.isLeftOut(unit) {
                steps = steps.saturatingSum(with: size.value { segments.length(of: $0, in: unit) })
            }
        } else {
            let count = segments == nil ? unitCount : selection.count
            steps = size.value(binding.length).saturatingProduct(with: count)
        }
        let total = request.stepsBefore.saturatingSum(with: steps)
        guard total <= request.stepLimit else {
            throw .tooManySteps(total, limit: request.stepLimit)
        }
        return steps
    }

    /// The place of a number of a unit in an input; `nil` means the unit itself.
    fileprivate func place(of unit: Int, offset: Int? = nil, input: Int) -> [Int] {
        guard let segments, offset != nil || segments.areGroups else {
            return Tensor.place(of: unit, in: lossShape)
        }
        let places = segments.places(of: unit, input: input)
        let offset = places.count > 0 ? places[offset ?? 0] : 0
        return Tensor.place(of: offset, in: self.input(input).shape)
    }

    /// The error of a unit, with its place in the batch.
    func lossError(_ error: SegmentError, _ unit: Int) -> LossError {
        let input = signature.inputs[error.input].name
        let place = place(of: unit, offset: error.offset, input: error.input)
        switch error.reason {
        case .outsideDomain(let value, let allowed):
            return .outsideDomain(input: input, place: place, value: value, allowed: allowed)
        case .undefined(.zeroVector):
            return .undefined(input: input, place: place.dropLast(), .zeroVector)
        case .cancelled: return .cancelled
        case .outOfRange(let option, let value, let allowed):
            return .outOfRange(option: option, place: [], value: value, allowed: allowed)
        case .wrongCount(let option, let count, let expected):
            return .wrongCount(option: option, count: count, expected: expected)
        case .undefined(let reason):
            return .undefined(input: input, place: place, reason)
        }
    }
}
