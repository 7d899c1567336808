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
        let list = try list(for: batch, &block)
        for first in stride(from: 0, to: count, by: ElementBlock.capacity) {
            let length = min(ElementBlock.capacity, count - first)
            block.paddedCount = ElementBlock.padded(length)
            for input in batch.inputs.indices {
                fill(&block, with: input, of: batch, first..<(first + length))
                let column = block.input(input)
                let numbers = block.numbers.span.extracting(column..<(column + length))
                if batch.domains[input].firstOutside(in: numbers) != nil {
                    try batch.checkDomains()
                }
            }
            if list.count > 1 {
                for offset in 0..<length {
                    block.numbers[block.list + offset] = list[(first + offset) % list.count]
                }
            }
            kernel.compute(&block)
            try result.add(&block, count: length, from: first)
        }
    }

    /// The values of the option along the last axis; a single one is stored in the block.
    private func list(for batch: Batch, _ block: inout ElementBlock) throws(LossError) -> [Double] {
        guard let (option, values) = kernel.list else { return [] }
        if values.count == 1 {
            for offset in 0..<block.stride { block.numbers[block.list + offset] = values[0] }
            return []
        }
        let columns = batch.lossShape.last ?? 1
        guard values.count == columns else {
            throw .wrongCount(option: option, count: values.count, expected: columns)
        }
        return values
    }

    /// Copies elements of an input to its column and fills up the last vector.
    private func fill(
        _ block: inout ElementBlock,
        with input: Int,
        of batch: Batch,
        _ range: Range<Int>
    ) {
        let column = block.input(input)..<(block.input(input) + block.paddedCount)
        let values = batch.input(input).values.span.extracting(range)
        var numbers = block.numbers.mutableSpan
        var own = numbers._mutatingExtracting(column)
        for offset in values.indices { own[offset] = values[offset] }
        if !batch.selection.isComplete {
            let filler = batch.domains[input].filler()
            for offset in values.indices where batch.selection.isLeftOut(range.lowerBound + offset)
            {
                own[offset] = filler
            }
        }
        let last = own[values.count - 1]
        for offset in values.count..<own.count { own[offset] = last }
    }
}
