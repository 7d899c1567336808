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
            var steps = try weighting.steps(of: batch, range)
            steps += repeatElement(0, count: stride - range.count)
            var result = [Double](repeating: 0, count: stride)
            var output = result.mutableSpan
            findMinima(own.span, steps.span, into: &output)
            for offset in range where !batch.selection.isLeftOut(offset) {
                minima[offset] = try batch.finite(minimum: result[offset - start], at: offset)
            }
        }
        return Tensor(
            shape: parameters.shape,
            values: minima,
            hasMissing: parameters.hasMissing
        )
    }
}

/// The places of the parameters of the units of a batch.
protocol UnitLayout {
    /// The number of units.
    var count: Int { get }
    /// The number of parameters of a unit.
    var length: Int { get }
    /// The length of their last dimension.
    var columns: Int { get }

    /// The offset of a parameter of a unit in the batch.
    func offset(_ unit: Int, _ index: Int) -> Int
}

extension ProximalUnitKernel {
    /// The parameters that minimize, unit by unit, half of the squared distance to those of a batch plus the
    /// step times the reduced loss, weights and denominator included.
    ///
    /// Units that are left out remain as they are.
    func minima(of batch: Batch, _ layout: some UnitLayout) throws(LossError) -> Tensor {
        let parameters = batch.input(0)
        let weighting = try Weighting(batch, targetWeights: nil)
        var minima = parameters.values
        var own = [Double](repeating: 0, count: layout.length)
        var result = own
        for unit in 0..<layout.count where !batch.selection.isLeftOut(unit) {
            try batch.checkCancellation()
            for index in own.indices { own[index] = minima[layout.offset(unit, index)] }
            let step = try weighting.steps(of: batch, unit..<(unit + 1))[0]
            if step > 0 {
                do throws(SegmentError) {
                    var output = result.mutableSpan
                    try findMinimum(own.span, columns: layout.columns, step, into: &output) {
                        () throws(SegmentError) in
                        if batch.isCancelled { throw SegmentError(input: 0, .cancelled) }
                    }
                } catch {
                    throw batch.lossError(error, unit)
                }
            } else {
                result = own
            }
            for index in own.indices {
                let offset = layout.offset(unit, index)
                minima[offset] = try batch.finite(minimum: result[index], at: offset)
            }
        }
        return Tensor(
            shape: parameters.shape,
            values: minima,
            hasMissing: parameters.hasMissing
        )
    }
}

extension Weighting {
    /// The step of a request for each of some units, times its weight and divided by the denominator.
    fileprivate func steps(of batch: Batch, _ units: Range<Int>) throws(LossError) -> [Double] {
        let weights = units.map { self[$0] }
        var steps = [Double](repeating: batch.request.step, count: units.count)
        var span = steps.mutableSpan
        apply(weights.span, to: &span, from: units.lowerBound)
        for offset in steps.indices {
            steps[offset] /= divisor
            guard steps[offset].isFinite else {
                let place = Tensor.place(of: units.lowerBound + offset, in: batch.lossShape)
                throw .notFinite(.prox, input: "parameters", place: place)
            }
        }
        return steps
    }
}

extension Batch {
    /// Returns a minimum for a parameter at an offset; throws if it is not finite.
    fileprivate func finite(minimum: Double, at offset: Int) throws(LossError) -> Double {
        guard minimum.isFinite else {
            let place = Tensor.place(of: offset, in: input(0).shape)
            throw .notFinite(.prox, input: "parameters", place: place)
        }
        // Adding 0 turns -0 into 0.
        return minimum + 0
    }
}
