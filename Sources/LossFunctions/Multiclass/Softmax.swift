// SPDX-License-Identifier: Apache-2.0

import ArrayMath

/// The softmax of rows of logits, kept in the parts from which probabilities, their complements
/// and their logarithms come without cancellation.
struct Softmax {
    private let length: Int
    /// Where in the block the largest logit of each row stands.
    private var tops: [Int]
    /// The largest logit, one a row.
    private var largest: [Double]
    /// Σ e^(z - largest) over all logits of a row but the one at its top.
    private var others: [Double]
    /// log(1 + others): by how much log Σ e^z exceeds the largest logit.
    private var excess: [Double]
    /// 1 + others, and for derivatives the sums of the targets.
    private var totals: [Double]
    /// What sums lack.
    private var losts: [Double]

    /// e^(z - largest).
    private(set) var exponentials: [Double]
    private(set) var probabilities: [Double]
    /// 1 less each probability.
    private(set) var complements: [Double]
    /// -log of each probability: a sum of two terms that are not negative.
    private(set) var surprises: [Double]
    /// The number of a row at all of its places.
    private var spread: [Double]
    private var numerators: [Double]
    /// Whether the largest logit and the sum are known: those of a row of which this is a strip.
    private var isSurveyed = false

    init(rows: Int, length: Int) {
        self.length = length
        tops = [Int](repeating: 0, count: rows)
        largest = [Double](repeating: 0, count: rows)
        others = largest
        excess = largest
        totals = largest
        losts = largest
        exponentials = [Double](repeating: 0, count: rows * length)
        probabilities = exponentials
        complements = exponentials
        surprises = exponentials
        spread = exponentials
        numerators = exponentials
    }

    /// Takes rows of logits.
    mutating func take(
        _ logits: [Double],
        _ functions: any ArrayFunctions.Type,
        ahead: Prefetch
    ) {
        takeExponentials(logits, functions, ahead: ahead)
        // probability = e / (1 + others), complement = ((1 - e) + others) / (1 + others).
        spread.spread(others)
        numerators.replace(exponentials, spread) { _, exponential, others in
            (1 - exponential) + others
        }
        spread.spread(totals)
        functions.divide(exponentials, by: spread, into: &probabilities)
        functions.divide(numerators, by: spread, into: &complements)
    }

    /// Computes -log of each probability, once they have been taken.
    mutating func takeSurprises(_ logits: [Double]) {
        spread.spread(largest)
        surprises.replace(logits, spread) { _, logit, largest in largest - logit }
        spread.spread(excess)
        surprises.replace(spread, spread) { surprise, excess, _ in surprise + excess }
    }

    /// Takes rows of logits of which one each will be asked for.
    mutating func takeExponentials(
        _ logits: [Double],
        _ functions: any ArrayFunctions.Type,
        ahead: Prefetch
    ) {
        if !isSurveyed { findTops(logits.span) }
        spread.spread(largest)
        functions.exp(logits, minus: spread, into: &exponentials, prefetch: ahead)
        guard !isSurveyed else {
            totals[0] = 1 + others[0]
            return
        }
        // The largest of each row waits aside while the others are summed.
        for top in tops { exponentials[top] = 0 }
        functions.sumRows(exponentials, heads: &others, tails: &losts)
        for row in others.indices { others[row] += losts[row] }
        for top in tops { exponentials[top] = 1 }

        functions.log1p(others, into: &excess)
        for row in others.indices { totals[row] = 1 + others[row] }
    }

    /// What is known of a whole row that is taken in strips.
    struct Survey {
        /// The column of the largest logit.
        let top: Int
        let largest: Double
        /// Σ e^(z - largest) over the other logits.
        fileprivate(set) var others = CompensatedSum()
    }

    /// Takes a strip of a row into the survey of the row, by the column of its first logit.
    mutating func add(
        _ logits: [Double],
        from column: Int,
        to survey: inout Survey,
        _ functions: any ArrayFunctions.Type
    ) {
        largest[0] = survey.largest
        spread.spread(largest)
        functions.exp(logits, minus: spread, into: &exponentials, prefetch: Prefetch())
        let top = survey.top - column
        if exponentials.indices.contains(top) { exponentials[top] = 0 }
        functions.sumRows(exponentials, heads: &others, tails: &losts)
        survey.others.add(others[0])
        survey.others.add(losts[0])
    }

    /// Takes strips of a surveyed row from now on.
    mutating func adopt(_ survey: Survey, _ functions: any ArrayFunctions.Type) {
        isSurveyed = true
        largest[0] = survey.largest
        others[0] = survey.others.value
        functions.log1p(others, into: &excess)
    }

    /// -log of the probability at a place, which is in that row.
    func surprise(at place: Int, of row: Int, _ logits: [Double]) -> Double {
        (largest[row] - logits[place]) + excess[row]
    }

    /// 1 less the probability at a place, which is in that row.
    func complement(at place: Int, of row: Int) -> Double {
        ((1 - exponentials[place]) + others[row]) / totals[row]
    }

    /// Writes all probabilities, once the exponentials have been taken.
    mutating func write(
        into probabilities: inout [Double],
        _ functions: any ArrayFunctions.Type
    ) {
        spread.spread(totals)
        functions.divide(exponentials, by: spread, into: &probabilities)
    }

    private mutating func findTops(_ logits: Span<Double>) {
        var start = 0
        for row in tops.indices {
            let own = logits.extracting(start..<(start &+ length))
            var top = 0
            var most = own[0]
            for index in own.indices where own[index] > most {
                top = index
                most = own[index]
            }
            tops[row] = start &+ top
            largest[row] = most
            start &+= length
        }
    }

    /// The derivatives in the logits of Σ a·surprise for the targets a of each row, whose sums are
    /// two doubles each.
    ///
    /// The gradient is total·p - a, written as (total - a)p - a(1 - p); the Hessian's diagonal is
    /// total·p(1 - p).
    mutating func differentiate(
        _ targets: [Double],
        sums: [Double],
        losts: [Double],
        _ outputs: Outputs,
        _ functions: any ArrayFunctions.Type,
        _ gradient: inout [Double],
        _ hessian: inout [Double]
    ) {
        spread.spread(sums)
        if outputs.contains(.gradient) {
            numerators.spread(losts)
            // The sum without one of its terms, exact even where that is almost all of it.
            gradient.replace(targets, spread) { _, target, total in total - target }
            gradient.replace(numerators, probabilities) { rest, lost, probability in
                (rest + lost) * probability
            }
            gradient.replace(targets, complements) { slope, target, complement in
                slope - target * complement
            }
        }
        if outputs.contains(.hessian) {
            for row in totals.indices { totals[row] = sums[row] + losts[row] }
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
