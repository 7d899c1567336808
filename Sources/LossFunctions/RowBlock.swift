// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// Some rows of a batch, one after the other: what they are computed from and what is computed.
///
/// Or a strip of one row that is too long to be taken as a whole, see ``LongRow``.
struct RowBlock {
    let functions = InstructionSet.current.functions

    var predictions: [Double]
    /// A distribution over the classes for each row, unless the targets are classes.
    var targets: [Double]
    /// Whether the targets are classes.
    var areClasses = false
    /// Where the class of each row stands in the block; nil where the row takes no part in the loss.
    var hots: [Int?]

    /// Whether this is a strip of one row: then the losses are those of its terms alone, with what
    /// they lack in ``losts``, and the sums of the targets are those of the whole row.
    var isStrip = false
    /// The column of the first number.
    var firstColumn = 0
    /// How many numbers a row has.
    var rowLength: Int

    /// The predictions, and the targets, of the rows that come next.
    var ahead = Prefetch()

    /// One number a row.
    var losses: [Double]
    var gradient: [Double]
    var hessian: [Double]

    /// The terms of the losses, a number and what it lacks.
    var terms: [Double]
    var rests: [Double]
    /// What the sum of a row lacks.
    var losts: [Double]
    /// The sum of the targets of each row, a number and what it lacks.
    var targetSums: [Double]
    var targetLosts: [Double]
    /// Room for what is computed on the way.
    var scratch: [Double]
    var softmax: Softmax

    init(rows: Int, length: Int) {
        predictions = [Double](repeating: 0, count: rows * length)
        targets = predictions
        gradient = predictions
        hessian = predictions
        terms = predictions
        rests = predictions
        scratch = predictions
        hots = [Int?](repeating: nil, count: rows)
        losses = [Double](repeating: 0, count: rows)
        losts = losses
        targetSums = losses
        targetLosts = losses
        softmax = Softmax(rows: rows, length: length)
        rowLength = length
    }

    /// Moves predictions that are probabilities into a range.
    mutating func clipPredictions(_ least: Double, _ greatest: Double) {
        var predictions = predictions.mutableSpan
        for index in predictions.indices {
            predictions[index] = max(least, min(greatest, predictions[index]))
        }
    }

    /// Sums the targets of each row, unless they are known.
    mutating func sumTargets() {
        guard !isStrip else { return }
        functions.sumRows(targets, heads: &targetSums, tails: &targetLosts)
    }

    /// Multiplies the wanted derivatives of each row by its weight.
    mutating func weighDerivatives(_ weights: [Double], _ outputs: Outputs) {
        scratch.spread(weights)
        if outputs.contains(.gradient) {
            gradient.replace(scratch, scratch) { slope, weight, _ in slope * weight }
        }
        if outputs.contains(.hessian) {
            hessian.replace(scratch, scratch) { curvature, weight, _ in curvature * weight }
        }
    }

    /// Takes for the losses the sums of the terms, which lack nothing.
    mutating func sumTerms() {
        functions.sumRows(terms, heads: &losses, tails: &losts)
        roundLosses()
    }

    /// Takes for the losses the sums of the terms and of what they lack.
    mutating func sumTermsWithRests() {
        functions.sumRows(terms, rests, heads: &losses, tails: &losts)
        roundLosses()
    }

    /// Takes what the losses lack into them; those of strips are not whole yet.
    private mutating func roundLosses() {
        guard !isStrip else { return }
        for row in losses.indices { losses[row] += losts[row] }
    }

    /// Takes for the losses the sums of the terms, and by how much the sum of the targets exceeds 1.
    mutating func sumTermsAndExcessOfTargets() {
        functions.sumRows(terms, heads: &losses, tails: &losts)
        // Once a row.
        guard firstColumn == 0 else { return }
        for row in losses.indices {
            losts[row] = (targetSums[row] - 1) + (targetLosts[row] + losts[row])
        }
        roundLosses()
    }

    /// Lays targets that are classes out as distributions: one-hot, and nothing where a row takes no
    /// part.
    mutating func layOutClasses() {
        for index in targets.indices { targets[index] = 0 }
        for case let hot? in hots { targets[hot] = 1 }
    }

    /// Leaves nothing of the rows that take no part in the loss.
    mutating func clearIgnored() {
        guard areClasses else { return }
        let length = targets.count / losses.count
        for row in hots.indices where hots[row] == nil {
            losses[row] = 0
            for index in (row * length)..<((row + 1) * length) {
                gradient[index] = 0
                hessian[index] = 0
            }
        }
    }

    /// The derivatives of Σ -a log p in the predictions p for the targets a: -a/p and a/p².
    ///
    /// Where a = 0 they are 0, whatever p.
    mutating func differentiateLogarithms(_ outputs: Outputs) {
        if outputs.contains(.hessian) {
            functions.divide(targets, by: predictions, into: &scratch)
            functions.divide(scratch, by: predictions, into: &hessian)
            hessian.replace(targets, scratch) { curvature, target, _ in
                target > 0 ? curvature : 0
            }
        }
        if outputs.contains(.gradient) {
            functions.crossEntropyDerivative(of: targets, from: predictions, into: &gradient)
        }
    }
}
