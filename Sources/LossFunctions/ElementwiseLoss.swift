// SPDX-License-Identifier: Apache-2.0

/// A loss that has one value for each prediction and its target.
///
/// `PointwiseLoss` is the way to state most. This is for those that are computed from functions of
/// arrays, a block of elements at a time.
protocol ElementwiseLoss: Loss {
    /// Refuses options that do not fit batches of this shape.
    func check(_ shape: [Int]) throws(LossError)

    /// The losses of a block, and the derivatives that are wanted: those with room for them.
    ///
    /// `first` counts the elements of the batch before the block, in row-major order.
    func compute(
        _ predictions: Span<Double>,
        _ targets: Span<Double>,
        from first: Int,
        _ losses: inout MutableSpan<Double>,
        _ gradient: inout MutableSpan<Double>,
        _ hessian: inout MutableSpan<Double>
    )
}

/// The elements that are taken together: few enough to stay in the fastest cache from the loss to
/// the division of its gradient, and as many as an exact sum takes at once.
private let blockLength = 512

extension ElementwiseLoss {
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
        let count = batch.predictions.values.count
        guard count > 0 else { throw .empty(.predictions) }
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
        var losses = [Double](repeating: 0, count: min(blockLength, count))
        var weights = result.weighting.isTrivial ? [] : losses
        for start in stride(from: 0, to: count, by: blockLength) {
            let block = start..<min(start + blockLength, count)
            result.makeRoom(for: block.count)
            compute(batch, block, &losses, &result.gradient, &result.hessian)
            result.weighting.copy(from: start, count: block.count, into: &weights)
            let factors = weights.span.extracting(first: min(weights.count, block.count))
            try result.add(losses.span.extracting(first: block.count), factors, from: start)
            try result.reduceDerivatives(block, factors)
        }
        return try result.finish()
    }

    /// The losses of a block, and the derivatives that are wanted, which have room for it.
    private func compute(
        _ batch: Batch,
        _ block: Range<Int>,
        _ losses: inout [Double],
        _ gradient: inout Derivative,
        _ hessian: inout Derivative
    ) {
        var losses = losses.mutableSpan
        var first = losses._mutatingExtracting(first: block.count)
        let slopeCount = gradient.isWanted ? block.count : 0
        let curvatureCount = hessian.isWanted ? block.count : 0
        var slopes = gradient.values.mutableSpan
        var lastSlopes = slopes._mutatingExtracting(last: slopeCount)
        var curvatures = hessian.values.mutableSpan
        var lastCurvatures = curvatures._mutatingExtracting(last: curvatureCount)
        compute(
            batch.predictions.values.span.extracting(block),
            batch.targets.values.span.extracting(block),
            from: block.lowerBound,
            &first,
            &lastSlopes,
            &lastCurvatures
        )
    }
}
