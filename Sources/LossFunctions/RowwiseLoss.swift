// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// A loss of a row of predictions, such as the probabilities of the classes: its batch has one
/// loss a row.
protocol RowwiseLoss: Loss {
    /// The axis along which the rows run; negative counts from the last.
    var axis: Int { get }
    /// How class indices are read as targets; nil where targets are always distributions.
    var classes: ClassRule? { get }
    /// Whether targets that are distributions are given as logarithms.
    var logarithmicTargets: Bool { get }

    /// What each row counts for by itself, apart from its weight; nil: 1 each.
    func shares(of targets: RowTargets) throws(LossError) -> [Double]?

    /// Whether predictions are logits, of which the softmax is taken.
    var fromLogits: Bool { get }

    /// Turns the targets of a block into those of the formula: smoothed, weighted, out of their
    /// logarithms. ``evaluate(_:_:)`` does it by itself.
    func prepareTargets(_ block: inout RowBlock)

    /// The losses of a block of rows; they and the derivatives that are wanted are left in it.
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
            shares: shares(of: targets)
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
            targets.areClasses
                ? targets.hotColumn(of: row) == column : targets.target(of: row, at: column) > 0
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
            block.ahead = Prefetch(
                predictions.values,
                targets.distributions,
                places: rows.offsets(after: range)
            )
            rows.gather(predictions.values, range, into: &block.predictions)
            targets.gather(range, into: &block)
            // While they are in the cache; where one is wrong, the first of all is looked for.
            if domain.firstOutside(in: block.predictions) != nil || !targets.hold(in: &block) {
                try checkDomains(of: batch)
                try targets.check()
            }
            evaluate(&block, outputs)
            weighting.copy(from: range.lowerBound, count: range.count, into: &weights)
            try result.add(block.losses.span, weights.span, from: range.lowerBound)
            if !weighting.isTrivial { block.weighDerivatives(weights, outputs) }
            try result.place(block, of: range, rows)
        }
        if !rows.areContiguous { try result.refuseNonFiniteDerivatives() }
    }
}
