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

    /// Moves predictions that are probabilities into a range.
    mutating func clipPredictions(_ least: Double, _ greatest: Double) {
        var predictions = predictions.mutableSpan
        for index in predictions.indices {
            predictions[index] = max(least, min(greatest, predictions[index]))
        }
    }

    /// The derivatives of Σ -a log p in the predictions p for the targets a: -a/p and a/p².
    ///
    /// Where a = 0 they are 0, whatever p.
    mutating func differentiateLogarithms(_ outputs: Outputs) {
        if outputs.contains(.gradient) {
            Self.fill(&gradient, targets, predictions) { target, prediction in
                let slope = -target / prediction
                return target > 0 ? slope : 0
            }
        }
        if outputs.contains(.hessian) {
            Self.fill(&hessian, targets, predictions) { target, prediction in
                let curvature = target / prediction / prediction
                return target > 0 ? curvature : 0
            }
        }
    }

    /// Computes a row from two others, without a check of bounds or of uniqueness a number.
    @inline(__always)
    static func fill(
        _ row: inout [Double],
        _ first: [Double],
        _ second: [Double],
        _ formula: (Double, Double) -> Double
    ) {
        let (first, second) = (first.span, second.span)
        var row = row.mutableSpan
        for index in first.indices { row[index] = formula(first[index], second[index]) }
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
        var losses = InlineArray<64, Double>(repeating: 0)
        var weights = InlineArray<64, Double>(repeating: 1)
        result.gradient.extend(by: predictions.values.count)
        result.hessian.extend(by: predictions.values.count)
        for first in stride(from: 0, to: rows.count, by: losses.count) {
            let count = min(losses.count, rows.count - first)
            for index in 0..<count {
                rows.gather(predictions.values, first + index, into: &row.predictions)
                targets.gather(first + index, into: &row)
                losses[index] = evaluate(&row, outputs)
                weights[index] = weighting[first + index]
                if outputs.contains(.gradient) {
                    weighting.reduce(&row.gradient, of: first + index)
                    rows.scatter(row.gradient, first + index, into: &result.gradient.values)
                }
                if outputs.contains(.hessian) {
                    weighting.reduce(&row.hessian, of: first + index)
                    rows.scatter(row.hessian, first + index, into: &result.hessian.values)
                }
            }
            try result.add(
                losses.span.extracting(first: count),
                weights.span.extracting(first: count),
                from: first
            )
        }
        try result.gradient.refuseNonFinite(predictions.values.indices, of: predictions.shape)
        try result.hessian.refuseNonFinite(predictions.values.indices, of: predictions.shape)
        return try result.finish()
    }
}
