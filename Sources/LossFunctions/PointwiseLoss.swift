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

/// The elements that are taken together: few enough to stay in the fastest cache from the loss to
/// the division of its gradient.
private let blockLength = LaneSum.capacity
/// The losses that are computed together before they are summed.
///
/// A constant number needs no checks of bounds, and a short one lets the processor sum a chunk
/// while it divides the next.
let chunkLength = 64

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
        var result = Accumulation(
            outputs,
            try Weighting(
                batch.weights,
                reduction,
                lossShape: shape,
                firstDimension: shape.first ?? 1,
                shares: nil
            ),
            lossShape: shape,
            predictionShape: shape
        )
        let count = batch.predictions.values.count
        var exponent: Int?
        for start in stride(from: 0, to: count, by: blockLength) {
            let block = start..<min(start + blockLength, count)
            result.gradient.extend(by: block.count)
            result.hessian.extend(by: block.count)
            // Whole chunks in one pass, if they allow it; the rest with care.
            let chunks = block.prefix(result.isPlain ? block.count / chunkLength * chunkLength : 0)
            let isDone = takeQuickly(batch, chunks, &exponent, &result)
            let rest = isDone ? chunks.endIndex..<block.endIndex : block
            try take(batch, rest, &result)
        }
        return try result.finish()
    }

    /// Takes some elements: their losses, then their derivatives.
    ///
    /// Throws by the first that is not finite.
    private func take(
        _ batch: Batch,
        _ range: Range<Int>,
        _ result: inout Accumulation
    ) throws(LossError) {
        var weights = [Double](repeating: 1, count: result.weighting.isTrivial ? 0 : range.count)
        result.weighting.copy(from: range.lowerBound, into: &weights)
        var losses = InlineArray<64, Double>(repeating: 0)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: chunkLength) {
            let chunk = start..<min(start + chunkLength, range.upperBound)
            compute(batch, chunk, &losses, &result.gradient, &result.hessian)
            let first = start - range.lowerBound
            try result.add(
                losses.span.extracting(first: chunk.count),
                weights.span.extracting(
                    weights.isEmpty ? 0..<0 : first..<(first + chunk.count)
                ),
                from: start
            )
        }
        try result.reduceDerivatives(range, weights.span)
    }

    /// The losses of a chunk, and those derivatives that are wanted, in a loop that computes no
    /// more.
    @inline(__always)
    private func compute(
        _ batch: Batch,
        _ chunk: Range<Int>,
        _ losses: inout InlineArray<64, Double>,
        _ gradient: inout Derivative,
        _ hessian: inout Derivative
    ) {
        let predictions = batch.predictions.values.span
        let targets = batch.targets.values.span
        let start = chunk.lowerBound
        var loss = losses.mutableSpan
        switch (gradient.isWanted, hessian.isWanted) {
        case (false, false):
            for offset in chunk {
                loss[offset - start] = point(predictions[offset], targets[offset], at: offset).loss
            }
        case (true, false):
            var slopes = gradient.values.mutableSpan
            for offset in chunk {
                let point = point(predictions[offset], targets[offset], at: offset)
                loss[offset - start] = point.loss
                slopes[offset] = point.gradient
            }
        case (false, true):
            var curvatures = hessian.values.mutableSpan
            for offset in chunk {
                let point = point(predictions[offset], targets[offset], at: offset)
                loss[offset - start] = point.loss
                curvatures[offset] = point.hessian
            }
        case (true, true):
            var slopes = gradient.values.mutableSpan
            var curvatures = hessian.values.mutableSpan
            for offset in chunk {
                let point = point(predictions[offset], targets[offset], at: offset)
                loss[offset - start] = point.loss
                slopes[offset] = point.gradient
                curvatures[offset] = point.hessian
            }
        }
    }
}
