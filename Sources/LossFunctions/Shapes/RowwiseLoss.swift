// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// A loss with one value per row of predictions, such as the probabilities of classes.
protocol RowwiseLoss: Loss {
    /// The axis of the rows; negative axes count from the last dimension.
    var axis: Int { get }
    /// The interpretation of class indices; `nil` if targets are always distributions.
    var classes: ClassTargets? { get }
    /// Whether distributions are given as logarithms.
    var logarithmicTargets: Bool { get }

    /// The weights of the targets in the denominator of a mean, one per row; `nil` means 1 each.
    func targetWeights(of targets: RowTargets) throws(LossError) -> [Double]?

    /// Whether predictions are logits, to which softmax is applied.
    var fromLogits: Bool { get }

    /// Converts the targets of a block to those of the formula: smoothed, weighted, exponentiated.
    ///
    /// ``evaluate(_:_:)`` calls it as needed.
    func prepareTargets(_ block: inout RowBlock)

    /// Computes the losses and the requested derivatives of a block of rows in place.
    func evaluate(_ block: inout RowBlock, _ outputs: Outputs)
}

extension RowwiseLoss {
    package static var granularity: Granularity { .row }

    package func evaluate(
        _ batch: Batch,
        _ outputs: Outputs,
        _ reduction: Reduction
    )
        throws(LossError) -> Evaluation
    {
        let predictions = batch.predictions
        let rows = try RowLayout(shape: predictions.shape, axis: axis)
        guard !predictions.values.isEmpty else { throw .empty(.predictions) }
        let targets = try RowTargets(
            batch.targets,
            rows,
            classes: classes,
            inLogarithms: logarithmicTargets
        )
        let weighting = try Weighting(
            batch.weights,
            reduction,
            lossShape: rows.lossShape,
            firstDimension: rows.lossShape.first ?? 1,
            targetWeights: targetWeights(of: targets)
        )

        var result = Accumulation(
            outputs,
            weighting,
            lossShape: rows.lossShape,
            predictionShape: predictions.shape
        )
        if rows.areLong {
            try evaluateLongRows(batch, rows, targets, outputs, &result)
            return try result.finish()
        }
        let domain = domains.predictions
        var block = RowBlock(rows: 0, length: rows.length)
        var weights: [Double] = []
        for range in rows.blocks {
            if range.count != block.losses.count {
                block = RowBlock(rows: range.count, length: rows.length)
                weights = [Double](repeating: 1, count: range.count)
            }
            block.prefetch = Ahead(
                predictions.values,
                targets.distributions,
                places: rows.offsets(after: range)
            )
            rows.gather(predictions.values, range, into: &block.predictions)
            targets.gather(range, into: &block)
            // Checked while in the cache; if the block is invalid, the whole batch is searched for
            // its first error.
            if domain.firstViolation(in: block.predictions) != nil
                || !targets.validateAndSum(&block)
            {
                try checkDomains(of: batch)
                try targets.check()
            }
            evaluate(&block, outputs)
            weighting.copy(from: range.lowerBound, count: range.count, into: &weights)
            try result.add(block.losses.span, weights.span, from: range.lowerBound)
            if !weighting.isTrivial { block.weightDerivatives(weights, outputs) }
            try result.place(block, of: range, rows)
        }
        if !rows.areContiguous { try result.checkDerivativesAreFinite() }
        return try result.finish()
    }
}
