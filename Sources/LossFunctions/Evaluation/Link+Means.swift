// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

extension Link {
    /// The means that correspond to predictions, with an error of at most 4 ulp.
    ///
    /// - Parameters:
    ///   - predictions: the predictions; those that are missing remain missing.
    ///   - axis: the axis of the classes; negative axes count from the last dimension.
    ///   - functions: the functions of arrays.
    /// - Returns: the means, in the shape of the predictions.
    /// - Throws: `LossError` if a mean is not finite, or if there is no such axis.
    func means(
        of predictions: Tensor,
        axis: Int,
        _ functions: any ArrayFunctions.Type
    ) throws(LossError) -> Tensor {
        var means = predictions.values
        switch self {
        case .identity: break
        case .log: means = Self.exponentials(of: means, functions)
        case .logit: Self.replaceByProbabilities(&means, functions)
        case .halfLogit:
            for offset in means.indices { means[offset] *= 2 }
            Self.replaceByProbabilities(&means, functions)
        case .signed:
            // A probability, however large the prediction is.
            for offset in means.indices {
                means[offset] = min(max(0.5 * (1 + means[offset]), 0), 1)
            }
        case .softmax:
            let layout = try RowLayout(shape: predictions.shape, axis: axis)
            for row in 0..<layout.count { Self.normalize(&means, row, layout, functions) }
        }
        if let offset = means.indices.first(where: { means[$0].magnitude == .infinity }) {
            let place = Tensor.place(of: offset, in: predictions.shape)
            throw .notFinite(.link, input: "predictions", place: place)
        }
        return Tensor(
            shape: predictions.shape,
            values: means,
            hasMissing: predictions.hasMissing
        )
    }

    private static func exponentials(
        of numbers: [Double],
        _ functions: any ArrayFunctions.Type
    ) -> [Double] {
        var result = [Double](repeating: 0, count: numbers.count)
        var span = result.mutableSpan
        functions.exp(numbers.span, into: &span)
        return result
    }

    /// 1 / (1 + e^-z), from the exponential that does not overflow.
    private static func replaceByProbabilities(
        _ logits: inout [Double],
        _ functions: any ArrayFunctions.Type
    ) {
        let powers = exponentials(of: logits.map { -$0.magnitude }, functions)
        for offset in logits.indices {
            let power = powers[offset]
            logits[offset] = (logits[offset] < 0 ? power : 1) / (1 + power)
        }
    }

    /// Replaces the logits of a row by the probabilities of its classes.
    private static func normalize(
        _ numbers: inout [Double],
        _ row: Int,
        _ layout: RowLayout,
        _ functions: any ArrayFunctions.Type
    ) {
        let logits = (0..<layout.length).map { numbers[layout.offset(row, $0)] }
        let greatest = [Double](repeating: logits.max() ?? 0, count: logits.count)
        var powers = [Double](repeating: 0, count: logits.count)
        var span = powers.mutableSpan
        functions.exp(logits.span, minus: greatest.span, into: &span)
        var sum = ExactSum()
        sum.add(powers.span)
        let total = sum.value
        for column in powers.indices {
            numbers[layout.offset(row, column)] = powers[column] / total
        }
    }
}
