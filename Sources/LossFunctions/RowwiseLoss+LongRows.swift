// SPDX-License-Identifier: Apache-2.0

/// Rows that are too long to be taken as a whole go by in strips: once for what has to be known of
/// all of a row, the largest logit and the sums, and once for its losses and derivatives.
///
/// What they are computed in takes the memory of one strip, however long they are.
extension RowwiseLoss {
    func evaluateLongRows(
        _ batch: Batch,
        _ rows: RowLayout,
        _ targets: RowTargets,
        _ outputs: Outputs,
        _ result: inout Accumulation
    ) throws(LossError) {
        var strips = Strips(rows, batch.predictions.values, targets)
        for row in 0..<rows.count {
            guard !targets.areClasses || targets.hotColumn(of: row) != nil else {
                try strips.skip(row, &result)
                continue
            }
            var survey: Softmax.Survey?
            if fromLogits { survey = try strips.survey(row) }
            guard let sums = try strips.sumTargets(of: row, by: self) else {
                // Where one is wrong, the first of all is looked for.
                try checkDomains(of: batch)
                try targets.check()
                continue
            }
            try evaluate(row, survey, sums, &strips, outputs, &result)
        }
        if !rows.areContiguous { try result.refuseNonFiniteDerivatives() }
    }

    private func evaluate(
        _ row: Int,
        _ survey: Softmax.Survey?,
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
                if let survey { block.softmax.adopt(survey, block.functions) }
                // Those of logarithms are taken out of them on the way.
                _ = targets.hold(in: &block)
                block.targetSums[0] = sums.head
                block.targetLosts[0] = sums.tail
                block.losts[0] = 0
                evaluate(&block, outputs)
                loss.add(block.losses[0])
                loss.add(block.losts[0])
                if weight != 1 { block.weighDerivatives([weight], outputs) }
                try result.place(block, of: row, columns: columns, rows)
            }
        }
        try result.add([loss.value].span, [weight].span, from: row)
    }
}

/// The strips of the rows of a batch, with room for one at a time.
private struct Strips {
    let rows: RowLayout
    let targets: RowTargets
    private let predictions: [Double]
    /// Room for all strips of a row but the last, and for the last, which may be shorter.
    private var room: RowBlock
    private var lastRoom: RowBlock

    init(_ rows: RowLayout, _ predictions: [Double], _ targets: RowTargets) {
        self.rows = rows
        self.predictions = predictions
        self.targets = targets
        var lengths = rows.strips.map { $0.count }
        let last = lengths.popLast() ?? 0
        room = RowBlock(rows: 1, length: lengths.first ?? 0)
        lastRoom = RowBlock(rows: 1, length: last)
        room.isStrip = true
        lastRoom.isStrip = true
        room.rowLength = rows.length
        lastRoom.rowLength = rows.length
    }

    /// Has something done with a strip, whose predictions and targets are laid out.
    mutating func withStrip(
        _ row: Int,
        _ columns: Range<Int>,
        _ body: (inout RowBlock) throws(LossError) -> Void
    ) throws(LossError) {
        if columns.upperBound < rows.length {
            gather(row, columns, into: &room)
            try body(&room)
        } else {
            gather(row, columns, into: &lastRoom)
            try body(&lastRoom)
        }
    }

    private func gather(_ row: Int, _ columns: Range<Int>, into block: inout RowBlock) {
        block.firstColumn = columns.lowerBound
        rows.gather(predictions, row, columns: columns, into: &block.predictions)
        targets.gather(row, columns: columns, into: &block)
    }

    /// What the softmax of a row has to be known by.
    mutating func survey(_ row: Int) throws(LossError) -> Softmax.Survey {
        var top = 0
        var largest = -Double.infinity
        for column in 0..<rows.length {
            let logit = predictions[rows.offset(row, column)]
            if logit > largest {
                largest = logit
                top = column
            }
        }
        var survey = Softmax.Survey(top: top, largest: largest)
        for columns in rows.strips {
            try withStrip(row, columns) { block in
                block.softmax.add(
                    block.predictions,
                    from: columns.lowerBound,
                    to: &survey,
                    block.functions
                )
            }
        }
        return survey
    }

    /// The sum of the targets of a row as the formula of a loss has them; nil where predictions or
    /// targets are not what they should be.
    mutating func sumTargets(
        of row: Int,
        by loss: some RowwiseLoss
    ) throws(LossError) -> (head: Double, tail: Double)? {
        let domain = loss.domains.predictions
        let targets = targets
        var given = CompensatedSum()
        var prepared = CompensatedSum()
        var areValid = true
        for columns in rows.strips {
            try withStrip(row, columns) { block in
                areValid = areValid && domain.firstOutside(in: block.predictions) == nil
                areValid = areValid && targets.hold(in: &block)
                given.add(block.targetSums[0])
                given.add(block.targetLosts[0])
                loss.prepareTargets(&block)
                block.functions.sumRows(
                    block.targets,
                    heads: &block.targetSums,
                    tails: &block.targetLosts
                )
                prepared.add(block.targetSums[0])
                prepared.add(block.targetLosts[0])
            }
        }
        guard areValid,
            targets.areClasses || RowTargets.isOne(given.parts.head, given.parts.tail)
        else { return nil }
        return prepared.parts
    }

    /// Takes a row that takes no part: its loss and its derivatives are 0.
    mutating func skip(_ row: Int, _ result: inout Accumulation) throws(LossError) {
        let rows = rows
        for columns in rows.strips {
            try withStrip(row, columns) { block throws(LossError) in
                for index in block.gradient.indices { block.gradient[index] = 0 }
                for index in block.hessian.indices { block.hessian[index] = 0 }
                try result.place(block, of: row, columns: columns, rows)
            }
        }
        try result.add([0].span, [0].span, from: row)
    }
}
