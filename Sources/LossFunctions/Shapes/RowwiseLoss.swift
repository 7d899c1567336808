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
        do throws(LossError) {
            if rows.areLong {
                try evaluateLongRows(batch, rows, targets, outputs, &result)
            } else {
                try evaluateRows(batch, rows, targets, outputs, &result)
            }
        } catch {
            throw Self.pointing(error, to: predictions, rows, targets)
        }
        return try result.finish()
    }

    /// The error with the place of an element, where it has that of a loss.
    ///
    /// Of a row whose loss is not finite that is the least prediction among those with a target, for
    /// example a probability of 0.
    private static func pointing(
        _ error: LossError,
        to predictions: Tensor,
        _ rows: RowLayout,
        _ targets: RowTargets
    ) -> LossError {
        guard case .notFinite(.loss, of: .predictions, let place) = error,
            place.count == rows.lossShape.count
        else { return error }
        let row = zip(place, rows.lossShape).reduce(0) { $0 * $1.1 + $1.0 }
        let columns = (0..<rows.length).filter { column in
            targets.hasClassIndices
                ? targets.classIndex(of: row) == column : targets.target(of: row, at: column) > 0
        }
        let offset = columns.map { rows.offset(row, $0) }
            .min { predictions.values[$0] < predictions.values[$1] }
        return .notFinite(
            .loss,
            of: .predictions,
            place: offset.map { Tensor.place(of: $0, in: rows.shape) } ?? place
        )
    }

    /// Adds the losses and derivatives of all rows, a block at a time.
    private func evaluateRows(
        _ batch: Batch,
        _ rows: RowLayout,
        _ targets: RowTargets,
        _ outputs: Outputs,
        _ result: inout Accumulation
    ) throws(LossError) {
        let predictions = batch.predictions
        let weighting = result.weighting
        let domain = domains.predictions
        var block = RowBlock(rows: 0, length: rows.length)
        var weights: [Double] = []
        for range in rows.blocks {
            if range.count != block.losses.count {
                block = RowBlock(rows: range.count, length: rows.length)
                weights = [Double](repeating: 1, count: range.count)
            }
            block.prefetch = Prefetch(
                predictions.values,
                targets.distributions,
                places: rows.offsets(after: range)
            )
            rows.gather(predictions.values, range, into: &block.predictions)
            targets.gather(range, into: &block)
            // Checked while in the cache; if the block is invalid, the whole batch is searched for
            // its first error.
            if domain.firstOutside(in: block.predictions) != nil
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
    }
}
