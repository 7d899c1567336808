// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The interpretation of class indices as targets.
struct ClassTargets: Equatable, Sendable {
    /// The class index of ignored rows; `nil` means that no row is ignored.
    let ignoredIndex: Int?
}

/// The targets of a row-wise loss: a class index or a distribution per row of predictions.
struct RowTargets {
    private let values: [Double]
    let layout: RowLayout
    /// The interpretation of class indices; `nil` if the targets are distributions.
    private let classTargets: ClassTargets?
    /// Whether distributions are given as logarithms.
    private let inLogarithms: Bool

    /// The maximum deviation of a row's sum from 1, which covers half precision.
    private static let sumTolerance = 1e-3

    /// Creates targets, whose shape decides between class indices and distributions.
    ///
    /// `classes` is `nil` if class indices are not accepted. Throws if a target is not a valid class
    /// index; distributions are checked later.
    init(
        _ targets: Tensor,
        _ rows: RowLayout,
        classes: ClassTargets?,
        inLogarithms: Bool
    )
        throws(LossError)
    {
        values = targets.values
        layout = rows
        self.inLogarithms = inLogarithms
        if targets.shape == rows.shape {
            classTargets = nil
        } else if let classes, targets.shape == rows.lossShape {
            classTargets = classes
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

    /// Whether the targets are class indices.
    var hasClassIndices: Bool { classTargets != nil }

    /// The class index of a row; `nil` if the row is ignored or has a distribution.
    func classIndex(of row: Int) -> Int? {
        guard let classTargets else { return nil }
        let classIndex = Int(values[row])
        return classIndex == classTargets.ignoredIndex ? nil : classIndex
    }

    /// The target of a row in a column.
    func target(of row: Int, at column: Int) -> Double { values[layout.offset(row, column)] }

    /// All distributions; empty if the targets are class indices.
    var distributions: [Double] { classTargets == nil ? values : [] }

    /// Sums the targets of a block and returns whether they are valid.
    func validateAndSum(_ block: inout RowBlock) -> Bool {
        guard classTargets == nil else { return true }
        guard domain.firstOutside(in: block.targets) == nil else { return false }
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

    /// Throws if the targets are not valid, with the place of the first error.
    func check() throws(LossError) {
        guard classTargets == nil else { return }
        try domain.check(Tensor(shape: layout.shape, values: values), as: .targets)
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

    /// Copies the targets of rows to a block; of class indices, their offsets.
    func gather(_ rows: Range<Int>, into block: inout RowBlock) {
        guard let classTargets else { return layout.gather(values, rows, into: &block.targets) }
        for offset in rows {
            let row = offset - rows.lowerBound
            let classIndex = Int(values[offset])
            block.classOffsets[row] =
                classIndex == classTargets.ignoredIndex ? nil : row * layout.length + classIndex
        }
        block.hasClassIndices = true
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

    private static func check(
        _ classes: [Double],
        _ rows: RowLayout,
        _ classTargets: ClassTargets
    )
        throws(LossError)
    {
        let known = 0..<Double(rows.length)
        let ignored = classTargets.ignoredIndex.map(Double.init)
        let violation = classes.firstIndex {
            !(known.contains($0) && $0 == $0.rounded(.towardZero)) && $0 != ignored
        }
        guard let violation else { return }
        throw .notAClassIndex(
            place: Tensor.place(of: violation, in: rows.lossShape),
            value: classes[violation],
            classes: rows.length,
            ignored: classTargets.ignoredIndex
        )
    }
}
