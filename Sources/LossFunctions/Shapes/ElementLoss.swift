// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// Evaluates a loss with one value per element, block by block.
struct ElementLoss: LossEvaluator {
    let kernel: any ElementKernel

    var axis: Int { -1 }

    func targetWeights(of _: Batch) -> [Double]? { nil }

    func evaluate(_ batch: Batch, into result: inout Accumulation) throws(LossError) {
        let count = batch.unitCount
        var block = ElementBlock(
            inputCount: batch.inputs.count,
            count: count,
            gradients: batch.gradients,
            hessians: batch.hessians,
            usesSurrogate: batch.usesSurrogate
        )
        var list = try OptionList(kernel, batch, stride: block.stride)
        let (first, second) = (batch.values(0), batch.values(1))
        let (third, fourth) = (batch.values(2), batch.values(3))
        for start in stride(from: 0, to: count, by: ElementBlock.capacity) {
            let range = start..<min(start + ElementBlock.capacity, count)
            list.fill(from: start, count: range.count)
            let values = list.values
            if range.count % ElementBlock.lanes == 0, batch.selection.isComplete {
                try compute(
                    first.span.extracting(range),
                    second.span.extracting(second.isEmpty ? 0..<0 : range),
                    third.span.extracting(third.isEmpty ? 0..<0 : range),
                    fourth.span.extracting(fourth.isEmpty ? 0..<0 : range),
                    list: values.span,
                    batch,
                    &block
                )
            } else {
                let firstCopy = copy(first, 0, of: batch, range)
                let secondCopy = copy(second, 1, of: batch, range)
                let thirdCopy = copy(third, 2, of: batch, range)
                let fourthCopy = copy(fourth, 3, of: batch, range)
                try compute(
                    firstCopy.span,
                    secondCopy.span,
                    thirdCopy.span,
                    fourthCopy.span,
                    list: values.span,
                    batch,
                    &block
                )
            }
            try result.add(&block, count: range.count, from: start)
        }
    }

    /// Checks the domains of inputs and computes their losses.
    private func compute(
        _ first: Span<Double>,
        _ second: Span<Double>,
        _ third: Span<Double>,
        _ fourth: Span<Double>,
        list: Span<Double>,
        _ batch: Batch,
        _ block: inout ElementBlock
    ) throws(LossError) {
        let domains = batch.domains
        var areInside = domains[0].firstOutside(in: first) == nil
        if domains.count > 1 { areInside = areInside && domains[1].firstOutside(in: second) == nil }
        if domains.count > 2 { areInside = areInside && domains[2].firstOutside(in: third) == nil }
        if domains.count > 3 { areInside = areInside && domains[3].firstOutside(in: fourth) == nil }
        // The whole batch is searched for its first error.
        if !areInside { try batch.checkDomains() }
        kernel.compute(first, second, third, fourth, list: list, into: &block)
    }

    /// Copies a range of an input, with valid numbers for units that are left out, and fills up the
    /// last vector.
    private func copy(
        _ values: [Double],
        _ input: Int,
        of batch: Batch,
        _ range: Range<Int>
    ) -> [Double] {
        guard !values.isEmpty else { return [] }
        var copy = Array(values[range])
        if !batch.selection.isComplete {
            let filler = batch.domains[input].filler
            for offset in copy.indices where batch.selection.isLeftOut(range.lowerBound + offset) {
                copy[offset] = filler
            }
        }
        let last = copy[copy.count - 1]
        let missing = ElementBlock.padded(copy.count) - copy.count
        copy.append(contentsOf: repeatElement(last, count: missing))
        return copy
    }
}

/// The values of an option along the last axis, for each element of a block.
private struct OptionList {
    /// The values of the current block; empty if there is no such option.
    private(set) var values: [Double]
    private let cycle: [Double]

    /// - Throws: `LossError` if the number of values is not that of the last axis.
    init(_ kernel: any ElementKernel, _ batch: Batch, stride: Int) throws(LossError) {
        guard let (option, given) = kernel.list else {
            (values, cycle) = ([], [])
            return
        }
        values = [Double](repeating: given[0], count: stride)
        cycle = given.count > 1 ? given : []
        let columns = batch.lossShape.last ?? 1
        guard given.count == 1 || given.count == columns else {
            throw .wrongCount(option: option, count: given.count, expected: columns)
        }
    }

    /// Sets the values of a block, which are those of the previous one if there is only one value.
    mutating func fill(from first: Int, count: Int) {
        guard !cycle.isEmpty else { return }
        for offset in 0..<count { values[offset] = cycle[(first + offset) % cycle.count] }
    }
}
