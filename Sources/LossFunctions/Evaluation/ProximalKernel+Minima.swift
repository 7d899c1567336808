// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

extension ProximalKernel {
    /// The parameters that minimize half of the squared distance to those of a batch plus the step times the
    /// reduced loss, weights and denominator included.
    ///
    /// Parameters that are left out remain as they are.
    func minima(of batch: Batch) throws(LossError) -> Tensor {
        let parameters = batch.input(0)
        let weighting = try Weighting(batch, targetWeights: nil)
        let count = parameters.values.count
        var minima = parameters.values
        for start in stride(from: 0, to: count, by: ElementBlock.capacity) {
            try batch.checkCancellation()
            let range = start..<min(start + ElementBlock.capacity, count)
            let stride = ElementBlock.padded(range.count)
            var own = Array(parameters.values[range])
            own += repeatElement(0, count: stride - range.count)
            let weights = range.map { weighting[$0] }
            var steps = [Double](repeating: batch.request.step, count: range.count)
            var span = steps.mutableSpan
            weighting.apply(weights.span, to: &span, from: start)
            for offset in steps.indices { steps[offset] /= weighting.divisor }
            if let offset = steps.indices.first(where: { !steps[$0].isFinite }) {
                let place = Tensor.place(of: start + offset, in: parameters.shape)
                throw .notFinite(.prox, input: "parameters", place: place)
            }
            steps += repeatElement(0, count: stride - range.count)
            var result = [Double](repeating: 0, count: stride)
            var output = result.mutableSpan
            findMinima(own.span, steps.span, into: &output)
            for offset in range where !batch.selection.isLeftOut(offset) {
                let minimum = result[offset - start] + 0
                guard minimum.isFinite else {
                    let place = Tensor.place(of: offset, in: parameters.shape)
                    throw .notFinite(.prox, input: "parameters", place: place)
                }
                minima[offset] = minimum
            }
        }
        return Tensor(
            shape: parameters.shape,
            values: minima,
            hasMissing: parameters.hasMissing
        )
    }
}
