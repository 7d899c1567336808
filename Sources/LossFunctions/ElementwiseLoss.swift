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
        let functions = InstructionSet.current.functions
        var losses = [Double](repeating: 0, count: min(blockLength, count))
        var gradient = result.gradient.isWanted ? losses : []
        var hessian = result.hessian.isWanted ? losses : []
        var weights = result.weighting.isTrivial ? [] : losses
        for start in stride(from: 0, to: count, by: blockLength) {
            let block = start..<min(start + blockLength, count)
            compute(batch, block, &losses, &gradient, &hessian)
            result.weighting.copy(from: start, count: block.count, into: &weights)
            let factors = weights.span.extracting(first: min(weights.count, block.count))
            try result.add(losses.span.extracting(first: block.count), factors, from: start)
            for offset in factors.indices {
                if !gradient.isEmpty { gradient[offset] *= factors[offset] }
                if !hessian.isEmpty { hessian[offset] *= factors[offset] }
            }
            try result.add(
                gradient.span.extracting(first: block.count),
                hessian.span.extracting(first: block.count),
                functions
            )
        }
        return try result.finish()
    }

    /// The losses of a block, and the derivatives that are wanted, which have room for it.
    private func compute(
        _ batch: Batch,
        _ block: Range<Int>,
        _ losses: inout [Double],
        _ gradient: inout [Double],
        _ hessian: inout [Double]
    ) {
        var losses = losses.mutableSpan
        var first = losses._mutatingExtracting(first: block.count)
        var slopes = gradient.mutableSpan
        var firstSlopes = slopes._mutatingExtracting(first: min(slopes.count, block.count))
        var curvatures = hessian.mutableSpan
        var firstCurvatures = curvatures._mutatingExtracting(
            first: min(curvatures.count, block.count)
        )
        compute(
            batch.predictions.values.span.extracting(block),
            batch.targets.values.span.extracting(block),
            from: block.lowerBound,
            &first,
            &firstSlopes,
            &firstCurvatures
        )
    }
}
