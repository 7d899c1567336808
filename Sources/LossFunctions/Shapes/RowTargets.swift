// SPDX-License-Identifier: Apache-2.0

import ArrayMath
import LossFacts

/// The targets of a loss by row: a class index or a distribution per row of predictions.
struct RowTargets {
    private let values: [Double]
    let layout: RowLayout
    let selection: Selection
    /// Whether the targets are class indices.
    let hasClassIndices: Bool
    /// The class index of ignored rows; `nil` means that no row is ignored.
    private let ignoredIndex: Int?
    /// The name of the input.
    private let name: String
    /// The numbers in distributions.
    private let domain: Domain
    /// Whether distributions are given as logarithms.
    private let inLogarithms: Bool

    /// The maximum deviation of a row's sum from 1, which covers half precision.
    private static let sumTolerance = 1e-3

    /// Creates the targets of a batch, which are its second input.
    ///
    /// Throws if a target is not a valid class index; distributions are checked later.
    init(_ batch: Batch, _ rows: RowLayout, ignoredIndex: Int?) throws(LossError) {
        let targets = batch.input(1)
        values = targets.values
        layout = rows
        selection = batch.selection
        name = batch.signature.inputs[1].name
        domain = batch.domains[1]
        self.ignoredIndex = ignoredIndex
        inLogarithms = domain == .distribution(inLogarithms: true)
        guard case .classIndices = domain else {
            hasClassIndices = false
            return
        }
        hasClassIndices = true
        try checkClassIndices()
    }

    /// Whether a row takes no part: it is left out, or its class is ignored.
    func isIgnored(_ row: Int) -> Bool {
        selection.isLeftOut(row) || hasClassIndices && classIndex(of: row) == nil
    }

    /// The class index of a row; `nil` if the row is ignored or has a distribution.
    func classIndex(of row: Int) -> Int? {
        guard hasClassIndices, !selection.isLeftOut(row) else { return nil }
        let classIndex = Int(values[row])
        return classIndex == ignoredIndex ? nil : classIndex
    }

    /// The target of a row in a column.
    func target(of row: Int, at column: Int) -> Double { values[layout.offset(row, column)] }

    /// All distributions; empty if the targets are class indices.
    var distributions: [Double] { hasClassIndices ? [] : values }

    /// Sums the targets of a block and returns whether they are valid.
    func validateAndSum(_ block: inout RowBlock) -> Bool {
        guard !hasClassIndices else { return true }
        guard domain.firstOutside(in: block.targets.span) == nil else { return false }
        sum(&block)
        return block.isStrip || Self.firstNonDistribution(in: block) == nil
    }

    /// Sums the targets of each row of a block; exponentials of logarithms are left in its scratch.
    private func sum(_ block: inout RowBlock) {
        if inLogarithms {
            block.functions.exp(block.targets, into: &block.scratch)
            block.functions.sumRows(
                block.scratch,
                heads: &block.targetSums,
                tails: &block.targetSumTails
            )
        } else {
            block.functions.sumRows(
                block.targets,
                heads: &block.targetSums,
                tails: &block.targetSumTails
            )
        }
    }

    /// The first row of a block whose sum is not 1; `nil` if all are distributions.
    private static func firstNonDistribution(in block: RowBlock) -> Int? {
        block.targetSums.indices.first { row in
            !isOne(block.targetSums[row], block.targetSumTails[row])
        }
    }

    /// Whether a sum, given as head and tail, is 1 within the tolerance.
    static func isOne(_ head: Double, _ tail: Double) -> Bool {
        (head - 1 + tail).magnitude <= sumTolerance
    }

    /// Throws if a row of targets is not a distribution, with the place of the first.
    ///
    /// The numbers must be in their domain.
    func checkSums() throws(LossError) {
        guard !hasClassIndices else { return }
        guard !layout.areLong else { return try checkSumsOfLongRows() }
        var block = RowBlock(rows: 0, length: layout.length)
        for rows in layout.blocks {
            if rows.count != block.losses.count {
                block = RowBlock(rows: rows.count, length: layout.length)
            }
            gather(rows, into: &block)
            guard !validateAndSum(&block), let row = Self.firstNonDistribution(in: block) else {
                continue
            }
            throw notADistribution(
                rows.lowerBound + row,
                sum: block.targetSums[row] + block.targetSumTails[row]
            )
        }
    }

    private func checkSumsOfLongRows() throws(LossError) {
        for row in 0..<layout.count where !selection.isLeftOut(row) {
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
            input: name,
            row: Tensor.place(of: row, in: layout.lossShape),
            sum: sum,
            inLogarithms: inLogarithms
        )
    }

    /// Copies the targets of rows to a block; of class indices, their offsets.
    func gather(_ rows: Range<Int>, into block: inout RowBlock) {
        guard hasClassIndices else {
            layout.gather(values, rows, into: &block.targets)
            return fillLeftOut(rows, of: &block)
        }
        for offset in rows {
            let row = offset - rows.lowerBound
            block.classOffsets[row] = classIndex(of: offset).map { row * layout.length + $0 }
        }
        block.hasClassIndices = true
        fillLeftOut(rows, of: &block)
    }

    /// Replaces the inputs of rows that are left out by some that are valid.
    private func fillLeftOut(_ rows: Range<Int>, of block: inout RowBlock) {
        guard !selection.isComplete else { return }
        let predictions = block.fillers.predictions
        let targets = hasClassIndices ? 0 : block.fillers.targets
        for row in rows where selection.isLeftOut(row) {
            block.fill(row - rows.lowerBound, predictions, targets)
        }
    }

    /// Copies the targets of a row in the columns of a strip, as a distribution.
    func gather(_ row: Int, columns: Range<Int>, into block: inout RowBlock) {
        guard hasClassIndices else {
            return layout.gather(values, row, columns: columns, into: &block.targets)
        }
        for index in block.targets.indices { block.targets[index] = 0 }
        if let classIndex = classIndex(of: row), columns.contains(classIndex) {
            block.targets[classIndex - columns.lowerBound] = 1
        }
    }

    private func checkClassIndices() throws(LossError) {
        let known = 0..<Double(layout.length)
        let ignored = ignoredIndex.map(Double.init)
        let violation = values.indices.first { row in
            let index = values[row]
            return !(known.contains(index) && index == index.rounded(.towardZero))
                && index != ignored && !selection.isLeftOut(row)
        }
        guard let violation else { return }
        throw .notAClassIndex(
            input: name,
            place: Tensor.place(of: violation, in: layout.lossShape),
            value: values[violation],
            classes: layout.length,
            ignored: ignoredIndex
        )
    }
}
