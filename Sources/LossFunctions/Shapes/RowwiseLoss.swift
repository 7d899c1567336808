// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// A loss with one value per row of predictions, such as the probabilities of classes.
protocol RowwiseLoss: LossEvaluator {
    static var facts: Facts { get }

    init(_ options: OptionValues) throws(LossError)

    /// The class index of ignored rows; `nil` means that no row is ignored.
    var ignoredIndex: Int? { get }

    /// The weights of the targets in the denominator of a mean, one per row; `nil` means 1 each.
    func targetWeights(of targets: RowTargets, _ batch: Batch) throws(LossError) -> [Double]?

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
    func targetWeights(of batch: Batch) throws(LossError) -> [Double]? {
        let rows = try RowLayout(shape: batch.input(0).shape, axis: axis)
        let targets = try RowTargets(batch, rows, ignoredIndex: ignoredIndex)
        return try targetWeights(of: targets, batch)
    }

    func evaluate(_ batch: Batch, into result: inout Accumulation) throws(LossError) {
        let rows = try RowLayout(shape: batch.input(0).shape, axis: axis)
        guard rows.length > 0 || rows.count == 0 else {
            throw .empty(input: batch.signature.inputs[0].name)
        }
        let targets = try RowTargets(batch, rows, ignoredIndex: ignoredIndex)
        do throws(LossError) {
            if rows.areLong {
                try evaluateLongRows(batch, rows, targets, &result)
            } else {
                try evaluateRows(batch, rows, targets, &result)
            }
        } catch {
            throw Self.pointing(error, to: batch, rows, targets)
        }
    }

    /// The error with the place of an element, where it has that of a loss.
    ///
    /// Of a row whose loss is not finite that is the least prediction among those with a target, for
    /// example a probability of 0.
    private static func pointing(
        _ error: LossError,
        to batch: Batch,
        _ rows: RowLayout,
        _ targets: RowTargets
    ) -> LossError {
        guard case .notFinite(.loss, let input, let place) = error,
            place.count == rows.lossShape.count, !batch.lossShape.isEmpty || rows.count == 1
        else { return error }
        let predictions = batch.input(0)
        let row = zip(place, rows.lossShape).reduce(0) { $0 * $1.1 + $1.0 }
        let columns = (0..<rows.length).filter { column in
            targets.hasClassIndices
                ? targets.classIndex(of: row) == column : targets.target(of: row, at: column) > 0
        }
        let offset = columns.map { rows.offset(row, $0) }
            .min { predictions.values[$0] < predictions.values[$1] }
        return .notFinite(
            .loss,
            input: input,
            place: offset.map { Tensor.place(of: $0, in: rows.shape) } ?? place
        )
    }

    /// Adds the losses and derivatives of all rows, a block at a time.
    private func evaluateRows(
        _ batch: Batch,
        _ rows: RowLayout,
        _ targets: RowTargets,
        _ result: inout Accumulation
    ) throws(LossError) {
        let predictions = batch.input(0)
        let (weighting, outputs) = (result.weighting, batch.outputs)
        let domain = batch.domains[0]
        let fillers = (domain.filler(rows.length), batch.domains[1].filler(rows.length))
        var block = RowBlock(rows: 0, length: rows.length)
        var weights: [Double] = []
        for range in rows.blocks {
            if range.count != block.losses.count {
                block = RowBlock(rows: range.count, length: rows.length)
                block.fillers = fillers
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
            if domain.firstOutside(in: block.predictions.span) != nil
                || !targets.validateAndSum(&block)
            {
                try batch.checkDomains()
                try targets.checkSums()
            }
            evaluate(&block, outputs)
            result.raise(&block.hessian, block.hessian.indices)
            for row in range where targets.isIgnored(row) { block.clear(row - range.lowerBound) }
            weighting.copy(from: range.lowerBound, count: range.count, into: &weights)
            try result.add(block.losses.span, weights.span, from: range.lowerBound)
            try result.place(&block, of: range, weights: weights, rows)
        }
        if !rows.areContiguous { try result.checkDerivativesAreFinite() }
    }
}
