// SPDX-License-Identifier: Apache-2.0

/// A loss with one value per prediction and target, computed block by block.
///
/// Most of these losses are a `PointwiseLoss`; this protocol is for those that use array functions.
protocol BlockLoss: Loss {
    /// Throws if the options do not fit a batch of this shape.
    func check(_ shape: [Int]) throws(LossError)

    /// Computes the losses of a block, and those derivatives whose spans are not empty.
    ///
    /// `first` is the row-major index of the block's first element in the batch.
    func compute(
        _ predictions: Span<Double>,
        _ targets: Span<Double>,
        from first: Int,
        _ losses: inout MutableSpan<Double>,
        _ gradient: inout MutableSpan<Double>,
        _ hessian: inout MutableSpan<Double>
    )
}

/// The number of elements in a block.
///
/// A block stays in the first-level cache from the loss to the division of its gradient, and is the
/// unit of an exact sum.
private let blockLength = 512

extension BlockLoss {
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
                targetWeights: nil
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

    /// Computes the losses and the requested derivatives of a block into arrays.
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
