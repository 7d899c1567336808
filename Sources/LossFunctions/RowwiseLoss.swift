// SPDX-License-Identifier: Apache-2.0

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

    /// The losses of a block of rows; they and the derivatives that are wanted are left in it.
    func evaluate(_ block: inout RowBlock, _ outputs: Outputs)
}

/// The numbers that are taken together, if a row is not longer: few enough to stay in the fastest
/// cache from the loss to the division of its gradient.
private let blockLength = 512

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
        try checkDomains(of: batch)
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
        let capacity = min(rows.count, max(1, blockLength / rows.length))
        var block = RowBlock(rows: capacity, length: rows.length)
        var weights = [Double](repeating: 1, count: capacity)
        var isFinite = true
        // Rows that lie apart need all of their room at once.
        if !rows.areContiguous { result.makeRoom(for: predictions.values.count) }
        for first in stride(from: 0, to: rows.count, by: capacity) {
            let range = first..<min(first + capacity, rows.count)
            if range.count < capacity { block = RowBlock(rows: range.count, length: rows.length) }
            rows.gather(predictions.values, range, into: &block.predictions)
            targets.gather(range, into: &block)
            if rows.areContiguous { result.makeRoom(for: block.predictions.count) }
            evaluate(&block, outputs)
            result.weighting.copy(from: first, count: range.count, into: &weights)
            try result.add(
                block.losses.span,
                weights.span.extracting(first: range.count),
                from: first
            )
            let functions = block.functions
            /// Those of the reduced loss, where they belong.
            func place(_ derivatives: inout [Double], _ whole: inout Derivative) {
                guard whole.isWanted else { return }
                let areFinite = weighting.reduce(
                    &derivatives,
                    weights,
                    functions,
                    rows: range.count
                )
                isFinite = isFinite && areFinite
                rows.scatter(derivatives, range, into: &whole.values)
            }
            place(&block.gradient, &result.gradient)
            place(&block.hessian, &result.hessian)
        }
        if !isFinite {
            try result.gradient.refuseNonFinite(predictions.values.indices, of: predictions.shape)
            try result.hessian.refuseNonFinite(predictions.values.indices, of: predictions.shape)
        }
        return try result.finish()
    }
}
