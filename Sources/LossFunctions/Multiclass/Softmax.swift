// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The softmax of rows of logits.
///
/// It stores the parts from which probabilities, their complements and their logarithms can be
/// computed without cancellation.
struct Softmax {
    private let length: Int
    /// The offset of the maximum logit of each row in the block.
    private var maximumOffsets: [Int]
    /// The maximum logit of each row.
    private var maxima: [Double]
    /// Σ e^(z - maximum) over the logits of a row other than the maximum.
    private var sumsOfOthers: [Double]
    /// log(1 + sumOfOthers) for each row.
    private var logSumExpMinusMax: [Double]
    /// 1 + sumOfOthers for each row; for derivatives, the sums of the targets.
    private var totals: [Double]
    /// The tails of sums.
    private var tails: [Double]

    /// e^(z - maximum).
    private(set) var exponentials: [Double]
    private(set) var probabilities: [Double]
    /// 1 - p for each probability p.
    private(set) var complements: [Double]
    /// -log p for each probability p, a sum of two nonnegative terms.
    private(set) var negativeLogProbabilities: [Double]
    /// A number per row, broadcast to its elements.
    private var spread: [Double]
    private var numerators: [Double]
    /// Whether maximum and sum are those of a whole row, of which this is a strip.
    private var hasRowSummary = false

    init(rows: Int, length: Int) {
        self.length = length
        maximumOffsets = [Int](repeating: 0, count: rows)
        maxima = [Double](repeating: 0, count: rows)
        sumsOfOthers = maxima
        logSumExpMinusMax = maxima
        totals = maxima
        tails = maxima
        exponentials = [Double](repeating: 0, count: rows * length)
        probabilities = exponentials
        complements = exponentials
        negativeLogProbabilities = exponentials
        spread = exponentials
        numerators = exponentials
    }

    /// Computes the probabilities of rows of logits, and their complements.
    mutating func compute(
        _ logits: [Double],
        _ functions: any ArrayFunctions.Type,
        ahead: Prefetch
    ) {
        computeExponentials(logits, functions, ahead: ahead)
        // probability = e / (1 + others), complement = ((1 - e) + others) / (1 + others).
        spread.spread(sumsOfOthers)
        numerators.replace(exponentials, spread) { _, exponential, others in
            (1 - exponential) + others
        }
        spread.spread(totals)
        functions.divide(exponentials, by: spread, into: &probabilities)
        functions.divide(numerators, by: spread, into: &complements)
    }

    /// Computes -log p for each probability, after `compute`.
    mutating func computeNegativeLogProbabilities(_ logits: [Double]) {
        spread.spread(maxima)
        negativeLogProbabilities.replace(logits, spread) { _, logit, maximum in maximum - logit }
        spread.spread(logSumExpMinusMax)
        negativeLogProbabilities.replace(spread, spread) { distance, logSumExpMinusMax, _ in
            distance + logSumExpMinusMax
        }
    }

    /// Computes only the exponentials of rows of logits, for single probabilities.
    mutating func computeExponentials(
        _ logits: [Double],
        _ functions: any ArrayFunctions.Type,
        ahead: Prefetch
    ) {
        if !hasRowSummary { findMaxima(logits.span) }
        spread.spread(maxima)
        functions.exp(logits, minus: spread, into: &exponentials, prefetch: ahead)
        guard !hasRowSummary else {
            totals[0] = 1 + sumsOfOthers[0]
            return
        }
        // The maximum is left out of the sum; its term is exactly 1.
        for offset in maximumOffsets { exponentials[offset] = 0 }
        functions.sumRows(exponentials, heads: &sumsOfOthers, tails: &tails)
        for row in sumsOfOthers.indices { sumsOfOthers[row] += tails[row] }
        for offset in maximumOffsets { exponentials[offset] = 1 }

        functions.log1p(sumsOfOthers, into: &logSumExpMinusMax)
        for row in sumsOfOthers.indices { totals[row] = 1 + sumsOfOthers[row] }
    }

