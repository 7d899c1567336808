// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Evaluates a loss with one value per row, eight rows at a time.
final class RowLoss: LossEvaluator {
    private let kernel: any RowKernel
    let axis: Int
    private let options: OptionValues
    /// Whether rows of predicted probabilities must sum to 1.
    private let checksPredictions: Bool
    /// Whether the weights of classes multiply rows here, because the kernel knows of none.
    private let weighsRows: Bool

    init(_ kernel: any RowKernel, _ options: OptionValues) {
        self.kernel = kernel
        self.options = options
        axis = options[RowOptions.axis] ?? -1
        checksPredictions = options[ProbabilityOptions.checkSums]
        weighsRows = kernel.list == nil && options[RowOptions.classWeights] != nil
    }

    func evaluatesRowsApart(of shape: [Int]) -> Bool {
        shape.indices.contains(axis < 0 ? axis + shape.count : axis) && axis + shape.count != 0
            && axis != 0
    }

    func evaluate(_ batch: Batch) throws(LossError) -> LossResult {
        let layout = try layout(of: batch)
        let rows = try UnitClasses(batch, layout, options)
        if let (option, values) = kernel.list, values.count != layout.length {
            throw .wrongCount(option: option, count: values.count, expected: layout.length)
        }
        let steps = try batch.checkedSteps()
        let targetWeights = try rows.targetWeights(of: batch, layout)
        var result = try Accumulation(batch, targetWeights: targetWeights)
        try add(batch, layout, rows, weighsRows ? targetWeights ?? [] : [], to: &result)
        var outcome = try result.finish()
        outcome.steps = steps
        return outcome
    }

    func minima(of batch: Batch) throws(LossError) -> Tensor? {
        guard let kernel = kernel as? any ProximalUnitKernel else { return nil }
        return try kernel.minima(of: batch, layout(of: batch))
    }

    /// The rows of a batch, which are not empty.
    private func layout(of batch: Batch) throws(LossError) -> RowLayout {
        let layout = try RowLayout(shape: batch.input(0).shape, axis: axis)
        guard layout.length > 0 || layout.count == 0 else {
            throw .empty(input: batch.signature.inputs[0].name)
        }
        return layout
    }

    /// Computes the losses and derivatives of all rows that take part, times their weights, if there are any.
    private func add(
        _ batch: Batch,
        _ layout: RowLayout,
        _ rows: UnitClasses,
        _ weights: [Double],
        to result: inout Accumulation
    ) throws(LossError) {
        var group = RowGroup(
            length: layout.length,
            step: layout.step,
            of: layout.count,
            sharedLength: kernel.sharedLength
        )
        var block = RowBlock(
            inputCount: batch.inputs.count,
            group: group,
            gradients: batch.gradients,
            hessians: batch.hessians,
            usesSurrogate: batch.usesSurrogate
        )
        let (first, third) = (batch.values(0), batch.values(2))
        let second = rows.hasClasses ? [] : batch.values(1)
        var losses = [Double](repeating: 0, count: layout.count)
        let isSequential = layout.areContiguous && rows.areComplete
        var units: [Int] = []
        units.reserveCapacity(group.capacity)
        var next = 0
        while next < layout.count {
            try batch.checkCancellation()
            if isSequential {
                let range = next..<min(next + group.capacity, layout.count)
                group.replace(with: range, classes: rows.indices(of: range))
                units.removeAll(keepingCapacity: true)
                units.append(addingCapacity: range.count) { output in
                    for row in range { output.append(row) }
                }
                next = range.upperBound
            } else {
                next = collect(from: next, layout, rows, &group, &units)
                guard group.count > 0 else { break }
            }
            try checkDomains(batch, layout, units, isSequential: isSequential)
            if group.isLong {
                try kernel.computeLong(
                    first.span,
                    second.span,
                    third.span,
                    group,
                    hasClasses: rows.hasClasses,
                    into: &block,
                    checkCancellation: { () throws(LossError) in try batch.checkCancellation() },
                    check: { (block) throws(LossError) in
                        try check(block, units, batch, layout, rows)
                    },
                    flush: { (block, columns) throws(LossError) in
                        try batch.checkCancellation()
                        guard let unit = units.first, !weights.isEmpty else {
                            return try result.add(
                                block,
                                units,
                                columns,
                                layout,
                                isSequential: isSequential
                            )
                        }
                        var weighted = copy block
                        weighted.multiply(0, by: weights[unit], count: columns.count)
                        try result.add(
                            weighted,
                            units,
                            columns,
                            layout,
                            isSequential: isSequential
                        )
                    }
                )
            } else {
                kernel.compute(
                    first.span,
                    second.span,
                    third.span,
                    group,
                    hasClasses: rows.hasClasses,
                    into: &block
                )
                try check(block, units, batch, layout, rows)
                for lane in units.indices where !weights.isEmpty {
                    block.multiply(lane, by: weights[units[lane]], count: layout.length)
                }
                if batch.outputs.includeDerivatives {
                    let columns = 0..<layout.length
                    try result.add(block, units, columns, layout, isSequential: isSequential)
                }
            }
            for (lane, unit) in units.enumerated() {
                losses[unit] = block.losses[lane] * (weights.isEmpty ? 1 : weights[unit])
            }
        }
        try result.add(losses)
        if !isSequential { try result.checkDerivativesAreFinite() }
    }

    /// Collects the next rows that take part; returns the row after the last one examined.
    private func collect(
        from first: Int,
        _ layout: RowLayout,
        _ rows: UnitClasses,
        _ group: inout RowGroup,
        _ units: inout [Int]
    ) -> Int {
        group.removeAll()
        units.removeAll(keepingCapacity: true)
        var row = first
        while row < layout.count, group.count < group.capacity {
            if !rows.isIgnored(row) {
                group.append(start: layout.start(row), class: rows.index(of: row))
                units.append(row)
            }
            row += 1
        }
        return row
    }

