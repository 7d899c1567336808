// SPDX-License-Identifier: Apache-2.0

import LossFacts

/// Evaluates rows that are too long to be evaluated as a whole, in strips.
///
/// Each row is traversed twice: once for its maximum and sums, once for its loss and derivatives.
/// The intermediate arrays take the memory of one strip, for rows of any length.
extension RowwiseLoss {
    func evaluateLongRows(
        _ batch: Batch,
        _ rows: RowLayout,
        _ targets: RowTargets,
        _ result: inout Accumulation
    ) throws(LossError) {
        var strips = Strips(rows, batch.input(0).values, targets)
        for row in 0..<rows.count {
            guard !targets.isIgnored(row) else {
                try strips.skip(row, &result)
                continue
            }
            var summary: Softmax.RowSummary?
            if fromLogits { summary = try strips.summarize(row) }
            guard let sums = try strips.sumTargets(of: row, by: self, batch.domains[0]) else {
                // The whole batch is searched for its first error.
                try batch.checkDomains()
                try targets.checkSums()
                continue
            }
            try evaluate(row, summary, sums, &strips, batch.outputs, &result)
        }
        if !rows.areContiguous { try result.checkDerivativesAreFinite() }
    }

    private func evaluate(
        _ row: Int,
        _ summary: Softmax.RowSummary?,
        _ sums: (head: Double, tail: Double),
        _ strips: inout Strips,
        _ outputs: Outputs,
        _ result: inout Accumulation
    ) throws(LossError) {
        let weight = result.weighting[row]
        var loss = CompensatedSum()
        let (rows, targets) = (strips.rows, strips.targets)
        for columns in rows.strips {
            try strips.withStrip(row, columns) { block throws(LossError) in
                if let summary { block.softmax.adopt(summary, block.functions) }
                // Also computes the exponentials of logarithmic targets.
                _ = targets.validateAndSum(&block)
                block.targetSums[0] = sums.head
                block.targetSumTails[0] = sums.tail
                block.lossTails[0] = 0
                evaluate(&block, outputs)
                result.raise(&block.hessian, block.hessian.indices)
                loss.add(block.losses[0])
                loss.add(block.lossTails[0])
                try result.place(&block, of: row, columns: columns, rows)
            }
        }
        try result.add([loss.value].span, [weight].span, from: row)
    }
}

/// The strips of the rows of a batch, with storage for one at a time.
private struct Strips {
    let rows: RowLayout
    let targets: RowTargets
    private let predictions: [Double]
    /// The storage for a strip; the last strip of a row may be shorter and has its own.
    private var strip: RowBlock
    private var lastStrip: RowBlock

    init(_ rows: RowLayout, _ predictions: [Double], _ targets: RowTargets) {
        self.rows = rows
        self.predictions = predictions
        self.targets = targets
        var lengths = rows.strips.map { $0.count }
        let last = lengths.popLast() ?? 0
        strip = RowBlock(rows: 1, length: lengths.first ?? 0)
        lastStrip = RowBlock(rows: 1, length: last)
        strip.isStrip = true
        lastStrip.isStrip = true
        strip.rowLength = rows.length
        lastStrip.rowLength = rows.length
    }

    /// Calls a closure with a strip that contains its predictions and targets.
    mutating func withStrip(
        _ row: Int,
        _ columns: Range<Int>,
        _ body: (inout RowBlock) throws(LossError) -> Void
    ) throws(LossError) {
        if columns.upperBound < rows.length {
            gather(row, columns, into: &strip)
            try body(&strip)
        } else {
            gather(row, columns, into: &lastStrip)
            try body(&lastStrip)
        }
    }

    private func gather(_ row: Int, _ columns: Range<Int>, into block: inout RowBlock) {
        block.firstColumn = columns.lowerBound
        rows.gather(predictions, row, columns: columns, into: &block.predictions)
        targets.gather(row, columns: columns, into: &block)
    }

    /// Computes the summary of a row from which softmax is computed strip by strip.
    mutating func summarize(_ row: Int) throws(LossError) -> Softmax.RowSummary {
        var maximumColumn = 0
        var maximum = -Double.infinity
        for column in 0..<rows.length {
            let logit = predictions[rows.offset(row, column)]
            if logit > maximum {
                maximum = logit
                maximumColumn = column
            }
        }
        var summary = Softmax.RowSummary(maximumColumn: maximumColumn, maximum: maximum)
        for columns in rows.strips {
            try withStrip(row, columns) { block in
                block.softmax.add(
                    block.predictions,
                    from: columns.lowerBound,
                    to: &summary,
                    block.functions
                )
            }
        }
        return summary
    }

    /// The sum of the targets of a row as converted for the formula of a loss.
    ///
    /// Returns `nil` if predictions or targets are not valid.
    mutating func sumTargets(
        of row: Int,
        by loss: some RowwiseLoss,
        _ domain: Domain
    ) throws(LossError) -> (head: Double, tail: Double)? {
        let targets = targets
        var given = CompensatedSum()
        var prepared = CompensatedSum()
        var areValid = true
        for columns in rows.strips {
            try withStrip(row, columns) { block in
                areValid = areValid && domain.firstOutside(in: block.predictions.span) == nil
                areValid = areValid && targets.validateAndSum(&block)
                given.add(block.targetSums[0])
                given.add(block.targetSumTails[0])
                loss.prepareTargets(&block)
                block.functions.sumRows(
                    block.targets,
                    heads: &block.targetSums,
                    tails: &block.targetSumTails
                )
                prepared.add(block.targetSums[0])
                prepared.add(block.targetSumTails[0])
            }
        }
        guard areValid,
            targets.hasClassIndices || RowTargets.isOne(given.parts.head, given.parts.tail)
        else { return nil }
        return prepared.parts
    }

    /// Adds an ignored row, whose loss and derivatives are 0.
    mutating func skip(_ row: Int, _ result: inout Accumulation) throws(LossError) {
        let rows = rows
        for columns in rows.strips {
            try withStrip(row, columns) { block throws(LossError) in
                for index in block.gradient.indices { block.gradient[index] = 0 }
                for index in block.hessian.indices { block.hessian[index] = 0 }
                try result.place(&block, of: row, columns: columns, rows)
            }
        }
        try result.add([0].span, [0].span, from: row)
    }
}
