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

    /// The loss of one row; the derivatives that are wanted are left in `row`.
    func evaluate(_ row: inout Row, _ outputs: Outputs) -> Double
}

/// One row of a batch: what it is computed from and what is computed.
struct Row {
    var predictions: [Double]
    /// A distribution over the classes; one-hot where the target is a class.
    var targets: [Double]
    /// Whether the target takes no part in the loss.
    var isIgnored = false

    var gradient: [Double]
    var hessian: [Double]

    init(length: Int) {
        predictions = [Double](repeating: 0, count: length)
        targets = predictions
        gradient = predictions
        hessian = predictions
    }
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
        var row = Row(length: rows.length)
        var loss = [0.0]
        for offset in 0..<rows.count {
            rows.gather(predictions.values, offset, into: &row.predictions)
            targets.gather(offset, into: &row)
            loss[0] = evaluate(&row, outputs)
            try result.add(loss, count: 1, from: offset)
            if outputs.contains(.gradient) {
                rows.scatter(row.gradient, offset, into: &result.gradient.values)
            }
            if outputs.contains(.hessian) {
                rows.scatter(row.hessian, offset, into: &result.hessian.values)
            }
        }
        let all = 0..<predictions.values.count
        try result.gradient.reduce(all, weighting, of: rows.row)
        try result.hessian.reduce(all, weighting, of: rows.row)
        return try result.finish()
    }
}
