// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Evaluates a loss with one value per element, block by block.
final class ElementLoss: LossEvaluator {
    private let kernel: any ElementKernel
    /// The axis of the option that is a list; `nil` if it has its default.
    private let listAxis: Int?

    init(_ kernel: any ElementKernel, _ options: OptionValues) {
        self.kernel = kernel
        let axis = ListOptions.axis
        listAxis = options.has(axis.declaration.name) ? options[axis] : nil
    }

    var axis: Int { -1 }

    func minima(of batch: Batch) throws(LossError) -> Tensor? {
        try (kernel as? any ProximalKernel)?.minima(of: batch)
    }

    func evaluatesRowsApart(of shape: [Int]) -> Bool {
        // An option with a value for each index of an axis needs the whole axis.
        guard let list = kernel.list, list.values.count > 1 else { return true }
        let axis = listAxis ?? -1
        return shape.indices.contains(axis < 0 ? axis + shape.count : axis)
            && axis + shape.count != 0 && axis != 0
    }

    func evaluate(_ batch: Batch) throws(LossError) -> LossResult {
        var result = try Accumulation(batch)
        let count = batch.unitCount
        var block = ElementBlock(
            inputCount: batch.inputs.count,
            count: count,
            gradients: batch.gradients,
            hessians: batch.hessians,
            usesSurrogate: batch.usesSurrogate
        )
        var list = try OptionList(kernel, batch, axis: listAxis, stride: block.stride)
        var copies = InputCopies(stride: block.stride)
        // Short blocks are copied in any case.
        let hasSingles = count >= ElementBlock.lanes && batch.request.hasSingles
        for start in stride(from: 0, to: count, by: ElementBlock.capacity) {
            try batch.checkCancellation()
            let range = start..<min(start + ElementBlock.capacity, count)
            list.fill(from: start, count: range.count)
            if !hasSingles, range.count % ElementBlock.lanes == 0,
                !batch.selection.leavesOut(someOf: range)
            {
                let (first, second) = (batch.values(0), batch.values(1))
                let (third, fourth, fifth) = (batch.values(2), batch.values(3), batch.values(4))
                try compute(
                    first.span.extracting(range),
                    second.span.extracting(second.isEmpty ? 0..<0 : range),
                    third.span.extracting(third.isEmpty ? 0..<0 : range),
                    fourth.span.extracting(fourth.isEmpty ? 0..<0 : range),
                    fifth.span.extracting(fifth.isEmpty ? 0..<0 : range),
                    list: list.values.span,
                    batch,
                    &block
                )
            } else {
                copies.fill(from: batch, range)
                let numbers = copies.numbers.span
                try compute(
                    numbers.extracting(copies.column(0)),
                    numbers.extracting(copies.column(1)),
                    numbers.extracting(copies.column(2)),
                    numbers.extracting(copies.column(3)),
                    numbers.extracting(copies.column(4)),
                    list: list.values.span,
                    batch,
                    &block
                )
            }
            try result.add(&block, count: range.count, from: start)
        }
        return try result.finish()
    }

    /// Checks the domains of inputs and computes their losses.
    private func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        _ fifth: Span<Double>,
        list: Span<Double>,
        _ batch: Batch,
        _ block: inout ElementBlock
    ) throws(LossError) {
        let count = batch.inputs.count
        var areInside = batch.contains(first, input: 0)
        if count > 1 { areInside = areInside && batch.contains(second, input: 1) }
        if count > 2 { areInside = areInside && batch.contains(third, input: 2) }
        if count > 3 { areInside = areInside && batch.contains(fourth, input: 3) }
        if count > 4 { areInside = areInside && batch.contains(fifth, input: 4) }
        // The whole batch is searched for its first error.
        if !areInside { try batch.checkDomains() }
        kernel.compute(first, second, third, fourth, fifth, list: list, into: &block)
    }
}

/// Copies of the inputs of a block that are in single precision, whose last vector is not full, or some of
/// whose units are left out.
private struct InputCopies {
    /// The inputs in columns of `stride` numbers.
    private(set) var numbers: [Double] = []
    private let stride: Int
    /// The number of elements in use.
    private var count = 0

    init(stride: Int) { self.stride = stride }

    /// The offsets of the copy of an input; none if it is beyond the last.
    func column(_ input: Int) -> Range<Int> {
        let start = input * stride
        return start < numbers.count ? start..<(start + count) : 0..<0
    }

    /// Copies a range of the inputs, with numbers of their domains for units that are left out, and
    /// pads the last vector.
    mutating func fill(from batch: Batch, _ range: Range<Int>) {
        count = ElementBlock.padded(range.count)
        let stride = stride
        let functions = batch.loss.functions
        numbers.removeAll(keepingCapacity: true)
        numbers.append(addingCapacity: batch.inputs.count * stride) { copies in
            for index in batch.inputs.indices {
                guard let tensor = batch.inputs[index], tensor.count > 0 else { continue }
                let start = copies.count
                if let singles = tensor.singles {
                    functions.widen(singles.span.extracting(range), appendingTo: &copies)
                } else {
                    let own = tensor.doubles.span.extracting(range)
                    for offset in own.indices { copies.append(own[offset]) }
                }
                let last = copies.span[copies.count - 1]
                copies.append(repeating: last, count: start + stride - copies.count)
            }
        }
        guard batch.selection.leavesOut(someOf: range) else { return }
        var all = numbers.mutableSpan
        for index in batch.inputs.indices where batch.inputs[index].map({ $0.count > 0 }) == true {
            let start = index * stride
            var own = all._mutatingExtracting(start..<(start + range.count))
            batch.selection.replaceLeftOut(in: &own, range, with: batch.domain(index).filler)
        }
    }
}

/// The values of an option along an axis, for each element of a block.
private struct OptionList {
    /// The values of the current block; empty if there is no such option.
    private(set) var values: [Double]
    /// A value for each index of the axis; empty if there is only one.
    private let cycle: [Double]
    /// The distance between consecutive indices of the axis.
    private let step: Int

    /// Creates the values along an axis; `nil` means the last one.
    ///
    /// - Throws: `LossError` if there is no such axis, or if the number of values is not its length.
    init(
        _ kernel: any ElementKernel,
        _ batch: Batch,
        axis: Int?,
        stride: Int
    ) throws(LossError) {
        let shape = batch.lossShape
        let place = axis.map { $0 < 0 ? $0 + shape.count : $0 } ?? shape.count - 1
        guard axis == nil || shape.indices.contains(place) else {
            throw .noAxis(axis: axis ?? -1, input: batch.signature.inputs[0].name, shape: shape)
        }
        guard let (option, given) = kernel.list else {
            (values, cycle, step) = ([], [], 1)
            return
        }
        let count = place < 0 ? 1 : shape[place]
        guard let first = given.first, given.count == 1 || given.count == count else {
            throw .wrongCount(option: option, count: given.count, expected: count)
        }
        values = [Double](repeating: first, count: stride)
        cycle = given.count > 1 ? given : []
        step = shape.dropFirst(place + 1).reduce(1, *)
    }

    /// Sets the values of a block, which are those of the previous one if there is only one value.
    mutating func fill(from first: Int, count: Int) {
        guard !cycle.isEmpty, count > 0 else { return }
        var (index, rest) = ((first / step) % cycle.count, step - first % step)
        for offset in 0..<count {
            values[offset] = cycle[index]
            rest -= 1
            guard rest == 0 else { continue }
            rest = step
            index = index + 1 < cycle.count ? index + 1 : 0
        }
    }
}