    /// Checks the domains of rows while they are read for the first time.
    private func checkDomains(
        _ batch: Batch,
        _ layout: RowLayout,
        _ units: [Int],
        isSequential: Bool
    ) throws(LossError) {
        guard let first = units.first, let last = units.last else { return }
        for index in batch.inputs.indices where batch.input(index).shape == layout.shape {
            let values = batch.input(index).values.span
            let domain = batch.domain(index)
            var areInside = true
            if isSequential {
                let numbers = values.extracting(layout.start(first)..<layout.start(last + 1))
                areInside = domain.firstOutside(in: numbers, batch.loss.functions) == nil
            } else if domain != .real {
                areInside = units.allSatisfy { row in
                    (0..<layout.length).allSatisfy {
                        domain.contains(values[layout.offset(row, $0)])
                    }
                }
            }
            // The whole batch is searched for its first error.
            if !areInside { try batch.checkDomains() }
        }
    }

    /// Throws if rows are not distributions where they must be, or if a loss is not finite.
    private func check(
        _ block: borrowing RowBlock,
        _ units: [Int],
        _ batch: Batch,
        _ layout: RowLayout,
        _ rows: UnitClasses
    ) throws(LossError) {
        let predictions = checksPredictions ? distribution(0, of: batch) : nil
        let targets = rows.hasClasses ? nil : distribution(1, of: batch)
        let wantsLosses = batch.wantsLosses
        guard
            predictions != nil || targets != nil || wantsLosses || kernel.comparesDirections
        else { return }
        let functions = batch.loss.functions
        let areValid =
            (predictions == nil
                || Distribution.holds(block.predictionSums.span, units.count, functions))
            && (targets == nil || Distribution.holds(block.targetSums.span, units.count, functions))
            && (!wantsLosses
                || functions.allInRange(
                    block.losses.span.extracting(first: units.count),
                    from: -.greatestFiniteMagnitude,
                    through: .greatestFiniteMagnitude
                ))
        if areValid, !kernel.comparesDirections { return }
        for lane in units.indices {
            if let predictions {
                try predictions.check(block.predictionSums[lane], units[lane], batch, axis: axis)
            }
            if let targets {
                try targets.check(block.targetSums[lane], units[lane], batch, axis: axis)
            }
            guard !block.losses[lane].isFinite else { continue }
            if kernel.comparesDirections { try checkDirections(units[lane], batch, layout) }
            guard wantsLosses else { continue }
            throw .notFinite(
                .loss,
                input: batch.signature.inputs[0].name,
                place: culprit(units[lane], batch, layout, rows)
            )
        }
    }

    /// Throws if a row of an input consists of zeros.
    private func checkDirections(
        _ row: Int,
        _ batch: Batch,
        _ layout: RowLayout
    ) throws(LossError) {
        for input in batch.inputs.indices {
            let values = batch.input(input).values
            guard (0..<layout.length).allSatisfy({ values[layout.offset(row, $0)] == 0 }) else {
                continue
            }
            throw .undefined(
                input: batch.signature.inputs[input].name,
                place: layout.areContiguous
                    ? Tensor.place(of: row, in: batch.lossShape)
                    : Tensor.place(of: layout.start(row), in: layout.shape),
                .zeroVector
            )
        }
    }

    /// The distribution that an input must be; `nil` if it need not be one.
    private func distribution(_ input: Int, of batch: Batch) -> Distribution? {
        guard input < batch.inputs.count,
            case .distribution(let inLogarithms) = batch.domain(input)
        else { return nil }
        return Distribution(input: input, inLogarithms: inLogarithms)
    }

    /// The place of the least prediction among those of a row that have a target; that of the row itself
    /// if there is none.
    private func culprit(
        _ row: Int,
        _ batch: Batch,
        _ layout: RowLayout,
        _ rows: UnitClasses
    ) -> [Int] {
        guard batch.inputs.count > 1 else { return Tensor.place(of: row, in: batch.lossShape) }
        let predictions = batch.input(0)
        let columns = (0..<layout.length).filter { column in
            rows.hasClasses
                ? rows.index(of: row) == Double(column)
                : batch.input(1).values[layout.offset(row, column)] > 0
        }
        let offset = columns.map { layout.offset(row, $0) }
            .min { predictions.values[$0] < predictions.values[$1] }
        return offset.map { Tensor.place(of: $0, in: layout.shape) }
            ?? Tensor.place(of: row, in: batch.lossShape)
    }
}

/// An input whose rows are distributions.
private struct Distribution {
    let input: Int
    let inLogarithms: Bool

    /// The maximum deviation of a row's sum from 1, which covers half precision.
    private static let sumTolerance = 1e-3

    /// Whether the sums of the first rows are certainly near enough to 1.
    static func holds(
        _ sums: Span<Double>,
        _ count: Int,
        _ functions: any ArrayFunctions.Type
    ) -> Bool {
        functions.allInRange(
            sums.extracting(first: count),
            from: 1 - sumTolerance / 2,
            through: 1 + sumTolerance / 2
        )
    }

    /// Throws if the sum of a row differs from 1.
    func check(_ sum: Double, _ row: Int, _ batch: Batch, axis: Int) throws(LossError) {
        guard !((sum - 1).magnitude <= Self.sumTolerance) else { return }
        throw .notADistribution(
            input: batch.signature.inputs[input].name,
            row: Tensor.place(of: row, in: batch.lossShape),
            axis: axis < 0 ? axis + batch.lossShape.count + 1 : axis,
            sum: sum,
            inLogarithms: inLogarithms
        )
    }
}