    /// The maximum and the sum of a whole row that is evaluated in strips.
    struct RowSummary {
        /// The column of the maximum logit.
        let maximumColumn: Int
        let maximum: Double
        /// Σ e^(z - maximum) over the other logits.
        fileprivate(set) var sumOfOthers = CompensatedSum()
    }

    /// Adds a strip of a row, which starts at a column, to the summary of the row.
    mutating func add(
        _ logits: [Double],
        from column: Int,
        to summary: inout RowSummary,
        _ functions: any ArrayFunctions.Type
    ) {
        maxima[0] = summary.maximum
        spread.spread(maxima)
        functions.exp(logits, minus: spread, into: &exponentials, prefetch: Prefetch())
        let offset = summary.maximumColumn - column
        if exponentials.indices.contains(offset) { exponentials[offset] = 0 }
        functions.sumRows(exponentials, heads: &sumsOfOthers, tails: &tails)
        summary.sumOfOthers.add(sumsOfOthers[0])
        summary.sumOfOthers.add(tails[0])
    }

    /// Prepares for the strips of a row with a known summary.
    mutating func adopt(_ summary: RowSummary, _ functions: any ArrayFunctions.Type) {
        hasRowSummary = true
        maxima[0] = summary.maximum
        sumsOfOthers[0] = summary.sumOfOthers.value
        functions.log1p(sumsOfOthers, into: &logSumExpMinusMax)
    }

    /// -log p for the probability at an offset of the block, which is in the given row.
    func negativeLogProbability(at offset: Int, of row: Int, _ logits: [Double]) -> Double {
        (maxima[row] - logits[offset]) + logSumExpMinusMax[row]
    }

    /// 1 - p for the probability at an offset of the block, which is in the given row.
    func complement(at offset: Int, of row: Int) -> Double {
        ((1 - exponentials[offset]) + sumsOfOthers[row]) / totals[row]
    }

    /// Writes all probabilities, after `computeExponentials`.
    mutating func write(
        into probabilities: inout [Double],
        _ functions: any ArrayFunctions.Type
    ) {
        spread.spread(totals)
        functions.divide(exponentials, by: spread, into: &probabilities)
    }

    private mutating func findMaxima(_ logits: Span<Double>) {
        var start = 0
        for row in maximumOffsets.indices {
            let own = logits.extracting(start..<(start &+ length))
            var maximumIndex = 0
            var maximum = own[0]
            for index in own.indices where own[index] > maximum {
                maximumIndex = index
                maximum = own[index]
            }
            maximumOffsets[row] = start &+ maximumIndex
            maxima[row] = maximum
            start &+= length
        }
    }

    /// Computes the derivatives of -Σ a log p with respect to the logits, for the targets a.
    ///
    /// The sum of the targets of each row is given as head and tail. The gradient is total·p - a,
    /// computed as (total - a)p - a(1 - p); the Hessian's diagonal is total·p(1 - p).
    mutating func differentiate(
        _ targets: [Double],
        sums: [Double],
        tails sumTails: [Double],
        _ outputs: Outputs,
        _ functions: any ArrayFunctions.Type,
        _ gradient: inout [Double],
        _ hessian: inout [Double]
    ) {
        spread.spread(sums)
        if outputs.contains(.gradient) {
            numerators.spread(sumTails)
            // The sum without one of its terms, exact even if that is almost all of it.
            gradient.replace(targets, spread) { _, target, total in total - target }
            gradient.replace(numerators, probabilities) { rest, tail, probability in
                (rest + tail) * probability
            }
            gradient.replace(targets, complements) { slope, target, complement in
                slope - target * complement
            }
        }
        if outputs.contains(.hessian) {
            for row in totals.indices { totals[row] = sums[row] + sumTails[row] }
            spread.spread(totals)
            hessian.replace(spread, probabilities) { _, total, probability in
                total * probability
            }
            hessian.replace(complements, complements) { product, complement, _ in
                product * complement
            }
        }
    }
}
