// SPDX-License-Identifier: Apache-2.0

/// A derivative of each loss in each prediction, on its way to that of the reduced loss.
struct Derivative {
    /// One number for each prediction; none where the derivative is not wanted.
    var values: [Double]
    private let output: Output
    private let shape: [Int]

    init(_ output: Output, isWanted: Bool, shape: [Int]) {
        self.output = output
        self.shape = shape
        values = isWanted ? [Double](repeating: 0, count: shape.reduce(1, *)) : []
    }

    /// All of it, or nil where it was not wanted.
    var tensor: Tensor? {
        values.isEmpty ? nil : Tensor(shape: shape, values: values)
    }

    /// Weights a range and divides it by what the sum of the losses is divided by.
    ///
    /// `loss` says which loss a prediction belongs to. Refuses what is not finite.
    @inline(__always)
    mutating func reduce(
        _ range: Range<Int>,
        _ weighting: Weighting,
        of loss: (Int) -> Int
    )
        throws(LossError)
    {
        guard !values.isEmpty else { return }
        let denominator = weighting.denominator
        if !weighting.isTrivial {
            var span = values.mutableSpan
            for offset in range {
                span[offset] = span[offset] * weighting[loss(offset)] / denominator
            }
        } else if denominator != 1 {
            var span = values.mutableSpan
            for offset in range { span[offset] /= denominator }
        }
        if let offset = Finiteness.firstViolation(in: values.span, range) {
            throw .notFinite(output, of: .predictions, place: Tensor.place(of: offset, in: shape))
        }
    }
}
