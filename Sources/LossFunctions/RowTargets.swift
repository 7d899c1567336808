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
    /// Whether distributions are given as logarithms.
    private let inLogarithms: Bool

    /// Rows of distributions may be off by what single or half precision leaves of a sum of 1.
    private static let sumTolerance = 1e-3

    /// The shape decides which they are; `classes` is nil where indices are not accepted.
    ///
    /// Refuses what is no class. Distributions are still to be checked.
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
        self.inLogarithms = inLogarithms
        if targets.shape == rows.shape {
            rule = nil
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

    private var domain: Domain { inLogarithms ? .interval(.through(0)) : .unit }

    /// Whether the targets are classes.
    var areClasses: Bool { rule != nil }

    /// The class of a row; nil where the row takes no part in the loss, or has a distribution.
    func hotColumn(of row: Int) -> Int? {
        guard let rule else { return nil }
        let hot = Int(values[row])
        return hot == rule.ignored ? nil : hot
    }

    /// A number of the distribution of a row.
    func target(of row: Int, at column: Int) -> Double { values[layout.offset(row, column)] }

    /// All distributions; none where the targets are classes.
    var distributions: [Double] { rule == nil ? values : [] }

    /// Whether the targets of a block are what they should be; leaves their sums in it.
    func hold(in block: inout RowBlock) -> Bool {
        guard rule == nil else { return true }
        guard domain.firstOutside(in: block.targets) == nil else { return false }
        sum(&block)
        return block.isStrip || Self.firstViolation(in: block) == nil
    }

    /// Sums the targets of each row of a block; those of logarithms are then in its scratch.
    private func sum(_ block: inout RowBlock) {
        if inLogarithms {
            block.functions.exp(block.targets, into: &block.scratch)
            block.functions.sumRows(
                block.scratch,
                heads: &block.targetSums,
                tails: &block.targetLosts
            )
        } else {
            block.functions.sumRows(
                block.targets,
                heads: &block.targetSums,
                tails: &block.targetLosts
            )
        }
    }

    /// The first row of a block whose sum is not 1.
    private static func firstViolation(in block: RowBlock) -> Int? {
        block.targetSums.indices.first { row in
            !isOne(block.targetSums[row], block.targetLosts[row])
        }
    }

    /// Whether a sum is 1, as nearly as half precision has it.
    static func isOne(_ sum: Double, _ lost: Double) -> Bool {
        (sum - 1 + lost).magnitude <= sumTolerance
    }

    /// Refuses targets that are not what they should be, by the first.
    func check() throws(LossError) {
        guard rule == nil else { return }
        try domain.check(Tensor(shape: layout.shape, values: values), as: .targets)
        guard !layout.areLong else { return try checkSumsOfLongRows() }
        var block = RowBlock(rows: 0, length: layout.length)
        for rows in layout.blocks {
            if rows.count != block.losses.count {
                block = RowBlock(rows: rows.count, length: layout.length)
            }
            gather(rows, into: &block)
            guard !hold(in: &block), let row = Self.firstViolation(in: block) else { continue }
            throw notADistribution(
                rows.lowerBound + row,
                sum: block.targetSums[row] + block.targetLosts[row]
            )
        }
    }

    private func checkSumsOfLongRows() throws(LossError) {
        for row in 0..<layout.count {
            var sum = CompensatedSum()
            for column in 0..<layout.length {
                let target = target(of: row, at: column)
                sum.add(inLogarithms ? Elementary.exp(target) : target)
            }
            guard Self.isOne(sum.parts.head, sum.parts.tail) else {
                throw notADistribution(row, sum: sum.value)
            }
        }
    }

    private func notADistribution(_ row: Int, sum: Double) -> LossError {
        .notADistribution(
            .targets,
            row: Tensor.place(of: row, in: layout.lossShape),
            sum: sum,
            inLogarithms: inLogarithms
        )
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

    /// Lays out the targets of a row in the columns of a strip, as a distribution.
    func gather(_ row: Int, columns: Range<Int>, into block: inout RowBlock) {
        guard areClasses else {
            return layout.gather(values, row, columns: columns, into: &block.targets)
        }
        for index in block.targets.indices { block.targets[index] = 0 }
        if let hot = hotColumn(of: row), columns.contains(hot) {
            block.targets[hot - columns.lowerBound] = 1
        }
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
}
