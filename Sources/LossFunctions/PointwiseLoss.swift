// SPDX-License-Identifier: Apache-2.0

/// A loss and its first two derivatives in the prediction, at one point.
struct Point {
    var loss: Double
    var gradient: Double
    var hessian: Double
}

/// A loss of one prediction and one target: its batch has one loss an element.
protocol PointwiseLoss: Loss {
    /// Refuses options that do not fit batches of this shape.
    func check(_ shape: [Int]) throws(LossError)

    /// The loss at one point.
    ///
    /// `offset` counts the elements of the batch in row-major order, for the few losses that treat
    /// the columns differently.
    func point(_ prediction: Double, _ target: Double, at offset: Int) -> Point
}

/// Few enough that a block's losses stay in the fastest cache until they are summed.
private let blockLength = 512

extension PointwiseLoss {
    package static var granularity: Granularity { .element }

    func check(_ shape: [Int]) {}

    package func evaluate(
        _ batch: Batch,
        _ outputs: Outputs,
        _ reduction: Reduction
    )
        throws(LossError) -> Evaluation
    {
        let shape = batch.predictions.shape
        guard !batch.predictions.values.isEmpty else { throw .empty(.predictions) }
        guard batch.targets.shape == shape else {
            throw .shapes(predictions: shape, targets: batch.targets.shape, allowed: [shape])
        }
        try check(shape)
        try checkDomains(of: batch)
        let weighting = try Weighting(
            batch.weights,
            reduction,
            lossShape: shape,
            firstDimension: shape.first ?? 1,
            shares: nil
        )

        var result = Accumulation(outputs, weighting, lossShape: shape, predictionShape: shape)
        let count = batch.predictions.values.count
        var losses = [Double](repeating: 0, count: min(count, blockLength))
        for start in stride(from: 0, to: count, by: blockLength) {
            let range = start..<min(start + blockLength, count)
            computeBlock(batch, range, &losses, &result.gradient.values, &result.hessian.values)
            try result.add(losses, count: range.count, from: start)
            try result.gradient.reduce(range, weighting) { $0 }
            try result.hessian.reduce(range, weighting) { $0 }
        }
        return try result.finish()
    }

    /// The losses of a range, and those derivatives that are wanted, in a loop that
    /// computes no more: an empty array takes no derivatives.
    @inline(__always)
    private func computeBlock(
        _ batch: Batch,
        _ range: Range<Int>,
        _ losses: inout [Double],
        _ gradients: inout [Double],
        _ hessians: inout [Double]
    ) {
        let predictions = batch.predictions.values.span
        let targets = batch.targets.values.span
        let start = range.lowerBound
        var loss = losses.mutableSpan
        switch (gradients.isEmpty, hessians.isEmpty) {
        case (true, true):
            for offset in range {
                loss[offset - start] = point(predictions[offset], targets[offset], at: offset).loss
            }
        case (false, true):
            var gradient = gradients.mutableSpan
            for offset in range {
                let point = point(predictions[offset], targets[offset], at: offset)
                loss[offset - start] = point.loss
                gradient[offset] = point.gradient
            }
        case (true, false):
            var hessian = hessians.mutableSpan
            for offset in range {
                let point = point(predictions[offset], targets[offset], at: offset)
                loss[offset - start] = point.loss
                hessian[offset] = point.hessian
            }
        case (false, false):
            var gradient = gradients.mutableSpan
            var hessian = hessians.mutableSpan
            for offset in range {
                let point = point(predictions[offset], targets[offset], at: offset)
                loss[offset - start] = point.loss
                gradient[offset] = point.gradient
                hessian[offset] = point.hessian
            }
        }
    }
}
