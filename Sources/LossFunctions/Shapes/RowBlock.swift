// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// A block of contiguous rows: their inputs, results and intermediate arrays.
///
/// A row that is too long to be evaluated as a whole is evaluated in strips, one block each.
struct RowBlock {
    let functions = InstructionSet.current.functions

    var predictions: [Double]
    /// A distribution over the classes per row, unless the targets are class indices.
    var targets: [Double]
    /// Whether the targets are class indices.
    var hasClassIndices = false
    /// The offset of each row's class in the block; `nil` for ignored rows.
    var classOffsets: [Int?]

    /// Numbers that are valid predictions and targets, for rows that are left out.
    var fillers = (predictions: 0.0, targets: 0.0)

    /// Whether this is a strip of one row.
    ///
    /// In a strip, `losses` and `lossTails` are the head and tail of the sum of its terms alone, while
    /// the target sums are those of the whole row.
    var isStrip = false
    /// The column of the first number.
    var firstColumn = 0
    /// The number of numbers in a row.
    var rowLength: Int

    /// The predictions and targets of the next rows, to prefetch.
    var prefetch = Prefetch()

    /// One loss per row.
    var losses: [Double]
    var gradient: [Double]
    var hessian: [Double]

    /// The terms of each loss, as unevaluated sums of head and tail.
    var terms: [Double]
    var termTails: [Double]
    /// The tails of the losses.
    var lossTails: [Double]
    /// The sum of the targets of each row, as an unevaluated sum of head and tail.
    var targetSums: [Double]
    var targetSumTails: [Double]
    /// Storage for intermediate results.
    var scratch: [Double]
    var softmax: Softmax

    init(rows: Int, length: Int) {
        predictions = [Double](repeating: 0, count: rows * length)
        targets = predictions
        gradient = predictions
        hessian = predictions
        terms = predictions
        termTails = predictions
        scratch = predictions
        classOffsets = [Int?](repeating: nil, count: rows)
        losses = [Double](repeating: 0, count: rows)
        lossTails = losses
        targetSums = losses
        targetSumTails = losses
        softmax = Softmax(rows: rows, length: length)
        rowLength = length
    }

    /// Clips predictions that are probabilities to a range.
    mutating func clipPredictions(_ minimum: Double, _ maximum: Double) {
        var predictions = predictions.mutableSpan
        for index in predictions.indices {
            predictions[index] = max(minimum, min(maximum, predictions[index]))
        }
    }

    /// Sums the targets of each row; does nothing for a strip.
    mutating func sumTargets() {
        guard !isStrip else { return }
        functions.sumRows(targets, heads: &targetSums, tails: &targetSumTails)
    }

    /// Sums exact terms into one loss per row.
    mutating func sumTerms() {
        functions.sumRows(terms, heads: &losses, tails: &lossTails)
        roundLosses()
    }

    /// Sums terms with tails into one loss per row.
    mutating func sumTermsWithTails() {
        functions.sumRows(terms, termTails, heads: &losses, tails: &lossTails)
        roundLosses()
    }

    /// Adds the tails to the losses, except in a strip, whose loss is incomplete.
    private mutating func roundLosses() {
        guard !isStrip else { return }
        for row in losses.indices { losses[row] += lossTails[row] }
    }

    /// Sums exact terms into one loss per row, and adds the sum of the targets minus 1.
    mutating func sumTermsAndTargetExcess() {
        functions.sumRows(terms, heads: &losses, tails: &lossTails)
        // Once per row, in its first strip.
        guard firstColumn == 0 else { return }
        for row in losses.indices {
            lossTails[row] = (targetSums[row] - 1) + (targetSumTails[row] + lossTails[row])
        }
        roundLosses()
    }

    /// Writes class indices as one-hot distributions; ignored rows become 0.
    mutating func encodeOneHot() {
        for index in targets.indices { targets[index] = 0 }
        for case let classIndex? in classOffsets { targets[classIndex] = 1 }
    }

    /// Sets the results of a row to 0.
    mutating func clear(_ row: Int) {
        let length = predictions.count / losses.count
        losses[row] = 0
        for index in (row * length)..<((row + 1) * length) {
            gradient[index] = 0
            hessian[index] = 0
        }
    }

    /// Replaces the inputs of a row by some that are valid.
    mutating func fill(_ row: Int, _ prediction: Double, _ target: Double) {
        let length = predictions.count / losses.count
        if hasClassIndices { classOffsets[row] = nil }
        for index in (row * length)..<((row + 1) * length) {
            predictions[index] = prediction
            targets[index] = target
        }
    }

    /// Computes the derivatives of Σ -a log p with respect to p for the targets a: -a/p and a/p².
    ///
    /// If a = 0 they are 0 for any p.
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
