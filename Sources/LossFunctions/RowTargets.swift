// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// How class indices are read as targets.
struct ClassRule: Equatable, Sendable {
    /// The index whose rows take no part in the loss.
    let ignored: Int?
}

/// The targets of a row-wise loss: class indices, or a distribution for each row of predictions.
struct RowTargets {
    private let values: [Double]
    let layout: RowLayout
    /// How the values are read as class indices; nil where they are distributions.
    private let rule: ClassRule?

    /// Rows of distributions may be off by what single or half precision leaves of a sum of 1.
    private static let sumTolerance = 1e-3

    /// The shape decides which they are; `classes` is nil where indices are not accepted.
    init(
        _ targets: Tensor,
        _ rows: RowLayout,
        classes: ClassRule?,
        inLogarithms: Bool
    )
        throws(LossError)
    {
        values = targets.values
        layout = rows
        if targets.shape == rows.shape {
            rule = nil
            try Self.check(targets.values, rows, inLogarithms: inLogarithms)
        } else if let classes, targets.shape == rows.lossShape {
            rule = classes
            try Self.check(targets.values, rows, classes)
        } else {
            throw .shapes(
                predictions: rows.shape,
                targets: targets.shape,
                allowed: classes == nil ? [rows.shape] : [rows.lossShape, rows.shape]
            )
        }
    }

    /// Lays the targets of rows out one after the other; of classes, only where they stand.
    func gather(_ rows: Range<Int>, into block: inout RowBlock) {
        guard let rule else { return layout.gather(values, rows, into: &block.targets) }
        for offset in rows {
            let row = offset - rows.lowerBound
            let hot = Int(values[offset])
            block.hots[row] = hot == rule.ignored ? nil : row * layout.length + hot
        }
        block.areClasses = true
    }

    private static func check(
        _ classes: [Double],
        _ rows: RowLayout,
        _ rule: ClassRule
    )
        throws(LossError)
    {
        let known = 0..<Double(rows.length)
        let ignored = rule.ignored.map(Double.init)
        let violation = classes.firstIndex {
            !(known.contains($0) && $0 == $0.rounded(.towardZero)) && $0 != ignored
        }
        guard let violation else { return }
        let except = rule.ignored.map { ", or the ignore_index \($0)" } ?? ""
        throw .outsideDomain(
            .targets,
            place: Tensor.place(of: violation, in: rows.lossShape),
            value: classes[violation],
            allowed: "a class index, which is an integer from 0 to \(rows.length - 1)" + except
        )
    }

    private static func check(
        _ values: [Double],
        _ rows: RowLayout,
        inLogarithms: Bool
    )
        throws(LossError)
    {
        let domain = inLogarithms ? Domain.interval(.through(0)) : .unit
        try domain.check(Tensor(shape: rows.shape, values: values), as: .targets)
        let capacity = min(rows.count, max(1, 512 / rows.length))
        var block = [Double](repeating: 0, count: capacity * rows.length)
        var powers = inLogarithms ? block : []
        var sums = [Double](repeating: 0, count: capacity)
        var losts = sums
        let functions = Level.current.functions
        for first in stride(from: 0, to: rows.count, by: capacity) {
            let range = first..<min(first + capacity, rows.count)
            if rows.areContiguous, !inLogarithms {
                let numbers = values.span.extracting(rows.offsets(of: range))
                functions.sumRows(numbers, length: rows.length, high: &sums, low: &losts)
            } else {
                rows.gather(values, range, into: &block)
                if inLogarithms { functions.exp(block, into: &powers) }
                functions.sumRows(inLogarithms ? powers : block, high: &sums, low: &losts)
            }
            for offset in range {
                let sum = sums[offset - first] + losts[offset - first]
                guard (sum - 1).magnitude <= sumTolerance else {
                    throw .notADistribution(
                        .targets,
                        row: Tensor.place(of: offset, in: rows.lossShape),
                        sum: sum,
                        inLogarithms: inLogarithms
                    )
                }
            }
        }
    }
}
